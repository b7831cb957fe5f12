import { VisiiError } from "../errors.ts";
import { fromTensor, type Image, toTensor } from "../image/pixels.ts";
import {
  branchWeights,
  candidatesJob,
  constantTargetJob,
  decodeJob,
  denoiseJob,
  encodeJob,
  type LearnStepShape,
  learnStepJob,
  type Size,
  textJob,
  validateJob,
} from "../jobs/index.ts";
import type { Runtime } from "../runtime/session.ts";
import { ClipEncoder } from "./clip.ts";
import type { ModelParts, SoftWords } from "./parts.ts";
import type { PromptEmbeds } from "./prompt.ts";
import { Sessions } from "./sessions.ts";

/** A picture in the autoencoder's latent space: [1, C, H, W]. */
export interface Latents extends Size {
  readonly channels: number;
  readonly data: Float32Array;
}

/** s_T and s_I. */
export interface Guidance {
  readonly guidanceScale: number;
  readonly imageGuidanceScale: number;
}

type Feeds = Readonly<Record<string, Float32Array>>;

/** Weights of the UNet above which only one of its sessions is kept alive, in parameters. */
const LARGE = 100e6;

/**
 * A model ready for use: pictures to latents and back, texts to embeddings, and the steps of sampling and learning, each one session run. Free it
 * when done: `await using model = await loadModel(…)`, or `await model.release()`.
 */
export class Model {
  private readonly sessions: Sessions;
  private nothing: Promise<PromptEmbeds> | undefined;

  constructor(
    readonly parts: ModelParts,
    runtime: Runtime,
    onNotice?: (message: string) => void,
  ) {
    // About 100 parameters for every square of a level's channels: 380 M by this count for Stable Diffusion's 860 M, 2 M for tiny's 4 M.
    const parameters = parts.unet.config.levels.reduce((total, { channels }) => total + 100 * channels ** 2, 0);
    const large = parameters > LARGE;
    // A graphics card is slow to be given weights. On the processor they are read where the files have them, and a second session is only memory.
    const room = { alive: runtime.emit?.webgpu ? 4 : 1, large: 1 };
    const limits = large ? room : { alive: 12, large: 6 };
    this.sessions = new Sessions(runtime, parts.folder, limits, onNotice);
  }

  /** Both sides of a picture must be multiples of this, in pixels. */
  get multiple(): number {
    return this.parts.vae.config.factor * 2 ** (this.parts.unet.config.levels.length - 1);
  }

  /** Picture (sides multiples of `multiple`) → the mode of its latents, not scaled. */
  async encode(image: Image): Promise<Latents> {
    const { vae } = this.parts;
    const { width, height } = image;
    const build = () => encodeJob(vae, { width, height });
    const { latents } = await this.sessions.run(`encode ${height}x${width}`, false, build, { pixels: toTensor(image) });
    const { factor, latentChannels } = vae.config;
    return { channels: latentChannels, height: height / factor, width: width / factor, data: latents };
  }

  /** Latents, not scaled → picture. */
  async decode(latents: Latents): Promise<Image> {
    const { factor } = this.parts.vae.config;
    return fromTensor(await this.decodePixels(latents), latents.width * factor, latents.height * factor);
  }

  /** Latents, not scaled → [1, 3, H, W], about −1 … 1. */
  async decodePixels({ height, width, data }: Latents): Promise<Float32Array> {
    const { vae } = this.parts;
    const { pixels } = await this.sessions.run(
      `decode ${height}x${width}`,
      false,
      () => decodeJob(vae, { height, width }),
      { latents: data },
    );
    return pixels;
  }

  /** Words → c_T. Throws `VisiiError("usage")` when they are too long for the model's T tokens. */
  async prompt(words: string): Promise<PromptEmbeds> {
    const { text, tokenizer, tokenTable } = this.parts;
    const { positions, width } = text.config;
    const { ids, span, truncated } = tokenizer.encode(words);
    if (truncated)
      throw new VisiiError("usage", `The words are too long: ${positions - 2} tokens at most; use fewer.`, { words });
    const embeddings = new Float32Array(positions * width); // [1, T, E]
    for (const [row, id] of ids.entries()) {
      embeddings.set(tokenTable.subarray(Number(id) * width, (Number(id) + 1) * width), row * width);
    }
    const { prompt_embeds: data } = await this.sessions.run("text", false, () => textJob(text), { embeddings });
    return { data, tokens: positions, width, span };
  }

