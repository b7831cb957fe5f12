import {
  add,
  concat,
  constant,
  div,
  gradients,
  greater,
  input,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  type Shape,
  sizeOf,
  type Tensor,
  where,
} from "../graph/index.ts";
import {
  type ClipConfig,
  type SoftWordsConfig,
  softWords,
  textProjection,
  type UNetConfig,
  unet,
} from "../models/index.ts";
import { adamW, clipDirectionLoss } from "../nn/index.ts";
import { constantBranches, denoiseInputs, forBatch, guide, promptInput } from "./denoise.ts";
import { squaredErrors } from "./errors.ts";
import type { Part, Size } from "./part.ts";

export interface LearnStepShape {
  readonly size: Size;
  /** T, rows of c_T. */
  readonly tokens: number;
  /** N, how many noised samples a step looks at. */
  readonly batch: number;
  /** Whether the loss is of the guided prediction ε̃ (three branches) or of the plain ε̂. */
  readonly guided: boolean;
  /** How many pixels the errors of each latent are counted in, 3 · factor²; latents if absent. */
  readonly seen?: number | undefined;
}

export interface LearnStepOutputs extends Record<string, Tensor> {
  next_prompt_embeds: Tensor;
  /** What learns, after the step: c_T itself, or the point that it follows from. */
  next_learned: Tensor;
  next_m: Tensor;
  next_v: Tensor;
  mse: Tensor;
  clip: Tensor;
  gradient: Tensor;
}

/**
 * One step of Algorithm 1: L = λ_mse ‖target − ε̂‖² + λ_clip · cosine-distance(c_T, Δ), its gradient with respect to c_T alone, and AdamW. With `words`
 * it is a point of their space that learns, and c_T follows from it.
 *
 * In: `prompt_embeds` [1, T, E], of which `moves` [1, T, 1] is positive for the rows that learn; with `words` also `learned` [1, D]; `m`, `v` of the shape of
 * what learns; `sample`, `image_latents`, `target` [N, C, H, W];
 * `timestep` [N]; `lr`, `step`, `lambda_mse`, `lambda_clip`, `gradient_clip` []; with a CLIP: `direction` [1, P]; errors as pixels: `to_pixels` [seen, C, 3, 3]; guided: `null_embeds` [1, T, E],
 * `guidance_scale`, `image_guidance_scale` []. Out: `next_prompt_embeds`, `next_learned`, `next_m`, `next_v`, both losses before the
 * update, and `gradient`, before it is limited.
 *
 * The branches ε̂(∅, z_x) and ε̂(∅,∅) do not depend on c_T: they run forward only, in a batch of their own.
 */
export function learnStepJob(
  network: Part<UNetConfig>,
  clip: Part<ClipConfig> | undefined,
  shape: LearnStepShape,
  words?: Part<SoftWordsConfig>,
): LearnStepOutputs {
  const { config, scope } = network;
  const { size, tokens, batch, guided, seen } = shape;
  const given = promptInput(config, "prompt_embeds", tokens);
  const learned = words ? input("learned", [1, words.config.width]) : given;
  const promptOf = (point: Tensor) => (words ? softWords(words.scope, words.config, point, given) : point);
  const prompt = promptOf(learned);
  const inputs = denoiseInputs(config, size, batch);
  const pictures = concat([inputs.sample, inputs.imageLatents], 1); // [N, 2C, H, W]
  const plain = unet(scope, config, pictures, inputs.timestep, forBatch(prompt, batch));
  const prediction = guided ? guidedPrediction(network, inputs, plain, tokens) : plain;

  const mseLoss = mean(squaredErrors(prediction, input("target", prediction.shape), seen));
  const clipLoss = clip
    ? clipDirectionLoss(
        prompt,
        textProjection(clip.scope, clip.config),
        input("direction", [1, clip.config.projection]),
      )
    : constant([0], []);
  const loss = add(mul(input("lambda_mse", []), mseLoss), mul(input("lambda_clip", []), clipLoss));

  const limit = input("gradient_clip", []);
  const scale = lossScale(prediction.shape);
  const [scaled] = gradients(mul(loss, scale), [learned]) as [Tensor];
  const slope = div(scaled, scale);
  const clipped = minimum(maximum(slope, neg(limit)), limit);
  const [m, v] = [input("m", learned.shape), input("v", learned.shape)];
  const next = adamW(learned, clipped, m, v, { lr: input("lr", []), step: input("step", []) });
  // Start, end and padding rows are put back (paper, appendix C).
  const moved = words ? next.param : where(greater(input("moves", [1, tokens, 1]), 0), next.param, learned);
  return {
    next_prompt_embeds: promptOf(moved),
    next_learned: moved,
    next_m: next.m,
    next_v: next.v,
    mse: mseLoss,
    clip: clipLoss,
    gradient: slope,
  };
}

/**
 * What a mean over a prediction of this shape is multiplied by while it is differentiated: about as many as it has values, or each one's share of the
 * gradient would be too small for 16 bits. A power of two, so that in 32 bits no bit changes.
 */
function lossScale(shape: Shape): number {
  return 2 ** Math.round(Math.log2(sizeOf(shape)));
}

function guidedPrediction(
  network: Part<UNetConfig>,
  inputs: ReturnType<typeof denoiseInputs>,
  text: Tensor,
  tokens: number,
): Tensor {
  const { image, none } = constantBranches(network, inputs, tokens);
  return guide(text, image, none, input("guidance_scale", []), input("image_guidance_scale", []));
}
