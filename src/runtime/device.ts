/** Where graphs are computed: the processor, any vendor's graphics card through WebGPU, or NVIDIA's through CUDA. */
export type Device = "cpu" | "webgpu" | "cuda";

/** What may be asked for; "auto" leaves the choice to the program. */
export const DEVICE_NAMES = ["auto", "cpu", "webgpu", "cuda"] as const satisfies readonly ("auto" | Device)[];

export type DeviceName = (typeof DEVICE_NAMES)[number];

/**
 * What is meant by a name. "auto" is the processor: the runtime tells Node nothing about a card before work is done on it, not even whether it
 * is real or software, which is slower than the processor itself.
 */
export function deviceOf(name: DeviceName): Device {
  return name === "auto" ? "cpu" : name;
}
