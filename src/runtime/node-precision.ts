import { input, matmul, toOnnx } from "../graph/index.ts";
import type { Device } from "./device.ts";
import { nodeRuntime } from "./node.ts";
import type { Precision } from "./precision.ts";

/** Computes a product on a device, with so many bits; throws where that fails. A card without 16 bits fails only when it runs. */
export async function attemptOn(device: Device, precision: Precision): Promise<void> {
  const runtime = nodeRuntime({ device, precision });
  const x = input("x", [1, 2, 2]);
  const model = toOnnx({ y: matmul(x, x) }, runtime.emit);
  await using session = await runtime.load(model);
  await session.run({ x: { dtype: "float32", shape: x.shape, data: Float32Array.of(1, 2, 3, 4) } });
}
