import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { tokenizerFolders } from "../../src/hub/tokenizers.ts";

const cache = mkdtempSync(join(tmpdir(), "visii-tokenizers-"));
after(() => rmSync(cache, { recursive: true }));

test("names the cache's folders that may hold a tokenizer, CLIP's own first", () => {
  const folders = ["models--a--b", "models--openai--clip-vit-large-patch14", "datasets--c--d"].map((name) =>
    join(cache, name, "snapshots", "1f"),
  );
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  const [other, clip] = folders;
  assert.deepEqual(tokenizerFolders({ HF_HUB_CACHE: cache }), [
    clip,
    join(clip!, "tokenizer"),
    other,
    join(other!, "tokenizer"),
  ]);
  assert.deepEqual(tokenizerFolders({ HF_HUB_CACHE: join(cache, "none") }), []);
});
