import type { DType, EmitOptions, OnnxModel, Shape } from "../graph/index.ts";

/**
 * What goes into a session and comes out of it: float32 as numbers, int64 as bigints, bool as bytes 0 and 1, 16-bit floats as their bit
 * patterns.
 */
export interface Value {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Float32Array | BigInt64Array | Uint16Array | Uint8Array;
}

/** A graph made ready to run. Free it when done: `await session.release()`, or `await using session = …`. */
export interface Session {
  /**
   * Computes all outputs. Every input has to be given, with its own type and shape; the data are not copied and must not change
   * meanwhile.
   *
   * @throws VisiiError `runtime` if the feeds do not fit the graph, or the computation fails (mostly: not enough memory).
   */
  run(feeds: Readonly<Record<string, Value>>): Promise<Record<string, Value>>;
  /** Frees the memory; more than once is no error. */
  release(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface LoadOptions {
  /** The absolute folder that the model's external files are relative to. Needed if it has any. */
  readonly folder?: string;
}

/** Something that runs graphs: a device of this machine. */
export interface Runtime {
  /** How graphs for it are to be written. */
  readonly emit?: EmitOptions;
  /** @throws VisiiError `runtime` if the model can't be loaded. */
  load(model: OnnxModel, options?: LoadOptions): Promise<Session>;
}
