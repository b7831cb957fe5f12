import { VisiiError } from "../errors.ts";
import type { Op } from "./op.ts";

/**
 * Element types. Graphs are built in float32; 16-bit types are how weights are stored, and float16 is what `inHalf` makes of a network when it is
 * written.
 */
export type DType = "float32" | "float16" | "bfloat16" | "int64" | "bool";

export type Shape = readonly number[];

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

let created = 0;

/**
 * A value in a graph: the op that makes it, from which inputs, and its static type. Immutable and lazy: nothing is computed until the graph
 * is written as ONNX and run. Ids rise with creation, so sorting by id is a topological order.
 */
export class Tensor implements TensorType {
  readonly id = created++;
  readonly dtype: DType;
  readonly shape: Shape;

  constructor(
    readonly op: Op,
    readonly inputs: readonly Tensor[],
    readonly attrs: unknown,
    type: TensorType,
  ) {
    this.dtype = type.dtype;
    this.shape = type.shape;
  }

  get rank(): number {
    return this.shape.length;
  }

  /** `float32[1,320,64,64]` */
  toString(): string {
    return format(this);
  }
}

/** `float32[1,320,64,64]` */
export function format(type: TensorType): string {
  return `${type.dtype}[${type.shape.join(",")}]`;
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

/** Throws `VisiiError("graph")` reading `op: message` unless `condition` holds. */
export function ensure(condition: boolean, op: string, message: string): asserts condition {
  if (!condition) throw new VisiiError("graph", `${op}: ${message}`, { op });
}

/** `-1` counts from the end; throws when there is no such axis. */
export function resolveAxis(axis: number, rank: number, op: string): number {
  const resolved = axis < 0 ? axis + rank : axis;
  ensure(resolved >= 0 && resolved < rank, op, `there is no axis ${axis} in a tensor of rank ${rank}`);
  return resolved;
}

/** The shape both broadcast to, by numpy's rules. */
export function broadcastShapes(a: Shape, b: Shape, op: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = a[i - rank + a.length] ?? 1;
    const n = b[i - rank + b.length] ?? 1;
    ensure(m === n || m === 1 || n === 1, op, `[${a.join(",")}] and [${b.join(",")}] do not broadcast`);
    return m === 1 ? n : m;
  });
}
