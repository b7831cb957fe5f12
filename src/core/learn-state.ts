import { VisiiError } from "../errors.ts";
import { encodeSafetensors, memorySource, openSafetensors, readTensor } from "../weights/index.ts";

/** c_T as it was after some step, and how well it predicted the validation set's noise. */
export interface Checkpoint {
  readonly step: number;
  readonly validation: number;
  readonly promptEmbeds: Float32Array;
}

/** All that a learning run needs to go on from where it was, exactly. */
export interface LearnState {
  /** Steps done. */
  readonly step: number;
  /** From which of the task's starts. */
  readonly start: number;
  /** c_T [1, T, E] */
  readonly promptEmbeds: Float32Array;
  /** What learns, c_T itself or the point that it follows from, and AdamW's moments of it. */
  readonly learned: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  /** ‖target − ε̂‖² of every step so far. */
  readonly losses: readonly number[];
  readonly checkpoints: readonly Checkpoint[];
  /** Constant targets of the pool's first draws, as far as they are computed; none without a pool. */
  readonly targets: readonly Float32Array[];
}

const FORMAT = "visii.learning";

/** `fingerprint` says what is being learned; a state goes on only with the same one. */
export function encodeState(state: LearnState, fingerprint: string): Uint8Array<ArrayBuffer> {
  const { step, start, losses, checkpoints, targets } = state;
  const row = (data: Float32Array) => ({ dtype: "float32" as const, shape: [data.length], data });
  const kept = checkpoints.map(({ promptEmbeds }, i) => [`checkpoint.${i}`, row(promptEmbeds)] as const);
  const tensors = {
    prompt_embeds: row(state.promptEmbeds),
    learned: row(state.learned),
    m: row(state.m),
    v: row(state.v),
    ...Object.fromEntries(kept),
    ...Object.fromEntries(targets.map((target, i) => [`target.${i}`, row(target)])),
  };
  return encodeSafetensors(tensors, {
    format: FORMAT,
    fingerprint,
    step: String(step),
    start: String(start),
    losses: JSON.stringify(losses),
    checkpoints: JSON.stringify(checkpoints.map(({ step, validation }) => [step, validation])),
  });
}

/** Throws `VisiiError("input")` when the bytes are no state, or one of another run. */
export async function decodeState(bytes: Uint8Array, fingerprint: string): Promise<LearnState> {
  const file = await openSafetensors(memorySource("The checkpoint", bytes));
  const { metadata } = file;
  if (metadata.format !== FORMAT)
    throw new VisiiError("input", "The checkpoint is not one of visii's learning runs; learn without --resume.");
  if (metadata.fingerprint !== fingerprint) {
    throw new VisiiError(
      "input",
      "The checkpoint belongs to a run with other pictures, settings or another model; repeat what that run was given, or learn without --resume.",
    );
  }
  const values = async (key: string) => (await readTensor(file, key)).data as Float32Array;
  const computed = [...file.tensors.keys()].filter((key) => key.startsWith("target."));
  const kept = JSON.parse(metadata.checkpoints!) as [number, number][];
  return {
    step: Number(metadata.step),
    start: Number(metadata.start),
    promptEmbeds: await values("prompt_embeds"),
    learned: await values("learned"),
    m: await values("m"),
    v: await values("v"),
    losses: JSON.parse(metadata.losses!) as number[],
    targets: await Promise.all(computed.map((_, i) => values(`target.${i}`))),
    checkpoints: await Promise.all(
      kept.map(async ([step, validation], i) => ({ step, validation, promptEmbeds: await values(`checkpoint.${i}`) })),
    ),
  };
}
