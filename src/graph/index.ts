export { gradients } from "./backward.ts";
export { check } from "./check.ts";
export { type Cost, costOf } from "./cost.ts";
export type { LargestValue } from "./largest.ts";
export { type EmitOptions, type OnnxModel, toOnnx } from "./onnx/emit.ts";
export type { ValueInfoProto as ValueInfo } from "./onnx/proto.ts";
export {
  type AttentionForm,
  type AttentionOptions,
  attend,
  attention,
  attentionProbabilities,
} from "./ops/attention.ts";
export { addPerChannel, type ConvOptions, conv2d, type Padding } from "./ops/conv.ts";
export * from "./ops/elementwise.ts";
export { gather } from "./ops/gather.ts";
export { constant, input, type ParameterSource, parameter, scalar } from "./ops/leaf.ts";
export { matmul, matmulTransposed } from "./ops/matmul.ts";
export { groupNorm, layerNorm } from "./ops/norm.ts";
export { max, mean, softmax, sum } from "./ops/reduce.ts";
export { broadcastTo, concat, pad, reshape, slice, split, swapLast, transpose } from "./ops/shape.ts";
export { upsampleNearest } from "./ops/upsample.ts";
export { print } from "./print.ts";
export { type DType, format, type Shape, sameShape, sizeOf, type Tensor, type TensorType } from "./tensor.ts";
