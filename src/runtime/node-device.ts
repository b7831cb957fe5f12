import type * as Ort from "onnxruntime-node";
import { VisiiError } from "../errors.ts";
import type { OnnxModel } from "../graph/index.ts";
import type { Device } from "./device.ts";
import { checkBuffers } from "./limits.ts";

/**
 * The runtime's execution provider for a graph on a device. WebGPU leaves sines and cosines to the processor.
 *
 * @throws VisiiError `runtime` if the runtime has no such device on this platform, or the graph is not fit for it.
 */
export function providerOf(
  device: Device,
  { largest, webgpu, sines }: OnnxModel,
  available: readonly { readonly name: string }[],
): Ort.InferenceSession.ExecutionProviderConfig {
  if (!available.some(({ name }) => name === device)) {
    throw new VisiiError(
      "runtime",
      `ONNX Runtime has no ${device} for ${process.platform} on ${process.arch}; compute on the processor (--device cpu).`,
      { device, platform: process.platform, arch: process.arch },
    );
  }
  if (device !== "webgpu") return device;
  if (!webgpu)
    throw new VisiiError("runtime", "This graph was not written for WebGPU; give toOnnx the runtime's `emit`.");
  checkBuffers(largest);
  const provider: Ort.InferenceSession.WebGpuExecutionProviderOption = { name: "webgpu" };
  return sines.length === 0 ? provider : { ...provider, forceCpuNodeNames: sines }; // the runtime takes no empty list
}
