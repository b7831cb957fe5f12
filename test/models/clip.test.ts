import assert from "node:assert/strict";
import { test } from "node:test";
import { add, input, type Tensor } from "../../src/graph/index.ts";
import {
  type ClipConfig,
  clipImageEmbeds,
  clipText,
  clipTextEmbeds,
  clipTextPooled,
  logitScale,
  parseClipConfig,
  parseClipTextConfig,
  pooledRows,
  TOKEN_EMBEDDING,
  tokenEmbedding,
} from "../../src/models/index.ts";
import { mse } from "../../src/nn/index.ts";
import { compare, feedsOf, type Golden, given, goldenGradients, openPart, readGolden } from "./golden.ts";

function sequences(golden: Golden): number[][] {
  const { shape, data } = golden.get("input.ids")!;
  const ids = Array.from(data as BigInt64Array, Number);
  return Array.from({ length: shape[0]! }, (_, n) => ids.slice(n * shape[1]!, (n + 1) * shape[1]!));
}

async function check(name: string, folder: string, part?: string): Promise<void> {
  const golden = await readGolden(name);
  const { scope, config: json, root, parameters, finish } = await openPart(folder, part);
  const config: ClipConfig = parseClipConfig(json);
  const ids = sequences(golden);
  const rows = input("rows", [ids.length], "int64");
  const embeddings = tokenEmbedding(scope, config.text, given(golden, "ids"));
  const states = clipText(scope, config.text, embeddings);
  const textEmbeds = clipTextEmbeds(scope, config, embeddings, rows);
  const textLoss = add(mse(states, given(golden, "statesTarget")), mse(textEmbeds, given(golden, "textTarget")));
  const imageEmbeds = clipImageEmbeds(scope, config, given(golden, "pixels"));
  const imageLoss = mse(imageEmbeds, given(golden, "imageTarget"));
  logitScale(scope);
  finish();

  const all: [string, Tensor][] = [["embeddings", embeddings], ...parameters];
  const isText = ([key]: [string, Tensor]) => /^(text_|embeddings$)/.test(key);
  const wanted = {
    ...goldenGradients(golden, textLoss, new Map(all.filter(isText))),
    ...goldenGradients(golden, imageLoss, new Map(all.filter((entry) => !isText(entry)))),
  };
  assert.equal(Object.keys(wanted).length, 10 + 8);
  const outputs = {
    "output.embeddings": embeddings,
    "output.states": states,
    "output.pooled": clipTextPooled(states, rows),
    "output.textEmbeds": textEmbeds,
    "output.textLoss": textLoss,
    "output.imageEmbeds": imageEmbeds,
    "output.imageLoss": imageLoss,
    ...wanted,
  };
  const data = pooledRows(config.text, ids);
  await compare(name, golden, outputs, root, {
    ...feedsOf(golden),
    rows: { dtype: "int64", shape: [ids.length], data },
  });
}

test("nano's CLIP: quick GELU, the end token at the highest id", () => check("clip-nano", "models/nano", "clip"));

test("another CLIP: exact GELU, a named end token, fewer tokens than positions", () =>
  check("clip-variant", "test/goldens/models/variant/clip"));

test("nano's text encoder is its CLIP's text tower", async () => {
  const [clip, text] = [await openPart("models/nano", "clip"), await openPart("models/nano", "text_encoder")];
  assert.deepEqual(parseClipTextConfig(text.config), parseClipConfig(clip.config).text);
  const keys = [...text.weights.tensors.keys()];
  assert.ok(keys.includes(TOKEN_EMBEDDING));
  for (const key of keys) {
    const [a, b] = [await text.weights.tensors.get(key)!.read(), await clip.weights.tensors.get(key)!.read()];
    assert.deepEqual(a, b, key);
  }
});

test("an option of CLIP that is not supported is refused by name", () => {
  assert.throws(
    () => parseClipConfig({ text_config: { hidden_act: "gelu_new" } }),
    /clip\/config\.json: text_config: hidden_act "gelu_new" is not supported/,
  );
  assert.throws(
    () => parseClipTextConfig({ model_type: "t5" }),
    /text_encoder\/config\.json: model_type "t5" is not supported/,
  );
});
