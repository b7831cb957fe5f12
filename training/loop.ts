import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VisiiError } from "../src/errors.ts";
import { type Tensor, toOnnx } from "../src/graph/index.ts";
import { Generator, noiseSeed } from "../src/rng/index.ts";
import type { Runtime, Session, Value } from "../src/runtime/session.ts";
import { inputScope, type Scope } from "../src/weights/index.ts";
import type { Schedule } from "./config.ts";
import type { Initialise } from "./initialise.ts";
import { averageDecay, learningRate } from "./schedule.ts";
import { State } from "./state.ts";
import { type Optimiser, stepGraph } from "./step.ts";

/** What is made smaller, and other numbers worth logging. */
export interface Loss {
  readonly loss: Tensor;
  /** Scalars. */
  readonly report?: Readonly<Record<string, Tensor>>;
}

export type Feeds = Readonly<Record<string, Float32Array | BigInt64Array>>;

/** One network's training, as the loop sees it. */
export interface Task {
  readonly name: string;
  /** Its random numbers are its own, whatever the other parts do. */
  readonly seed: bigint;
  readonly schedule: Schedule;
  readonly optimiser: Optimiser;
  readonly initialise: Initialise;
  /** Improves on the random start, before the first step. */
  prepare?(state: State, runtime: Runtime): Promise<void>;
  /** The kind of step that step `step` (from 0) is; each kind has its own graph over the same parameters. */
  stage(step: number): string;
  loss(scope: Scope, stage: string): Loss;
  batch(stage: string, random: Generator): Feeds | Promise<Feeds>;
}

export interface LoopOptions {
  readonly runtime: Runtime;
  /** Where the checkpoint and the log go. */
  readonly out: string;
  /** Goes on from the checkpoint there, if there is one. @default false */
  readonly resume?: boolean;
  /** Between two steps, leaves a checkpoint and throws `VisiiError("aborted")`. */
  readonly signal?: AbortSignal;
  readonly onStep?: (entry: LogEntry) => void;
}

export interface LogEntry {
  readonly step: number;
  readonly loss: number;
  readonly seconds: number;
  readonly [name: string]: number;
}

/** Steps between two lines of the log; the first steps are all in it. */
const LOG_EVERY = 10;

/** Trains to the end of the schedule and leaves a checkpoint; returns the state, whose averages are the result. */
export async function train(task: Task, options: LoopOptions): Promise<State> {
  const { out, runtime, signal, onStep } = options;
  const { schedule } = task;
  mkdirSync(out, { recursive: true });
  const file = join(out, `${task.name}.checkpoint.safetensors`);
  const settings = JSON.stringify({ schedule, seed: String(task.seed) });
  const random = (step: number) => new Generator(noiseSeed(task.seed, step));

  const { scope, parameters } = inputScope();
  task.loss(scope, task.stage(0));
  const state = State.initial(parameters, task.initialise, random(2 ** 32 - 1));
  if (options.resume && existsSync(file)) {
    await state.load(file, settings);
  } else {
    await task.prepare?.(state, runtime);
    state.average.set(state.parameters);
  }
  const log = new Log(join(out, `${task.name}.jsonl`), state.step);

  let session: { stage: string; step: StepSession } | undefined;
  try {
    while (state.step < schedule.steps) {
      const stage = task.stage(state.step);
      if (session?.stage !== stage) {
        await session?.step.release();
        session = { stage, step: await StepSession.create(task, stage, runtime) };
      }
      const started = performance.now();
      const lr = learningRate(state.step, schedule);
      const report = await session.step.run(state, lr, await task.batch(stage, random(state.step)));
      state.step++;
      state.follow(averageDecay(state.step, schedule));
      if (!Number.isFinite(report.loss)) throw new VisiiError("runtime", `${task.name}: the loss is ${report.loss}.`);
      const entry = { step: state.step, ...report, lr, seconds: (performance.now() - started) / 1000 };
      if (state.step % LOG_EVERY === 0 || state.step <= LOG_EVERY) log.write(entry);
      onStep?.(entry);
      if (signal?.aborted) {
        await state.save(file, settings);
        throw new VisiiError("aborted", `${task.name}: stopped after step ${state.step}; --resume goes on.`);
      }
      if (state.step % (schedule.checkpointEvery ?? 500) === 0) await state.save(file, settings);
    }
    await state.save(file, settings);
    return state;
  } finally {
    await session?.step.release();
  }
}

/** The compiled graph of one kind of step. */
export class StepSession {
  private constructor(
    private readonly session: Session,
    private readonly inputs: readonly {
      readonly name: string;
      readonly dtype: Value["dtype"];
      readonly shape: readonly number[];
    }[],
    private readonly reports: readonly string[],
  ) {}

  static async create(task: Task, stage: string, runtime: Runtime): Promise<StepSession> {
    const { scope, parameters } = inputScope();
    const { loss, report = {} } = task.loss(scope, stage);
    const model = toOnnx({ ...stepGraph(parameters, loss, task.optimiser), ...report });
    return new StepSession(await runtime.load(model), model.inputs, ["loss", "gradient", ...Object.keys(report)]);
  }

  /** Updates `state`'s parameters and moments; returns the losses before the update. */
  async run(state: State, lr: number, feeds: Feeds): Promise<{ loss: number; [name: string]: number }> {
    const parameters = Object.fromEntries(state.tensors("parameters"));
    const given: Feeds = {
      ...feeds,
      m: state.m,
      v: state.v,
      lr: Float32Array.of(lr),
      step: Float32Array.of(state.step + 1),
    };
    const values = this.inputs.map(({ name, dtype, shape }): [string, Value] => {
      return [name, parameters[name] ?? { dtype, shape, data: given[name]! }];
    });
    const results = await this.session.run(Object.fromEntries(values));
    const data = (name: string) => results[name]!.data as Float32Array;
    state.parameters = data("next:parameters");
    state.m = data("next:m");
    state.v = data("next:v");
    const report = this.reports.map((name) => [name, data(name)[0]!]);
    return Object.fromEntries(report) as { loss: number };
  }

  release(): Promise<void> {
    return this.session.release();
  }
}

/** One JSON object per line. Going on from a checkpoint forgets what was logged after it. */
class Log {
  constructor(
    private readonly file: string,
    from: number,
  ) {
    const lines = from > 0 && existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
    const kept = lines.filter((line) => line !== "" && (JSON.parse(line) as LogEntry).step <= from);
    writeFileSync(file, kept.map((line) => `${line}\n`).join(""));
  }

  write(entry: LogEntry): void {
    const rounded = Object.entries(entry).map(([name, value]) => [name, Number(value.toPrecision(6))]);
    appendFileSync(this.file, `${JSON.stringify(Object.fromEntries(rounded))}\n`);
  }
}
