import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { exhibit, instructionFile } from "../../src/cli/gallery.ts";
import { gallery } from "../../src/core/node-gallery.ts";
import { isVisiiError } from "../../src/errors.ts";

const folder = mkdtempSync(join(tmpdir(), "visii-gallery-"));
const list = ["woodcut", "duotone"].map((name) => ({ name, words: `make it a ${name}`, shows: "an owl" }));
writeFileSync(join(folder, "gallery.json"), JSON.stringify(list));
after(() => rmSync(folder, { recursive: true }));

test("exhibits come in their order, each with its instruction and pair", () => {
  const all = gallery(folder);
  assert.deepEqual(
    all.map(({ name }) => name),
    ["woodcut", "duotone"],
  );
  assert.deepEqual(exhibit("duotone", folder), {
    ...list[1],
    instruction: join(folder, "duotone", "instruction.safetensors"),
    before: join(folder, "duotone", "before.png"),
    after: join(folder, "duotone", "after.png"),
  });
});

test("an instruction is a file where there is one, else what the gallery calls so", () => {
  const own = join(folder, "gallery.json");
  assert.equal(instructionFile(own, folder), own);
  assert.equal(instructionFile("missing.safetensors", folder), "missing.safetensors");
  assert.equal(instructionFile("woodcut", folder), join(folder, "woodcut", "instruction.safetensors"));
});

test("a name that the gallery lacks is told the nearest, and a copy without a gallery how to make one", () => {
  assert.throws(
    () => instructionFile("woodcat", folder),
    (error) => isVisiiError(error, "input") && /no "woodcat"; did you mean woodcut\?/.test(error.message),
  );
  assert.throws(
    () => gallery(join(folder, "absent")),
    (error) => isVisiiError(error, "input") && /npm run train:gallery/.test(error.message),
  );
});
