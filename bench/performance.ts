/**
 * The full-size UNet's steps against PyTorch, side by side: `npx tsx bench/performance.ts [--python python3] [--rounds N] [--only 256]
 * [--rows "(a),apply"]`.
 * First, once: `python reference/full_size/make_model.py`. Each comparison has two fresh processes, which take turns; medians, the first three
 * turns dropped. Peak memory is what the operating system says of each process. Wants two quiet cores and 24 GB.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { defaultThreads } from "../src/runtime/node-threads.ts";

interface Measured {
  readonly seconds: number;
  readonly peak: number;
  /** Of ours only: floating-point operations. */
  readonly flops?: number;
}

interface Comparison {
  readonly what: string;
  /** Pictures' side in pixels. */
  readonly pixels: number;
  readonly theirs: string;
  readonly ours: string;
  /** What makes PyTorch faster here, where something does: options of `reference/bench/full_size.py`. */
  readonly faster?: readonly string[];
}

const WARM_UP = 3;

/** PyTorch's quickest in 32 bits here: channels first, no torch.compile (docs/performance.md has both). */
const FULL_PRECISION: readonly Omit<Comparison, "pixels">[] = [
  { what: "(a) the authors' step", theirs: "authors", ours: "guided" },
  { what: "(a), ours with a target pool", theirs: "authors", ours: "plain" },
  { what: "a draw of the pool, prepared (PyTorch: three branches)", theirs: "apply", ours: "target" },
  { what: "(b) the best PyTorch step", theirs: "best", ours: "guided" },
  { what: "(c) plain loss, 1 F + 1 B", theirs: "plain", ours: "plain" },
  { what: "apply, one guided step", theirs: "apply", ours: "apply" },
];

/** PyTorch in 16 bits, ours in 32: for honesty, where the processor has units for it. */
const SIXTEEN_BITS: readonly Omit<Comparison, "pixels">[] = [
  { what: "(a), PyTorch in bf16", theirs: "authors", ours: "guided", faster: ["--bf16", "--channels-last"] },
  { what: "(c), PyTorch in bf16", theirs: "plain", ours: "plain", faster: ["--bf16", "--channels-last"] },
  { what: "apply, PyTorch in bf16", theirs: "apply", ours: "apply", faster: ["--bf16", "--channels-last"] },
];

const COMPARISONS: readonly Comparison[] = [512, 256].flatMap((pixels) =>
  [...FULL_PRECISION, ...(hasAmx() ? SIXTEEN_BITS : [])].map((comparison) => ({ ...comparison, pixels })),
);

function hasAmx(): boolean {
  return existsSync("/proc/cpuinfo") && /\bamx_bf16\b/.test(readFileSync("/proc/cpuinfo", "utf8"));
}

const MATRIX_PRODUCT: Comparison = { what: "matrix product 2048³", pixels: 256, theirs: "matmul", ours: "matmul" };

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    model: { type: "string", default: ".full-size/model" },
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: String(defaultThreads()) },
    only: { type: "string" },
    rows: { type: "string", default: "" },
  },
});

/** A process that measures one case at a time, as it is asked. */
class Side {
  private readonly lines: AsyncIterator<string>;

  private constructor(
    private readonly child: ChildProcess,
    /** Seconds until it was ready to be asked. */
    public startUp = 0,
  ) {
    this.lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  static async start(command: string, args: readonly string[]): Promise<Side> {
    const given = [...args, "--model", values.model, "--threads", values.threads];
    const started = performance.now();
    const side = new Side(spawn(command, given, { stdio: ["pipe", "pipe", "ignore"] }));
    await side.answer();
    side.startUp = (performance.now() - started) / 1000;
    return side;
  }

  measure(name: string, pixels: number): Promise<Measured> {
    this.child.stdin!.write(`${JSON.stringify({ case: name, side: pixels / 8 })}\n`);
    return this.answer<Measured>();
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.stdin!.end();
    await gone;
  }

  private async answer<Answer>(): Promise<Answer> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.child.spawnargs.join(" ")} stopped`);
    return JSON.parse(value) as Answer;
  }
}

function median(seconds: readonly number[]): number {
  const sorted = seconds.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** Medians of seconds, seconds from the start of the process to the end of its first step, and the last peaks: PyTorch's and ours. */
async function compare({ pixels, theirs, ours, faster = [] }: Comparison) {
  const [them, us] = [
    await Side.start(values.python, ["reference/bench/full_size.py", ...faster]),
    await Side.start(process.execPath, ["--import", "tsx", "bench/performance/ours.ts"]),
  ];
  const rounds: [Measured, Measured][] = [];
  for (let round = 0; round < WARM_UP + Number(values.rounds); round++) {
    rounds.push([await them.measure(theirs, pixels), await us.measure(ours, pixels)]);
  }
  await Promise.all([them.stop(), us.stop()]);
  const seconds = [0, 1].map((i) => median(rounds.slice(WARM_UP).map((pair) => pair[i]!.seconds))) as [number, number];
  const last = rounds.at(-1)!;
  const first = [them, us].map(({ startUp }, i) => startUp + rounds[0]![i]!.seconds);
  return { seconds, first, peaks: last.map(({ peak }) => (peak / 1e9).toFixed(1)), flops: last[1].flops! };
}

process.stdout.write(`${cpus()[0]?.model.trim()}, ${values.threads} threads, fp32; medians of ${values.rounds}\n`);
const product = await compare(MATRIX_PRODUCT);
const [their, our] = product.seconds.map((seconds) => product.flops / seconds / 1e9) as [number, number];
const most = Math.max(their, our);
process.stdout.write(`matrix product 2048³: PyTorch ${their.toFixed(0)} GFLOP/s, ours ${our.toFixed(0)}\n\n`);

const HEAD = [
  "step",
  "pictures",
  "PyTorch, s",
  "visii, s",
  "faster",
  "PyTorch, first step",
  "visii, first step",
  "PyTorch, GB",
  "visii, GB",
  "visii, GFLOP/s",
  "of the product's",
];
const row = (cells: readonly string[]) => process.stdout.write(`| ${cells.join(" | ")} |\n`);
row(HEAD);
row(HEAD.map(() => "---"));
for (const comparison of COMPARISONS) {
  if (!values.rows.split(",").some((part) => comparison.what.includes(part))) continue;
  if (values.only && !values.only.split(",").includes(String(comparison.pixels))) continue;
  const { seconds, first, peaks, flops } = await compare(comparison);
  const [a, b] = seconds;
  const rate = flops / b / 1e9;
  row([
    comparison.what,
    `${comparison.pixels}²`,
    a.toFixed(2),
    b.toFixed(2),
    `${(a / b).toFixed(2)}×`,
    ...first.map((seconds) => seconds.toFixed(1)),
    ...peaks,
    rate.toFixed(0),
    `${((100 * rate) / most).toFixed(0)} %`,
  ]);
}
