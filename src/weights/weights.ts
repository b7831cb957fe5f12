import { VisiiError } from "../errors.ts";
import type { ParameterSource, Shape } from "../graph/index.ts";
import { bfloat16ToFloat32, float16ToFloat32 } from "./float16.ts";
import { graphDType, openSafetensors, type TensorData, typedView } from "./safetensors.ts";
import type { StoredDType } from "./safetensors-header.ts";
import type { ByteSource } from "./source.ts";

/** One tensor of a checkpoint, not read yet. */
export interface StoredTensor {
  /** The file it lies in, as errors call it. */
  readonly file: string;
  readonly dtype: StoredDType;
  readonly shape: Shape;
  /** Where an ONNX model finds its bytes. */
  readonly location: ParameterSource["location"];
  read(): Promise<Uint8Array>;
}

/** The tensors of one model, by their keys, from however many files. */
export interface Weights {
  /** How errors call them: the part's folder or file. */
  readonly name: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/**
 * The tensors of one `.safetensors` file. With `location` (the file's path relative to the folder that a session is given), graphs point
 * into the file itself and nothing is read here; without, the file is read into memory as a whole.
 *
 * @throws VisiiError `model` if it is not a sound file; `io` if it can't be read.
 */
export async function openWeights(source: ByteSource, location?: string): Promise<Weights> {
  const { tensors } = await openSafetensors(source);
  const all = location === undefined ? await source.read(0, source.size) : undefined;
  const stored = [...tensors].map(([key, { dtype, shape, offset, length }]): [string, StoredTensor] => {
    const where = all ? { data: all.subarray(offset, offset + length) } : { file: location ?? "", offset, length };
    return [key, { file: source.name, dtype, shape, location: where, read: () => source.read(offset, length) }];
  });
  return { name: source.name, tensors: new Map(stored) };
}

/** Several files' tensors as one checkpoint. @throws VisiiError `model` if a key is in two of them. */
export function mergeWeights(name: string, shards: readonly Weights[]): Weights {
  const tensors = new Map<string, StoredTensor>();
  for (const [key, tensor] of shards.flatMap((shard) => [...shard.tensors])) {
    const other = tensors.get(key);
    if (other) throw new VisiiError("model", `${name}: "${key}" is in ${other.file} and in ${tensor.file}.`, { key });
    tensors.set(key, tensor);
  }
  return { name, tensors };
}

/** The same checkpoint with one tensor, if it is there, in memory: so that it can join a graph whose weights lie in another folder. */
export async function intoMemory({ name, tensors }: Weights, key: string): Promise<Weights> {
  const tensor = tensors.get(key);
  if (!tensor) return { name, tensors };
  return { name, tensors: new Map(tensors).set(key, { ...tensor, location: { data: await tensor.read() } }) };
}

/** The type that graphs know this tensor by; undefined for types that can't be a parameter. */
export function parameterType(tensor: StoredTensor): ParameterSource["dtype"] | undefined {
  const dtype = graphDType(tensor.dtype);
  return dtype === "float32" || dtype === "float16" || dtype === "bfloat16" ? dtype : undefined;
}

/**
 * One parameter's values as float32, whatever 16- or 32-bit type it is stored in.
 *
 * @throws VisiiError `model` if there is no such key, it holds no floats, or its shape is not the `expected` one.
 */
export async function readFloat32(
  weights: Weights,
  key: string,
  expected?: Shape,
): Promise<TensorData & { readonly dtype: "float32"; readonly data: Float32Array }> {
  const fail = (what: string): never => {
    throw new VisiiError("model", `${weights.name}: ${what}.`, { key });
  };
  const tensor = weights.tensors.get(key) ?? fail(`it has no tensor "${key}"`);
  const dtype = parameterType(tensor) ?? fail(`"${key}" is stored as ${tensor.dtype}, which holds no weights`);
  const { shape } = tensor;
  if (expected && String(shape) !== String(expected)) fail(`"${key}" is [${shape}], expected [${expected}]`);
  const values = typedView(dtype, await tensor.read());
  if (values instanceof Float32Array) return { dtype: "float32", shape, data: values };
  const halves = values as Uint16Array;
  const data = dtype === "float16" ? float16ToFloat32(halves) : bfloat16ToFloat32(halves);
  return { dtype: "float32", shape, data };
}
