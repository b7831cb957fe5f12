import { input, type Tensor } from "../graph/index.ts";
import { type VaeConfig, vaeDecode, vaeEncode } from "../models/index.ts";
import type { Part, Size } from "./part.ts";

/** `pixels` [1, 3, H, W] in −1 … 1 → `latents` [1, C, H/f, W/f]: the distribution's mode, not scaled. */
export function encodeJob({ config, scope }: Part<VaeConfig>, { height, width }: Size): Record<"latents", Tensor> {
  const pixels = input("pixels", [1, config.inChannels, height, width]);
  return { latents: vaeEncode(scope, config, pixels).mean };
}

/** `latents` [1, C, H/f, W/f], not scaled → `pixels` [1, 3, H, W], about −1 … 1. */
export function decodeJob({ config, scope }: Part<VaeConfig>, { height, width }: Size): Record<"pixels", Tensor> {
  const latents = input("latents", [1, config.latentChannels, height, width]);
  return { pixels: vaeDecode(scope, config, latents) };
}
