export { type Change, changeSimilarity, cosine, type Embedding, imageSimilarity, leakage } from "./clip.ts";
export { gmsd } from "./gmsd.ts";
export { errorRatio, meanSquaredError, psnr } from "./pictures.ts";
export { ssim } from "./ssim.ts";
