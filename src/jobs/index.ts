export { captionStepJob, nearestTokensJob } from "./caption.ts";
export { imageEmbedsJob, textEmbedsJob, textJob } from "./clip.ts";
export { branchWeights, candidatesJob, constantTargetJob, denoiseJob, validateJob } from "./denoise.ts";
export { type LearnStepOutputs, type LearnStepShape, learnStepJob } from "./learn-step.ts";
export type { Part, Size } from "./part.ts";
export { decodeJob, encodeJob } from "./vae.ts";
