import { Tensor, type TensorType } from "./tensor.ts";

export type AttributeValue = number | string | readonly number[] | { readonly float: number };

/** What an op may ask of the ONNX writer. Names are names of ONNX values. */
export interface Emitter {
  /** Adds a node with one output and returns the output's name. A number attribute is an int; a float is `{ float }`. */
  node(opType: string, inputs: readonly string[], attrs?: Record<string, AttributeValue>, domain?: string): string;
  /** A one-dimensional int64 constant. */
  ints(values: readonly number[]): string;
  /** The shape that a value is to get, for nodes that take it as an input. */
  shape(lengths: readonly number[]): string;
  /** A float32 constant filled with one value. */
  filled(value: number, shape: readonly number[]): string;
}

/**
 * One operation: its shape rule, its gradient rule and how it is written as ONNX, side by side. `A` are its static attributes; they are
 * plain data, so that two nodes with equal attributes and inputs are the same value.
 */
export interface OpSpec<A> {
  readonly name: string;
  /** The type of the result. Throws `VisiiError("graph")` in words when the inputs don't fit. */
  infer(inputs: readonly Tensor[], attrs: A): TensorType;
  /**
   * Vector-Jacobian product: for the gradient `dy` of the result, the gradient of each input (`undefined` where there is none). A part may
   * still have the broadcast shape of the result: the reverse walk sums it to its input's. `wants(i)` says whether input `i` needs one.
   */
  vjp?(node: Tensor, dy: Tensor, attrs: A, wants: (input: number) => boolean): readonly (Tensor | undefined)[];
  emit(inputs: readonly string[], attrs: A, emitter: Emitter, node: Tensor): string;
  /** Two for every multiply-accumulate, where they are what it costs. */
  flops?(node: Tensor): number;
}

/** An op whose attributes were fixed when its nodes were made. */
export type Op = OpSpec<unknown>;

/** Makes one node of an op. */
export type Build<A> = (inputs: readonly Tensor[], attrs: A) => Tensor;

/** Makes the function that builds nodes of one op. Only that function supplies attributes, so their type holds by construction. */
export function defineOp<A>(spec: OpSpec<A>): Build<A> {
  const op = spec as Op;
  return (inputs, attrs) => new Tensor(op, inputs, attrs, spec.infer(inputs, attrs));
}
