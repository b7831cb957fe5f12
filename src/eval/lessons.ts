import { existsSync, readFileSync, rmSync } from "node:fs";
import { type Caption, caption } from "../core/caption.ts";
import { Instruction } from "../core/instruction.ts";
import { learn } from "../core/learn.ts";
import type { Model } from "../core/model.ts";
import type { Pair } from "../core/pairs.ts";
import { isVisiiError } from "../errors.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import type { Lesson } from "./rows.ts";
import type { EvalSettings } from "./run.ts";
import type { Store } from "./store.ts";

/** What learning an instruction took, in this process. */
interface Spent {
  readonly seconds: number;
}

/** The instructions and captions of one edit: made when they are first needed, kept in the store, and gone on with where a killed run has left them. */
export class Lessons {
  constructor(
    private readonly model: Model,
    private readonly store: Store,
    private readonly edit: { readonly id: string; readonly instruction?: string; readonly examples: readonly Pair[] },
    private readonly settings: EvalSettings,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** The pairs that a lesson of `count` looks at, beginning with `example`. */
  pairs(example: number, count: number): Pair[] {
    const { examples } = this.edit;
    return Array.from({ length: count }, (_, i) => examples[(example + i) % examples.length]!);
  }

  /** Words for the after pictures of these pairs. */
  async caption(example: number, count: number): Promise<string> {
    const file = this.store.fileOf("captions", this.edit.id, `e${example}_n${count}.json`);
    if (existsSync(file)) return (JSON.parse(readFileSync(file, "utf8")) as Caption).words;
    const clip = await this.model.clip();
    if (!clip) throw new Error("rows that start from a caption are left out where there is no CLIP");
    const after = this.pairs(example, count).map((pair) => pair.after);
    const found = await caption(clip, after, { ...this.settings.caption, ...(this.signal && { signal: this.signal }) });
    await writeFileAtomic(file, `${JSON.stringify(found)}\n`);
    return found.words;
  }

  /** The learned instruction. */
  async instruction({ pairs, clipLoss, start }: Lesson, example: number): Promise<Instruction> {
    const name = `n${pairs}_${clipLoss ? "clip" : "mse"}_${start}_e${example}`;
    const file = this.store.fileOf("instructions", this.edit.id, `${name}.safetensors`);
    if (existsSync(file)) return Instruction.parse(readFileSync(file), file);
    const init =
      start === "gt" ? this.edit.instruction : start === "cap" ? await this.caption(example, pairs) : undefined;
    const started = performance.now();
    const instruction = await this.learn(`${file}.checkpoint`, {
      ...this.settings.learn,
      ...(clipLoss ? {} : { lambdaClip: 0 }),
      ...(init !== undefined && { init }),
      pairs: this.pairs(example, pairs),
    });
    const spent: Spent = { seconds: (performance.now() - started) / 1000 };
    await writeFileAtomic(`${file}.json`, `${JSON.stringify(spent)}\n`);
    await instruction.save(file);
    rmSync(`${file}.checkpoint`, { force: true });
    return instruction;
  }

  /** Learns, keeping the state at every checkpoint of a run that is long enough to be missed. */
  private async learn(checkpoint: string, options: Parameters<typeof learn>[1]): Promise<Instruction> {
    const { signal } = this;
    const known = existsSync(checkpoint) ? readFileSync(checkpoint) : undefined;
    const run = learn(this.model, { ...options, ...(known && { resume: known }), ...(signal && { signal }) });
    try {
      for await (const event of run) {
        if (event.checkpoint && event.step < event.steps) await writeFileAtomic(checkpoint, run.state()!);
      }
    } catch (error) {
      // A checkpoint of other settings: begin again.
      if (known && isVisiiError(error, "input")) {
        rmSync(checkpoint, { force: true });
        return this.learn(checkpoint, options);
      }
      throw error;
    }
    const instruction = await run.result;
    return instruction;
  }
}
