import assert from "node:assert/strict";
import { test } from "node:test";
import { madeText } from "../../src/core/made.ts";
import { encodeImage, loadModel, settingsOf } from "../../src/index.ts";

const image = { width: 8, height: 8, data: new Uint8Array(3 * 64) };
const hash = "0123456789abcdef".repeat(4);
const png = (visii: unknown) =>
  encodeImage(image, "png", { text: { visii: typeof visii === "string" ? visii : JSON.stringify(visii) } });

test("what apply and edit write is read back", async () => {
  await using model = await loadModel("nano");
  const settings = { ...model.parts.editDefaults, steps: 3, seed: 5, noise: "fixed" as const, strength: 1.5 };
  const picture = { name: "cat.png", hash };
  const { name, version, hash: weights } = model.parts.identity;
  const origin = { command: "apply" as const, instruction: { name: "ink.safetensors", hash }, picture };
  const applied = madeText(model, { ...origin, with: "a tiger 虎", splice: "direct" }, settings);
  assert.deepEqual(settingsOf(await encodeImage(image, "png", { text: applied })), {
    ...origin,
    words: "a tiger 虎",
    splice: "direct",
    model: { name, version, hash: weights },
    settings,
  });
  const edited = madeText(model, { command: "edit", words: "make it snow", picture }, settings);
  assert.deepEqual(settingsOf(await encodeImage(image, "png", { text: edited })), {
    command: "edit",
    words: "make it snow",
    model: { name, version, hash: weights },
    picture,
    settings,
  });
});

test("what is no setting, out of range or of the wrong kind is left out", async () => {
  const settings = {
    steps: 1e9,
    seed: 3,
    noise: "loud",
    strength: "1",
    guidanceScale: null,
    html: "<b>",
    resolution: 256,
  };
  const model = { name: "a\u0000b\nc", version: 3, hash: ["x"] };
  const instruction = { name: "../../etc", hash: "short" };
  const made = settingsOf(
    await png({ command: "apply", settings, model, instruction, with: "w".repeat(5000), splice: "x" }),
  );
  assert.deepEqual(made, {
    command: "apply",
    model: { name: "a b c", version: "", hash: "" },
    settings: { seed: 3, resolution: 256 },
  });
});

test("other pictures and files have no settings", async () => {
  const none = [
    await png("{not json"),
    await png("null"),
    await png("[]"),
    await png({ command: "learn" }),
    await png({}),
  ];
  none.push(await png({ command: "edit", words: "x".repeat(30_000) }));
  none.push(await encodeImage(image, "png"), await encodeImage(image, "jpeg"), new Uint8Array());
  none.push((await png({ command: "edit" })).subarray(0, 40));
  for (const file of none) assert.equal(settingsOf(file), undefined);
});
