import { VisiiError } from "../errors.ts";
import { Generator, noiseFor } from "../rng/index.ts";
import { NoiseSchedule, type SchedulerConfig } from "../schedulers/index.ts";
import type { EncodedPairs } from "./pairs.ts";
import type { LearnSettings } from "./settings.ts";

/** One noised sample: which pair, at which timestep; its noise follows from the timestep. */
export interface Draw {
  readonly timestep: number;
  readonly pair: number;
}

/** Keeps the draws of training, of pairs and of validation apart, though all come from one seed. */
const [PAIR_STREAM, VALIDATION_STREAM] = [0x70616972, 0x76616c69];

/**
 * What every step of a run looks at, known beforehand, so that a run resumed half-way sees the same. Timesteps: each of 0 … T − 1 once, in a shuffled
 * order, then again in another (the authors'); or of a part of them; or each drawn for itself ("uniform", the paper's). A shuffled run of fewer draws than T takes one timestep from each of as many equal stretches of 0 … T − 1,
 * so that every noise level has its share. Pairs are drawn at random (the paper's), or follow from the timestep (the authors'). With a target pool, the first K draws come again and again,
 * shuffled anew each time.
 */
export function plan(settings: LearnSettings, pairs: number, timesteps: number): Draw[][] {
  const { steps, batch, seed, targetPool } = settings;
  const { first, span } = range(settings, timesteps);
  const generator = new Generator(seed);
  const total = steps * batch;
  const draws = targetPool > 0 ? Math.min(targetPool, total) : total;
  const order = settings.timestepOrder === "uniform" ? [...generator.randint(first, first + span, draws)] : [];
  while (order.length < draws) {
    const count = Math.min(span, draws - order.length);
    const spread = [...generator.shuffle(count)];
    const offsets = generator.uniform(count);
    const within = (i: number) => (count === span ? i : Math.floor(((i + offsets[i]!) * span) / count));
    order.push(...spread.map((i) => first + within(i)));
  }
  const chosen = new Generator(seed ^ PAIR_STREAM).randint(0, pairs, draws);
  const pairOf = (timestep: number, i: number) => (settings.pairOrder === "timestep" ? timestep % pairs : chosen[i]!);
  const all = order.map((timestep, i): Draw => ({ timestep, pair: pairOf(timestep, i) }));
  while (all.length < total) all.push(...[...generator.shuffle(draws)].map((i) => all[i]!));
  return Array.from({ length: steps }, (_, step) => all.slice(step * batch, (step + 1) * batch));
}

/** The fixed draws that checkpoints are compared on: timesteps evenly spread, pairs in turn. */
export function validationPlan(settings: LearnSettings, pairs: number, timesteps: number): Draw[] {
  const { validation } = settings;
  const { first, span } = range(settings, timesteps);
  return Array.from({ length: validation }, (_, i) => ({
    timestep: first + Math.floor(((i + 0.5) * span) / validation),
    pair: i % pairs,
  }));
}

/** The timesteps that a run looks at: `span` of them, from `first` on. Throws `VisiiError("usage")` when there is none. */
function range({ timestepMin: first, timestepMax }: LearnSettings, timesteps: number) {
  const span = Math.min(timestepMax, timesteps - 1) - first + 1;
  if (span > 0) return { first, span };
  const message = `There is no timestep from ${first} to ${timestepMax}; the model has 0 to ${timesteps - 1}.`;
  throw new VisiiError("usage", message, { first, last: timestepMax });
}

/** Makes the arrays of noised samples that the graphs around the UNet take. */
export class Noiser {
  private readonly schedule: NoiseSchedule;

  constructor(
    config: SchedulerConfig,
    private readonly pairs: EncodedPairs,
    private readonly seed: number,
  ) {
    this.schedule = new NoiseSchedule(config);
  }

  get timesteps(): number {
    return this.schedule.length;
  }

  /** A step's samples, with the stored noises ε(t) of the run's seed. */
  training(draws: readonly Draw[]) {
    return this.feeds(draws, this.seed);
  }

  /** The same with noises that training does not see. */
  validation(draws: readonly Draw[]) {
    return this.feeds(draws, this.seed ^ VALIDATION_STREAM);
  }

  /** z_t, z_x, t, and what the model is to predict, for N draws, and how its errors are counted. */
  private feeds(draws: readonly Draw[], seed: number) {
    const size = this.pairs.after[0]!.data.length;
    const [sample, imageLatents, target] = [0, 1, 2].map(() => new Float32Array(draws.length * size)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    for (const [i, { timestep, pair }] of draws.entries()) {
      const original = this.pairs.after[pair]!.data;
      const noise = noiseFor(seed, timestep, size);
      sample.set(this.schedule.addNoise(original, noise, timestep), i * size);
      imageLatents.set(this.pairs.before[pair]!.data, i * size);
      target.set(this.schedule.target(original, noise, timestep), i * size);
    }
    return {
      sample,
      image_latents: imageLatents,
      timestep: Float32Array.from(draws, ({ timestep }) => timestep),
      target,
      ...(this.pairs.toPixels && { to_pixels: this.pairs.toPixels }),
    };
  }
}
