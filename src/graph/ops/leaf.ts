import { VisiiError } from "../../errors.ts";
import { defineOp } from "../op.ts";
import { type DType, ensure, type Shape, sizeOf, type Tensor, type TensorType } from "../tensor.ts";

/** Where the bytes of a frozen weight are: in a file (named relative to the model's folder), or in memory. */
export interface ParameterSource {
  readonly dtype: DType;
  readonly location:
    | { readonly file: string; readonly offset: number; readonly length: number }
    | { readonly data: Uint8Array };
}

export interface InputAttrs extends TensorType {
  readonly name: string;
}

export interface ParameterAttrs {
  readonly name: string;
  readonly shape: Shape;
  readonly source: ParameterSource;
}

export interface ConstantAttrs {
  readonly data: Float32Array | BigInt64Array;
  readonly shape: Shape;
}

/** Leaves are written by the ONNX writer itself, which alone knows how inputs and initializers are declared. */
function leaf(): never {
  throw new VisiiError("graph", "leaves are declared, not computed");
}

export const inputOp = defineOp<InputAttrs>({
  name: "input",
  infer: (_, { dtype, shape }) => ({ dtype, shape }),
  emit: leaf,
});

export const constantOp = defineOp<ConstantAttrs>({
  name: "constant",
  infer: (_, { data, shape }) => {
    ensure(
      data.length === sizeOf(shape),
      "constant",
      `[${shape.join(",")}] needs ${sizeOf(shape)} values, got ${data.length}`,
    );
    return { dtype: data instanceof BigInt64Array ? "int64" : "float32", shape };
  },
  emit: leaf,
});

export const parameterOp = defineOp<ParameterAttrs>({
  name: "parameter",
  infer: (_, { shape }) => ({ dtype: "float32", shape }),
  emit: leaf,
});

/** A value given at each run. */
export function input(name: string, shape: Shape, dtype: DType = "float32"): Tensor {
  return inputOp([], { name, dtype, shape });
}

/** A value known when the graph is built; plain numbers become float32. */
export function constant(data: Float32Array | BigInt64Array | readonly number[], shape: Shape): Tensor {
  const values = data instanceof Float32Array || data instanceof BigInt64Array ? data : Float32Array.from(data);
  return constantOp([], { data: values, shape });
}

/** A float32 of rank 0. */
export function scalar(value: number): Tensor {
  return constant([value], []);
}

/** A frozen weight, seen as float32 whatever its stored type; `name` is its key in the checkpoint. */
export function parameter(name: string, shape: Shape, source: ParameterSource): Tensor {
  return parameterOp([], { name, shape, source });
}
