/** nano with texts of another width, for what depends on it: the same folder, with random numbers where shapes differ. */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Generator } from "../../src/rng/index.ts";
import { encodeSafetensors, readFloat32, type TensorData } from "../../src/weights/index.ts";
import { openModelFolder } from "../../src/weights/node.ts";

const NANO = "models/nano";
const NARROW = 32;

/** Writes it into a folder, `clip/` included. */
export async function writeWide(folder: string, width: number): Promise<void> {
  cpSync(NANO, folder, { recursive: true });
  rmSync(join(folder, "soft_words"), { recursive: true }); // made for texts of nano's width
  const nano = await openModelFolder(NANO);
  const generator = new Generator(9);
  const wide = (side: number) => (side === NARROW ? width : side);
  const shapeOf = (key: string, shape: readonly number[]) => {
    if (/^text_(?:model|projection)\./.test(key)) return shape.map(wide);
    return /attn2\.to_[kv]\.weight$/.test(key) ? [shape[0]!, wide(shape[1]!)] : shape;
  };
  for (const part of ["unet", "text_encoder", "clip"]) {
    const { weights } = await nano.part(part);
    const tensors: Record<string, TensorData> = {};
    for (const [key, { shape }] of weights.tensors) {
      const wider = shapeOf(key, shape);
      const random = () => generator.randn(wider.reduce((a, b) => a * b, 1)).map((x) => x / 20);
      const data = String(wider) === String(shape) ? (await readFloat32(weights, key)).data : random();
      tensors[key] = { dtype: "float32", shape: wider, data };
    }
    const [file] = await nano.weightFiles(part);
    writeFileSync(join(folder, file!), encodeSafetensors(tensors));
  }
  edit(join(folder, "unet/config.json"), (config) => ({ ...config, cross_attention_dim: width }));
  edit(join(folder, "text_encoder/config.json"), (config) => ({ ...config, hidden_size: width }));
  edit(join(folder, "clip/config.json"), (config) => ({
    ...config,
    text_config: { ...(config.text_config as object), hidden_size: width },
  }));
}

function edit(path: string, change: (config: Record<string, unknown>) => Record<string, unknown>): void {
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))));
}
