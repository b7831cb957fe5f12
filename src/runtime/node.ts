import { access } from "node:fs/promises";
import { join } from "node:path";
import type * as Ort from "onnxruntime-node";
import { VisiiError } from "../errors.ts";
import type { DType, OnnxModel } from "../graph/index.ts";
import type { Device } from "./device.ts";
import { checkFeeds } from "./feeds.ts";
import { providerOf } from "./node-device.ts";
import { explain } from "./node-errors.ts";
import { disableTelemetry } from "./node-telemetry.ts";
import { defaultThreads } from "./node-threads.ts";
import type { Precision } from "./precision.ts";
import type { LoadOptions, Runtime, Session, Value } from "./session.ts";

/**
 * With more rows in a product than this, weights in a packed order save no time and only take memory: 3 GB when a full-size model learns at 512². At
 * 256² they save a sixth of a step.
 */
const PACKED_ROWS = 2048;

export interface NodeRuntimeOptions {
  readonly device: Device;
  /** How many bits the networks are computed with. @default "fp32" */
  readonly precision?: Precision;
  /** Threads within one op. Default: the physical cores, see `defaultThreads`. Results may differ in the last bits between counts. */
  readonly threads?: number;
  /** Whether weights stay as they are stored, instead of being copied into the order that products run fastest on. @default false */
  readonly lowMemory?: boolean;
  /** Begins the names of files, one per session, that tell of every run which node took how long and where it was computed. */
  readonly profile?: string;
}

/** ONNX Runtime as Node's addon. Running blocks the event loop of the thread that it is called on. */
export function nodeRuntime({
  device,
  precision = "fp32",
  threads = defaultThreads(),
  lowMemory = false,
  profile,
}: NodeRuntimeOptions): Runtime {
  return {
    emit: { webgpu: device === "webgpu", half: precision === "fp16", winograd: device === "cpu" && !lowMemory },
    async load(model, options = {}) {
      const ort = await loadAddon();
      const provider = providerOf(device, model, ort.listSupportedBackends());
      const settings = {
        ...(await sessionOptions(model, options, threads, lowMemory)),
        executionProviders: [provider],
        ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
      };
      const session = await ort.InferenceSession.create(model.bytes, settings).catch((cause) => {
        throw explain(cause, "load");
      });
      const { inputs, outputs } = model; // its bytes are not needed any more
      return new NodeSession(ort, session, { inputs, outputs });
    },
  };
}

async function loadAddon(): Promise<typeof Ort> {
  disableTelemetry();
  const ort = await import("onnxruntime-node");
  ort.env.logLevel = "fatal"; // errors are thrown as well; nothing is written to stderr
  return ort;
}

async function sessionOptions(
  model: OnnxModel,
  { folder }: LoadOptions,
  threads: number,
  lowMemory: boolean,
): Promise<Ort.InferenceSession.SessionOptions> {
  if (model.files.length > 0) {
    if (model.memory.length > 0) {
      throw new VisiiError(
        "runtime",
        "A model can't have weights both in files and in memory outside of its own bytes.",
      );
    }
    if (folder === undefined) {
      throw new VisiiError("runtime", `The model's weights are in ${model.files[0]}, but no folder was given for it.`);
    }
    for (const file of model.files) {
      await access(join(folder, file)).catch((cause) => {
        throw new VisiiError("runtime", `${join(folder, file)}: the weights can't be read.`, { file }, { cause });
      });
    }
  }
  return {
    graphOptimizationLevel: "all",
    enableMemPattern: false, // the same steady speed with a third less memory
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
    externalData: model.memory.map(({ path, data }) => ({ path, data })),
    extra: {
      session: {
        ...((lowMemory || model.rows > PACKED_ROWS) && { disable_prepacking: "1" }),
        ...(folder !== undefined && { model_external_initializers_file_folder_path: folder }),
      },
    },
  };
}

class NodeSession implements Session {
  #session: Ort.InferenceSession | undefined;

  constructor(
    private readonly ort: typeof Ort,
    session: Ort.InferenceSession,
    private readonly signature: Pick<OnnxModel, "inputs" | "outputs">,
  ) {
    this.#session = session;
  }

  async run(feeds: Readonly<Record<string, Value>>): Promise<Record<string, Value>> {
    const session = this.#session;
    if (!session) throw new VisiiError("runtime", "run: this session has been released");
    checkFeeds(this.signature.inputs, feeds);
    const tensors = Object.fromEntries(
      Object.entries(feeds).map(([name, { dtype, shape, data }]) => [
        name,
        new this.ort.Tensor(transferable(dtype), data as Float32Array, shape) as Ort.Tensor,
      ]),
    );
    const results = await session.run(tensors).catch((cause) => {
      throw explain(cause, "run");
    });
    return Object.fromEntries(this.signature.outputs.map(({ name }) => [name, toValue(results[name])]));
  }

  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}

function transferable(dtype: DType): "float32" {
  if (dtype === "bfloat16") throw new VisiiError("runtime", "run: bfloat16 can't be an input or an output");
  return dtype as "float32"; // the constructor is overloaded by type; all of ours are among them
}

function toValue({ type, dims, data }: Ort.Tensor): Value {
  // Newer versions of Node have Float16Array, and then the addon uses it.
  const bits = type === "float16" && !(data instanceof Uint16Array);
  const view = bits ? new Uint16Array((data as unknown as Uint16Array).buffer) : data;
  return { dtype: type as DType, shape: dims, data: view as Value["data"] };
}