  /** c_∅, the embedding of the empty text. */
  async nullPrompt(): Promise<PromptEmbeds> {
    this.nothing ??= this.prompt("");
    return this.nothing;
  }

  /** The CLIP that goes with the model; undefined if there is to be none. Throws `VisiiError("model")` when it is not there. */
  async clip(): Promise<ClipEncoder | undefined> {
    const clip = await this.parts.clip.open();
    return clip && new ClipEncoder(clip, this.sessions);
  }

  /** CLIP's image embedding [P], of length 1. Throws `VisiiError("model")` when there is no CLIP. */
  async imageEmbeds(image: Image): Promise<Float32Array> {
    const clip = await this.clip();
    if (!clip) throw new VisiiError("model", `${this.parts.identity.name}: it was loaded without a CLIP.`);
    return clip.imageEmbeds(image);
  }

  /** One guided prediction ε̃, of whose branches only those that count are computed; feeds as `denoiseJob` names them. */
  async denoise(
    { height, width }: Size,
    { guidanceScale, imageGuidanceScale }: Guidance,
    feeds: Feeds,
  ): Promise<Float32Array> {
    const { unet, text } = this.parts;
    const weights = branchWeights(guidanceScale, imageGuidanceScale);
    const branches = [...weights.keys()];
    const build = () => denoiseJob(unet, { height, width }, text.config.positions, branches);
    const given = { ...feeds, weights: Float32Array.from(weights.values()) };
    return (await this.sessions.run(`denoise ${height}x${width} ${branches}`, true, build, given)).prediction;
  }

  /** What the plain prediction has to be for the guided one to be right, [C · H · W]; feeds as `constantTargetJob` names them. */
  async constantTarget({ height, width }: Size, feeds: Feeds): Promise<Float32Array> {
    const { unet, text } = this.parts;
    const build = () => constantTargetJob(unet, { height, width }, text.config.positions);
    return (await this.sessions.run(`target ${height}x${width}`, true, build, feeds)).constant_target;
  }

  /** How well an instruction predicts known noise, [N]; feeds as `validateJob` names them. */
  async validate({ height, width }: Size, n: number, feeds: Feeds): Promise<Float32Array> {
    const { unet, text } = this.parts;
    const seen = this.pixelsSeen(feeds);
    const build = () => validateJob(unet, { height, width }, text.config.positions, n, seen);
    return (await this.sessions.run(`validate ${height}x${width} ${n} ${seen}`, true, build, feeds)).mse;
  }

  /** How well each of N points of the model's soft words predicts one known noise, [N]; feeds as `candidatesJob` names them. */
  async rank(words: SoftWords, { height, width }: Size, n: number, feeds: Feeds): Promise<Float32Array> {
    const { unet, text } = this.parts;
    const seen = this.pixelsSeen(feeds);
    const build = () => candidatesJob(unet, words, { height, width }, text.config.positions, n, seen);
    return (await this.sessions.run(`candidates ${height}x${width} ${n} ${seen}`, true, build, feeds)).mse;
  }

  /**
   * One step of learning; feeds as `learnStepJob` names them, the CLIP loss only with a `direction`, soft words only with a `learned` point of theirs, errors
   * as pixels only with `to_pixels`.
   */
  async learnStep(shape: LearnStepShape, feeds: Feeds) {
    const { unet } = this.parts;
    const words = feeds.learned && this.parts.softWords;
    const clip = feeds.direction && (await this.parts.clip.open());
    const seen = this.pixelsSeen(feeds);
    const { size, batch, guided } = shape;
    const key = `learn ${size.height}x${size.width} ${batch} ${guided} ${clip !== undefined} ${words !== undefined} ${seen}`;
    return this.sessions.run(key, true, () => learnStepJob(unet, clip, { ...shape, seen }, words), feeds);
  }

  /** How many pixels errors are counted in for each latent, if they are. */
  private pixelsSeen({ to_pixels }: Feeds): number | undefined {
    return to_pixels && 3 * this.parts.vae.config.factor ** 2;
  }

  async release(): Promise<void> {
    await this.sessions.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
