import { statSync } from "node:fs";
import { basename } from "node:path";
import { isVisiiError, VisiiError } from "../../errors.ts";
import { Generator } from "../../rng/index.ts";
import { type DatasetIndex, type EditFiles, type PictureFile, type Problem, readPicture } from "./edit.ts";
import { foldersIn } from "./files.ts";
import { folders } from "./folders.ts";
import { instructPix2Pix, isInstructPix2Pix } from "./instruct-pix2pix.ts";
import { manifest } from "./manifest.ts";

export interface SampleOptions {
  /** Edits to take; all by default. */
  readonly edits?: number;
  /** Decides which, and their order. @default 0 */
  readonly seed?: number;
  /** Pairs of each edit that results are judged by: its last ones. @default 2 */
  readonly tests?: number;
  /** Pairs of each edit to learn from, at most: its first ones. @default 4 */
  readonly examples?: number;
  /** Goes on without what is broken. @default false */
  readonly skipBroken?: boolean;
  /** Of files with two pictures side by side, whether the right one is before. @default false */
  readonly swap?: boolean;
  readonly onStep?: (done: number, total: number) => void;
}

/** An edit with its pairs told apart. */
export interface SampledEdit extends Omit<EditFiles, "pairs"> {
  readonly examples: EditFiles["pairs"];
  readonly tests: EditFiles["pairs"];
}

export interface Sampled {
  readonly layout: DatasetIndex["layout"];
  /** In the order of sampling. */
  readonly edits: readonly SampledEdit[];
  /** What was left out because it is broken. */
  readonly problems: readonly Problem[];
  /** Edits left out because they have only one pair. */
  readonly tooFew: number;
}

/** Problems that a message lists. */
const SHOWN = 10;

/**
 * The edits of a dataset that are to be run: chosen by seed, every picture of theirs decoded once, so that what is broken is told before anything long
 * begins. Throws `VisiiError("input")`: no dataset, nothing in it, or something broken (all of it in `data.problems`) unless `skipBroken`.
 */
export async function sampleDataset(path: string, options: SampleOptions = {}): Promise<Sampled> {
  const { seed = 0, tests = 2, examples = 4, skipBroken = false, onStep } = options;
  const problems: Problem[] = [];
  const { layout, entries } = openIndex(path, options.swap ?? false, problems);
  if (!skipBroken) refuse(path, problems);
  const wanted = Math.min(options.edits ?? entries.length, entries.length);
  const edits: SampledEdit[] = [];
  let tooFew = 0;
  for (const i of new Generator(seed).shuffle(entries.length)) {
    if (edits.length === wanted) break;
    const own: Problem[] = [];
    const whole = await readable(await entries[i]!.load(own), own);
    problems.push(...own);
    const { pairs, ...edit } = whole;
    const count = Math.min(tests, pairs.length - 1);
    if (count > 0) {
      const split = pairs.length - count;
      edits.push({ ...edit, examples: pairs.slice(0, Math.min(examples, split)), tests: pairs.slice(split) });
      onStep?.(edits.length, wanted);
    } else if (own.length === 0) tooFew++;
  }
  if (!skipBroken) refuse(path, problems);
  if (edits.length === 0) {
    const why = tooFew > 0 ? "no edit in it has two pairs, one to learn from and one to judge by" : "it holds no edit";
    throw new VisiiError("input", `${path}: ${why}.`, { path, problems });
  }
  return { layout, edits, problems, tooFew };
}

function openIndex(path: string, swap: boolean, problems: Problem[]): DatasetIndex {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) throw new VisiiError("input", `${path} does not exist.`, { path });
  if (!stat.isDirectory()) {
    if (/\.jsonl$/i.test(path)) return manifest(path, problems);
    throw new VisiiError("input", `${path} is no dataset: name a folder, or a manifest that ends in .jsonl.`, { path });
  }
  return isInstructPix2Pix(path, foldersIn(path)) ? instructPix2Pix(path, problems) : folders(path, swap);
}

/** The edit without the pairs whose pictures can't be read. */
async function readable(edit: EditFiles, problems: Problem[]): Promise<EditFiles> {
  const pairs: EditFiles["pairs"][number][] = [];
  for (const pair of edit.pairs) {
    const files = [pair.before, pair.after, pair.both].filter((file) => file !== undefined);
    const broken = (await Promise.all(files.map(problemOf))).filter((problem) => problem !== undefined);
    if (broken.length === 0) pairs.push(pair);
    problems.push(...broken);
  }
  return { ...edit, pairs };
}

async function problemOf(file: PictureFile): Promise<Problem | undefined> {
  try {
    await readPicture(file);
    return undefined;
  } catch (error) {
    if (!isVisiiError(error)) throw error;
    const { path } = file;
    const name = error.message.startsWith(path) ? path : basename(path);
    return { path, message: `${path}${error.message.slice(name.length)}` };
  }
}

function refuse(path: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const shown = problems.slice(0, SHOWN).map(({ message }) => message.replace(/\.$/, ""));
  if (problems.length > SHOWN) shown.push(`and ${problems.length - SHOWN} more`);
  const count = problems.length === 1 ? "one thing is" : `${problems.length} things are`;
  const message = `${path}: ${count} broken; mend it, or go on without with --skip-broken: ${shown.join("; ")}.`;
  throw new VisiiError("input", message, { path, problems });
}
