import type { Estimate } from "../core/estimate.ts";
import { VisiiError } from "../errors.ts";
import { input, matmul, toOnnx } from "../graph/index.ts";
import type { DeviceName } from "../runtime/device.ts";
import { deviceOf } from "../runtime/device.ts";
import { nodeRuntime } from "../runtime/node.ts";
import type { Context } from "./command.ts";
import { duration, bytes as inWords } from "./progress.ts";

/** What is worth a remark: operations that keep two cores busy for about a minute, or gigabytes. */
const [LONG, LARGE] = [5e12, 1e9];

/** What whole networks reach of a single matrix product's rate; `bench/performance.ts` measures it. */
const SHARE = 0.55;

/** What `--device` and `--threads` said. */
export interface Place {
  readonly device?: DeviceName | undefined;
  readonly threads?: number | undefined;
}

/**
 * Tells what a long or large job on the processor will take, before it begins. Throws `VisiiError("runtime")` when the machine has not the memory for
 * it. Says nothing of graphics cards, which tell nobody how much they have.
 */
export async function announce(
  { bytes, flops }: Estimate,
  { device = "auto", threads }: Place,
  doing: string,
  { report }: Context,
  available = process.availableMemory(),
): Promise<void> {
  if (deviceOf(device) !== "cpu" || (bytes < LARGE && flops < LONG)) return;
  if (bytes > available) {
    throw new VisiiError(
      "runtime",
      `${doing} needs about ${inWords(bytes)} of memory and ${inWords(available)} are free; close other programs, use --low-memory, smaller pictures (--resolution 256), or a graphics card (--device webgpu).`,
      { bytes: Math.round(bytes), available },
    );
  }
  const seconds = flops / (SHARE * (await rate(threads)));
  report.event("estimate", { bytes: Math.round(bytes), seconds: Math.round(seconds) });
  report.note(`${doing} takes about ${duration(seconds)} here, and ${inWords(bytes)} of memory.`);
}

/** Operations per second of a matrix product, the best of a few. */
async function rate(threads: number | undefined): Promise<number> {
  const side = 768;
  const graph = toOnnx({ product: matmul(input("a", [side, side]), input("b", [side, side])) });
  const runtime = nodeRuntime({ device: "cpu", ...(threads !== undefined && { threads }) });
  await using session = await runtime.load(graph);
  const square = { dtype: "float32", shape: [side, side], data: new Float32Array(side * side).fill(0.5) } as const;
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const started = performance.now();
    await session.run({ a: square, b: square });
    best = Math.min(best, (performance.now() - started) / 1000);
  }
  return (2 * side ** 3) / best;
}
