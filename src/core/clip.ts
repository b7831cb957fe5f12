import { VisiiError } from "../errors.ts";
import type { Tensor } from "../graph/index.ts";
import { toClipTensor } from "../image/clip.ts";
import type { Image } from "../image/pixels.ts";
import { captionStepJob, imageEmbedsJob, nearestTokensJob, textEmbedsJob } from "../jobs/index.ts";
import { pooledRows } from "../models/index.ts";
import type { Clip } from "./parts.ts";
import type { Sessions } from "./sessions.ts";

type Feeds = Readonly<Record<string, Float32Array>>;

/** A CLIPModel ready for use: pictures and texts to embeddings in their shared space, and the steps of captioning. */
export class ClipEncoder {
  constructor(
    readonly clip: Clip,
    private readonly sessions: Sessions,
  ) {}

  /** The picture's embedding [P], of length 1. */
  async imageEmbeds(image: Image): Promise<Float32Array> {
    const pixels = toClipTensor(image, this.clip.preprocess);
    const { image_embeds: embeds } = await this.run("image embeds", () => imageEmbedsJob(this.clip), { pixels });
    return unit(embeds);
  }

  /** The text's embedding [P], of length 1. Of a text that is too long only its first tokens count, as CLIP has it. */
  async textEmbeds(words: string): Promise<Float32Array> {
    const { text } = this.clip.config;
    const tokenizer = await this.clip.tokenizer();
    const ids = [...tokenizer.encode(words).ids].map(Number);
    if (ids.length !== text.positions) {
      const message = `${this.clip.name}: its tokenizer gives ${ids.length} tokens, its texts have ${text.positions}.`;
      throw new VisiiError("model", message, { tokens: ids.length, positions: text.positions });
    }
    const feeds = { embeddings: await this.embeddings(ids), row: pooledRows(text, [ids]) };
    return unit((await this.run("text embeds", () => textEmbedsJob(this.clip), feeds)).text_embeds);
  }

  /** Rows of the token table: [N, E]. */
  async embeddings(ids: readonly number[]): Promise<Float32Array> {
    const { width } = this.clip.config.text;
    const table = await this.clip.tokenTable();
    const rows = new Float32Array(ids.length * width);
    for (const [row, id] of ids.entries()) rows.set(table.subarray(id * width, (id + 1) * width), row * width);
    return rows;
  }

  /** Scores [k, V] of the real tokens for k embeddings; feeds as `nearestTokensJob` names them. */
  async nearestTokens(tokens: number, feeds: Feeds): Promise<Float32Array> {
    return (await this.run(`nearest ${tokens}`, () => nearestTokensJob(this.clip, tokens), feeds)).scores;
  }

  /** One step of captioning; feeds as `captionStepJob` names them. */
  async captionStep(tokens: number, weightDecay: number, feeds: Feeds) {
    return this.run(`caption ${tokens} ${weightDecay}`, () => captionStepJob(this.clip, tokens, weightDecay), feeds);
  }

  async release(): Promise<void> {
    await this.sessions.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  private run<Outputs extends Record<string, Tensor>>(
    key: string,
    build: () => Outputs,
    feeds: Readonly<Record<string, Float32Array | BigInt64Array>>,
  ) {
    return this.sessions.run(key, false, build, feeds, this.clip.folder);
  }
}

function unit(embeds: Float32Array): Float32Array {
  const length = Math.hypot(...embeds);
  return embeds.map((x) => x / length);
}
