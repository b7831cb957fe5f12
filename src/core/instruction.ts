import { VisiiError } from "../errors.ts";
import { encodeSafetensors, memorySource, openSafetensors, readTensor } from "../weights/index.ts";
import { instructionBytes } from "./card.ts";
import type { PromptEmbeds, Span } from "./prompt.ts";

const FORMAT = "visii.instruction";
const VERSION = "1";

/** Which model an instruction speaks to: a name and version for people, and hashes of the weights that decide. */
export interface ModelIdentity {
  readonly name: string;
  readonly version: string;
  /** sha256 over the weights of the pipeline. */
  readonly hash: string;
  /** The same of the CLIP that Δ came from; empty where there was none. */
  readonly clipHash: string;
}

/** How an instruction came to be. */
export interface Provenance {
  readonly model: ModelIdentity;
  /** The words that learning started from. */
  readonly prompt: string;
  /** Everything that was set, by name. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** The loss ‖target − ε̂‖² of every step. */
  readonly losses: readonly number[];
  /** Checkpoints: the step, and the loss on the validation set that chose the best. */
  readonly checkpoints: readonly (readonly [step: number, validation: number])[];
  /** `visii` and its version. */
  readonly software: string;
}

/** A learned instruction: c_T and where it comes from. Immutable. */
export class Instruction {
  constructor(
    readonly promptEmbeds: PromptEmbeds,
    readonly provenance: Provenance,
  ) {}

  /** The bytes of its `.safetensors` file; equal instructions have equal bytes. `prompt_embeds` is float32 [1, T, E], as diffusers takes it. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const { data, tokens, width, span } = this.promptEmbeds;
    const { model, prompt, settings, seed, losses, checkpoints, software } = this.provenance;
    const tensors = { prompt_embeds: { dtype: "float32", shape: [1, tokens, width], data } } as const;
    return encodeSafetensors(tensors, {
      format: FORMAT,
      version: VERSION,
      space: "text",
      model: model.name,
      model_version: model.version,
      model_hash: model.hash,
      clip_hash: model.clipHash,
      span: `${span.start}:${span.end}`,
      prompt,
      settings: JSON.stringify(settings),
      seed: String(seed),
      losses: JSON.stringify(losses),
      checkpoints: JSON.stringify(checkpoints),
      software,
    });
  }

  /** Writes the file, beside and renamed. Throws `VisiiError("io")`. Node only. */
  async save(path: string): Promise<void> {
    const { writeFileAtomic } = await import("../files/atomic.ts");
    await writeFileAtomic(path, this.toBytes());
  }

  /**
   * Reads a file of `save`'s, or an edit card. Throws `VisiiError`: `input` if there is no such file, `instruction` as `parse` does. Node only.
   *
   * @example const instruction = await Instruction.load("sketch.safetensors");
   */
  static async load(path: string): Promise<Instruction> {
    const { readInput } = await import("../files/read.ts");
    return Instruction.parse(await readInput(path), path);
  }

  /**
   * Reads a file's bytes, an edit card's too; `name` is how errors call it. Throws `VisiiError("instruction")`, in one sentence: not an instruction, an unknown version
   * or space, a wrong shape.
   */
  static async parse(bytes: Uint8Array, name: string): Promise<Instruction> {
    const refuse = (what: string): never => {
      throw new VisiiError("instruction", `${name}: ${what}.`, { name });
    };
    const own = await instructionBytes(bytes, name);
    const file = await openSafetensors(memorySource(name, own)).catch((error: Error) =>
      refuse(`this is not an instruction file (${error.message.replace(`${name}: `, "").replace(/\.$/, "")})`),
    );
    const { metadata } = file;
    const text = (key: string) => metadata[key] ?? refuse(`the entry "${key}" is missing from its metadata`);
    if (metadata.format !== FORMAT) refuse("this is a safetensors file, but not an instruction of visii");
    if (text("version") !== VERSION)
      refuse(`this instruction has version ${text("version")}, this program reads version ${VERSION}`);
    if (text("space") !== "text")
      refuse(`this instruction lives in the space "${text("space")}", this program knows "text"`);
    if (!file.tensors.has("prompt_embeds")) refuse("the tensor prompt_embeds is missing");
    const { dtype, shape, data } = await readTensor(file, "prompt_embeds");
    if (dtype !== "float32" || shape.length !== 3 || shape[0] !== 1)
      refuse(`prompt_embeds is ${dtype}[${shape}], expected float32[1,T,E]`);
    const [, tokens, width] = shape as [number, number, number];
    if (!(data as Float32Array).every(Number.isFinite)) refuse("prompt_embeds holds values that are not finite");
    const span =
      parseSpan(text("span"), tokens) ?? refuse(`its token span "${text("span")}" does not lie in ${tokens} tokens`);
    const json = <T>(key: string): T => {
      try {
        return JSON.parse(text(key)) as T;
      } catch {
        return refuse(`the entry "${key}" of its metadata is not JSON`);
      }
    };
    const promptEmbeds = { data: data as Float32Array, tokens, width, span };
    return new Instruction(promptEmbeds, {
      model: {
        name: text("model"),
        version: text("model_version"),
        hash: text("model_hash"),
        clipHash: text("clip_hash"),
      },
      prompt: text("prompt"),
      settings: json("settings"),
      seed: json("seed"),
      losses: json("losses"),
      checkpoints: json("checkpoints"),
      software: text("software"),
    });
  }
}

function parseSpan(text: string, tokens: number): Span | undefined {
  const [, start, end] = /^(\d+):(\d+)$/.exec(text)?.map(Number) ?? [];
  return start !== undefined && end !== undefined && start >= 1 && start < end && end < tokens
    ? { start, end }
    : undefined;
}
