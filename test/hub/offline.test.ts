import assert from "node:assert/strict";
import { subscribe } from "node:diagnostics_channel";
import { lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Image, loadModel, pullModel } from "../../src/index.ts";
import { filesOf, LoopbackHub } from "./server.ts";

const home = mkdtempSync(join(tmpdir(), "visii-offline-"));
after(() => rmSync(home, { recursive: true }));

let sockets = 0;
subscribe("net.client.socket", () => {
  sockets++;
});

const picture: Image = { width: 32, height: 32, data: Uint8Array.from({ length: 32 * 32 * 3 }, (_, i) => i % 251) };

/** Something from every network of a model. */
async function use(name: string) {
  await using model = await loadModel(name, { threads: 1 });
  const latents = await model.encode(picture);
  const { data } = await model.decode(latents);
  const words = await model.prompt("a sketch");
  const embeds = await model.imageEmbeds(picture);
  return { identity: model.parts.identity, latents, data, words, embeds };
}

test("a model from the hub, once fetched, works from its links without a connection, like a folder", async () => {
  const hub = await LoopbackHub.start();
  hub.publish("someone/nano", filesOf(join(import.meta.dirname, "../../models/nano")));
  Object.assign(process.env, { HF_HOME: home, HF_ENDPOINT: hub.endpoint });
  const { path } = await pullModel("someone/nano");
  await hub.close();
  assert.ok(lstatSync(join(path, "vae", "diffusion_pytorch_model.safetensors")).isSymbolicLink());
  assert.ok(sockets > 0, "connections are noticed");

  sockets = 0;
  const [fetched, own] = [await use("someone/nano"), await use("nano")];
  assert.equal(sockets, 0);
  const { identity, ...results } = fetched;
  assert.deepEqual(identity, { ...own.identity, name: "someone/nano" });
  assert.deepEqual(results, { latents: own.latents, data: own.data, words: own.words, embeds: own.embeds });
});
