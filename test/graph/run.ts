import { sizeOf, type Tensor, toOnnx } from "../../src/graph/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import type { Value } from "../../src/runtime/session.ts";

export type Arrays = Record<string, Float32Array | BigInt64Array>;

const runtime = nodeRuntime({ device: "cpu", threads: 1 });

/** A compiled graph as a plain function from arrays to arrays. */
export async function compile(
  outputs: Record<string, Tensor>,
): Promise<(feeds: Arrays) => Promise<Record<string, Float32Array>>> {
  const model = toOnnx(outputs);
  const session = await runtime.load(model);
  return async (feeds) => {
    const given = model.inputs.map(({ name, dtype, shape }) => [name, { dtype, shape, data: feeds[name]! }] as const);
    const results = await session.run(Object.fromEntries<Value>(given));
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
  };
}

export async function evaluate(
  outputs: Record<string, Tensor>,
  feeds: Arrays = {},
): Promise<Record<string, Float32Array>> {
  return (await compile(outputs))(feeds);
}

/** Reproducible numbers between −1 and 1 that look random. */
export function numbers(shape: readonly number[], seed = 1): Float32Array {
  let state = seed * 2654435761;
  return Float32Array.from({ length: sizeOf(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((total, x, i) => total + x * b[i]!, 0);
}

/** ‖a − b‖ / ‖b‖ */
export function relativeError(a: Float32Array, b: Float32Array): number {
  const difference = a.map((x, i) => x - b[i]!);
  return Math.sqrt(dot(difference, difference)) / Math.max(1e-30, Math.sqrt(dot(b, b)));
}
