/** Single files in the original naming of Stable Diffusion 1.x, made from the list in reference/goldens. */
import { readFileSync } from "node:fs";
import { Generator } from "../../src/rng/index.ts";
import { float32ToFloat16 } from "../../src/weights/float16.ts";
import type { TensorData } from "../../src/weights/safetensors.ts";

export type Part = "unet" | "vae" | "text_encoder";

interface Golden {
  readonly prefixes: Readonly<Record<Part, string>>;
  readonly configs: Readonly<Record<"full" | "small", Readonly<Record<Part, Record<string, unknown>>>>>;
  /** The original key without its part's prefix, diffusers' key, and the original shapes at both sizes. */
  readonly tensors: readonly (readonly [
    part: Part,
    original: string,
    diffusers: string,
    full: number[],
    small: number[],
  ])[];
}

export const golden = JSON.parse(readFileSync("test/goldens/ldm.json", "utf8")) as Golden;

/** The small model's weights by diffusers' names and by the original ones: the same values, which depend on nothing but their order. */
export function smallModel(): { parts: Record<Part, Record<string, TensorData>>; file: Record<string, TensorData> } {
  const parts: Record<Part, Record<string, TensorData>> = { unet: {}, vae: {}, text_encoder: {} };
  const file: Record<string, TensorData> = {};
  const generator = new Generator(5);
  for (const [part, original, name, , shape] of golden.tensors) {
    const size = shape.reduce((a, b) => a * b, 1);
    const normals = generator.randn(size);
    const norm = shape.length === 1 && name.includes("norm") && name.endsWith("weight");
    const scale = shape.length === 1 ? 0.1 : 1 / Math.sqrt(size / shape[0]!);
    const data = float32ToFloat16(normals.map((x) => (norm ? 1 : 0) + scale * x));
    file[golden.prefixes[part] + original] = { dtype: "float16", shape, data };
    parts[part][name] = {
      dtype: "float16",
      shape: part === "vae" && isProjection(name) ? shape.slice(0, 2) : shape,
      data,
    };
  }
  return { parts, file };
}

/** Of the VAE's attention: a matrix at diffusers, a 1 × 1 convolution before. */
export function isProjection(name: string): boolean {
  return /attentions\.0\.to_.*weight$/.test(name);
}
