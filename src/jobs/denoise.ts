import { add, broadcastTo, concat, div, input, mul, reshape, slice, sub, sum, type Tensor } from "../graph/index.ts";
import { type SoftWordsConfig, softWords, type UNetConfig, unet } from "../models/index.ts";
import { squaredErrors } from "./errors.ts";
import type { Part, Size } from "./part.ts";

/** The inputs that every graph around the UNet has, for N samples. */
export function denoiseInputs(config: UNetConfig, { height, width }: Size, n: number) {
  const channels = config.outChannels;
  return {
    sample: input("sample", [n, channels, height, width]),
    imageLatents: input("image_latents", [n, config.inChannels - channels, height, width]),
    timestep: input("timestep", [n]),
  };
}

/** What there is one of, [1, …], for every one of N samples. */
export function forBatch(one: Tensor, n: number): Tensor {
  return broadcastTo(one, [n, ...one.shape.slice(1)]);
}

export function promptInput(config: UNetConfig, name: string, tokens: number): Tensor {
  return input(name, [1, tokens, config.crossAttentionWidth]);
}

/**
 * ε̃ = ε̂(∅,∅) + s_T (ε̂(c_T, z_x) − ε̂(∅, z_x)) + s_I (ε̂(∅, z_x) − ε̂(∅,∅)), which holds for v as it does for ε, since both are affine in one
 * another and the weights sum to one.
 */
export function guide(text: Tensor, image: Tensor, none: Tensor, guidance: Tensor, imageGuidance: Tensor): Tensor {
  return add(none, add(mul(guidance, sub(text, image)), mul(imageGuidance, sub(image, none))));
}

/** The three predictions that guidance mixes: ε̂(c_T, z_x), ε̂(∅, z_x) and ε̂(∅,∅). */
export type Branch = "text" | "image" | "none";

/** ε̃ as a weighted sum: of the branches whose weight is not zero, those that have to be computed. The weights sum to one. */
export function branchWeights(guidanceScale: number, imageGuidanceScale: number): ReadonlyMap<Branch, number> {
  const all: [Branch, number][] = [
    ["text", guidanceScale],
    ["image", imageGuidanceScale - guidanceScale],
    ["none", 1 - imageGuidanceScale],
  ];
  return new Map(all.filter(([, weight]) => weight !== 0));
}

/**
 * One sampling step's prediction, the branches of the guidance in one batch: `sample`, `image_latents` [1, C, H, W], `timestep` [1],
 * `prompt_embeds`, `null_embeds` [1, T, E], as far as the branches look at them, `weights` [branches] → `prediction` [1, C, H, W].
 */
export function denoiseJob(
  { config, scope }: Part<UNetConfig>,
  size: Size,
  tokens: number,
  branches: readonly Branch[] = ["text", "image", "none"],
): Record<"prediction", Tensor> {
  const { sample, imageLatents, timestep } = denoiseInputs(config, size, 1);
  const n = branches.length;
  // A text-to-image model sees no picture; its branches "image" and "none" are one.
  const sees = config.inChannels > config.outChannels;
  const pictures = branches.map((branch) =>
    sees ? concat([sample, branch === "none" ? mul(imageLatents, 0) : imageLatents], 1) : sample,
  );
  const [prompt, nothing] = [promptInput(config, "prompt_embeds", tokens), promptInput(config, "null_embeds", tokens)];
  const states = branches.map((branch) => (branch === "text" ? prompt : nothing));
  const all = unet(scope, config, concat(pictures, 0), broadcastTo(timestep, [n]), concat(states, 0)); // [branches, C, H, W]
  return { prediction: sum(mul(all, reshape(input("weights", [n]), [n, 1, 1, 1])), [0], true) };
}

/**
 * What ε̂(c_T, z_x) has to be for the guided prediction to hit `target`: i + (target − u − s_I (i − u)) / s_T, with u = ε̂(∅,∅) and i = ε̂(∅, z_x).
 * It does not depend on c_T, and ‖guided − target‖² = s_T² ‖ε̂(c_T, z_x) − constant_target‖². `sample`, `image_latents`, `target` [1, C, H, W],
 * `timestep` [1], `null_embeds` [1, T, E], both scales [] → `constant_target` [1, C, H, W].
 */
export function constantTargetJob(
  { config, scope }: Part<UNetConfig>,
  size: Size,
  tokens: number,
): Record<"constant_target", Tensor> {
  const { image, none } = constantBranches({ config, scope }, denoiseInputs(config, size, 1), tokens);
  const target = input("target", image.shape);
  const rest = sub(sub(target, none), mul(input("image_guidance_scale", []), sub(image, none)));
  return { constant_target: add(image, div(rest, input("guidance_scale", []))) };
}

/** ε̂(∅, z_x) and ε̂(∅,∅), [N, C, H, W] each, in one batch. */
export function constantBranches(
  { config, scope }: Part<UNetConfig>,
  { sample, imageLatents, timestep }: ReturnType<typeof denoiseInputs>,
  tokens: number,
): { image: Tensor; none: Tensor } {
  const n = sample.shape[0]!;
  const nothing = forBatch(promptInput(config, "null_embeds", tokens), 2 * n);
  const pictures = concat([concat([sample, imageLatents], 1), concat([sample, mul(imageLatents, 0)], 1)], 0); // [2N, 2C, H, W]
  const both = unet(scope, config, pictures, concat([timestep, timestep], 0), nothing);
  return { image: slice(both, 0, 0, n), none: slice(both, 0, n, 2 * n) };
}

/**
 * How well an instruction predicts known noise: `sample`, `image_latents`, `target` [N, C, H, W], `timestep` [N], `prompt_embeds` [1, T, E] →
 * `mse` [N], with `seen` counted as pixels by `to_pixels`. No gradient, no guidance.
 */
export function validateJob(
  { config, scope }: Part<UNetConfig>,
  size: Size,
  tokens: number,
  n: number,
  seen?: number,
): Record<"mse", Tensor> {
  const { sample, imageLatents, timestep } = denoiseInputs(config, size, n);
  const prompt = forBatch(promptInput(config, "prompt_embeds", tokens), n);
  const prediction = unet(scope, config, concat([sample, imageLatents], 1), timestep, prompt);
  return { mse: squaredErrors(prediction, input("target", prediction.shape), seen) };
}

/**
 * How well each of N points of the soft words predicts one known noise: `sample`, `image_latents`, `target` [1, C, H, W], `timestep` [1],
 * `points` [N, D], `prompt_embeds` [1, T, E] around their rows → `mse` [N], with `seen` counted as pixels by `to_pixels`. No gradient, no guidance.
 */
export function candidatesJob(
  { config, scope }: Part<UNetConfig>,
  words: Part<SoftWordsConfig>,
  size: Size,
  tokens: number,
  n: number,
  seen?: number,
): Record<"mse", Tensor> {
  const { sample, imageLatents, timestep } = denoiseInputs(config, size, 1);
  const around = promptInput(config, "prompt_embeds", tokens);
  const prompts = softWords(words.scope, words.config, input("points", [n, words.config.width]), around);
  const prediction = unet(
    scope,
    config,
    forBatch(concat([sample, imageLatents], 1), n),
    broadcastTo(timestep, [n]),
    prompts,
  );
  const target = forBatch(input("target", sample.shape), n);
  return { mse: squaredErrors(prediction, target, seen) };
}
