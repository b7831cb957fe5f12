/**
 * Where Winograd's filtering pays: one 3×3 convolution and its input gradient, both ways, for squares of channels and sides of pictures.
 * `npx tsx bench/winograd.ts [--threads N]`; medians of five turns of five runs; above 1 the filtering is faster.
 */
import { parseArgs } from "node:util";
import { median } from "../src/eval/statistics.ts";
import { conv2d, gradients, input, mul, parameter, sum, type Tensor, toOnnx } from "../src/graph/index.ts";
import { Generator } from "../src/rng/index.ts";
import { nodeRuntime } from "../src/runtime/node.ts";
import { defaultThreads } from "../src/runtime/node-threads.ts";

const { values } = parseArgs({ options: { threads: { type: "string" } } });
const threads = values.threads ? Number(values.threads) : defaultThreads();
const random = new Generator(1);
const [TURNS, RUNS] = [5, 5];

async function sessionOf(channels: number, side: number, backward: boolean, winograd: boolean) {
  const [x, dy] = ["x", "dy"].map((name) => input(name, [1, channels, side, side])) as [Tensor, Tensor];
  const data = new Uint8Array(random.randn(channels * channels * 9).buffer);
  const weight = parameter("weight", [channels, channels, 3, 3], { dtype: "float32", location: { data } });
  const y = conv2d(x, weight, { padding: 1 });
  const [dx] = gradients(sum(mul(y, dy)), [x]);
  const model = toOnnx({ used: mul(backward ? dx! : y, 0.5) }, { winograd }); // as in a network, where something comes after
  const session = await nodeRuntime({ device: "cpu", threads }).load(model);
  const value = { dtype: "float32" as const, shape: x.shape, data: random.randn(channels * side * side) };
  const feeds = { [backward ? "dy" : "x"]: value };
  return async () => {
    const started = performance.now();
    for (let i = 0; i < RUNS; i++) await session.run(feeds);
    return performance.now() - started;
  };
}

process.stdout.write("| channels | side | forward | input gradient |\n| --- | --- | --- | --- |\n");
for (const channels of [16, 32, 64, 128, 256]) {
  for (const side of [16, 32, 64, 128]) {
    const cells: string[] = [];
    for (const backward of [false, true]) {
      const [plain, filtered] = [
        await sessionOf(channels, side, backward, false),
        await sessionOf(channels, side, backward, true),
      ];
      const ratios: number[] = [];
      for (let turn = 0; turn < TURNS; turn++) ratios.push((await plain()) / (await filtered()));
      cells.push(`${median(ratios)!.toFixed(2)}×`);
    }
    process.stdout.write(`| ${channels} | ${side}² | ${cells.join(" | ")} |\n`);
  }
}
