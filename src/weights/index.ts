export { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from "./float16.ts";
export { type FolderSource, type ModelFolder, type ModelPart, readModelFolder } from "./folder.ts";
export {
  encodeSafetensors,
  openSafetensors,
  readTensor,
  type SafetensorsFile,
  type TensorData,
} from "./safetensors.ts";
export { type FinishOptions, inputScope, type Scope, weightScope } from "./scope.ts";
export { type ByteSource, blobSource, fetchSource, memorySource } from "./source.ts";
export { intoMemory, mergeWeights, openWeights, readFloat32, type StoredTensor, type Weights } from "./weights.ts";
