import type { Model } from "../../src/core/model.ts";
import { sample } from "../../src/core/sample.ts";
import { Generator } from "../../src/rng/index.ts";
import { NoiseSchedule } from "../../src/schedulers/index.ts";
import { type Goldens, type Row, relativeError } from "./goldens.ts";

const OUTPUT = 1e-4;
const LONG = 1e-3;

const normal = (seed: number, count: number) => new Generator(seed).randn(count);
const one = (value: number) => Float32Array.of(value);

/** Every comparison, as it is made. */
export async function* rows(model: Model, goldens: Goldens): AsyncGenerator<Row> {
  let began = performance.now();
  const row = async (what: string, golden: string, ours: Float32Array, limit: number): Promise<Row> => {
    const seconds = (performance.now() - began) / 1000;
    const error = relativeError(ours, await goldens.get(golden));
    began = performance.now();
    return { what, error, limit, seconds };
  };
  const { facts, before, after } = goldens;
  const { unet, vae, scheduler } = model.parts;

  // 1. Parts
  const prompt = await model.prompt(facts.words);
  yield row("text encoder", "prompt_embeds", prompt.data, OUTPUT);
  const embeds = await model.imageEmbeds(before);
  yield row("image encoder", "image_embeds", embeds, OUTPUT);
  const imageLatents = await model.encode(before);
  yield row("VAE, encode", "image_latents", imageLatents.data, OUTPUT);
  yield row("VAE, decode", "pixels", await model.decodePixels(imageLatents), OUTPUT);

  // 2. The UNet; with both scales at 1 it is the plain prediction.
  for (const [name, [height, width]] of Object.entries(facts.sizes)) {
    const count = unet.config.outChannels * height * width;
    const prediction = await model.denoise(
      { height, width },
      { guidanceScale: 1, imageGuidanceScale: 1 },
      {
        sample: normal(3, count),
        image_latents: normal(4, count),
        timestep: one(facts.timestep),
        prompt_embeds: prompt.data,
      },
    );
    yield row(`UNet, ${name}`, `unet ${name}`, prediction, OUTPUT);
  }

  // 3. An edit
  const { steps, seed, guidanceScale, imageGuidanceScale } = facts;
  const settings = { ...model.parts.editDefaults, steps, seed, guidanceScale, imageGuidanceScale, strength: 1 };
  const edit = sample(model, prompt, imageLatents, { settings, noiseSeed: seed });
  let state = await edit.next();
  while (!state.done) state = await edit.next();
  const scaled = state.value.data.map((x) => x * vae.config.scalingFactor);
  yield row(`an edit of ${steps} steps, latents`, "latents", scaled, LONG);

  // 4. Learning
  const direction = await directionOf(model, embeds, after);
  const target = (await model.encode(after)).data.map((x) => x * vae.config.scalingFactor);
  const schedule = new NoiseSchedule(scheduler);
  const shape = { size: imageLatents, tokens: prompt.tokens, batch: 1, guided: false };
  const moves = Float32Array.from({ length: prompt.tokens }, (_, i) =>
    Number(i >= prompt.span.start && i < prompt.span.end),
  );
  const zeros = new Float32Array(prompt.data.length);
  let learned: Record<"prompt_embeds" | "m" | "v", Float32Array> = { prompt_embeds: prompt.data, m: zeros, v: zeros };
  const losses: Record<"mse" | "clip", number[]> = { mse: [], clip: [] };
  for (let step = 0; step < facts.learningSteps; step++) {
    const t = (step * 397 + facts.timestep) % 1000;
    const noise = normal(100 + step, target.length);
    const results = await model.learnStep(shape, {
      ...learned,
      moves,
      sample: schedule.addNoise(target, noise, t),
      image_latents: imageLatents.data,
      target: noise,
      timestep: one(t),
      direction,
      lambda_mse: one(facts.lambdaMse),
      lambda_clip: one(facts.lambdaClip),
      gradient_clip: one(3e38),
      lr: one(facts.lr),
      step: one(step + 1),
    });
    // The first moment starts at zero, so after one step it is the gradient times 1 − β₁.
    if (step === 0)
      yield row(
        "d loss / d c_T",
        "gradient",
        results.next_m.map((m) => m / (1 - 0.9)),
        LONG,
      );
    learned = { prompt_embeds: results.next_prompt_embeds, m: results.next_m, v: results.next_v };
    losses.mse.push(results.mse[0]!);
    losses.clip.push(results.clip[0]!);
  }
  const title = (of: string) => `${facts.learningSteps} steps of learning, ${of}`;
  yield row(title("diffusion loss"), "mse", Float32Array.from(losses.mse), LONG);
  yield row(title("CLIP loss"), "clip", Float32Array.from(losses.clip), LONG);
  yield row(title("c_T"), "learned", learned.prompt_embeds, LONG);
}

async function directionOf(model: Model, before: Float32Array, after: Goldens["after"]): Promise<Float32Array> {
  const difference = (await model.imageEmbeds(after)).map((y, i) => y - before[i]!);
  const length = Math.hypot(...difference);
  return difference.map((x) => x / length);
}
