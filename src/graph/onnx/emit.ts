import { inHalf } from "../half.ts";
import { type LargestValue, largestOf } from "../largest.ts";
import type { AttributeValue, Emitter } from "../op.ts";
import type { ConstantAttrs, InputAttrs, ParameterAttrs } from "../ops/leaf.ts";
import { type DType, ensure, sizeOf, type Tensor } from "../tensor.ts";
import { walk } from "../walk.ts";
import { forWebGpu } from "../webgpu.ts";
import { byWinograd } from "../winograd.ts";
import { encodeModel, type NodeProto, type TensorProto, type ValueInfoProto } from "./proto.ts";

/** A graph written as ONNX, and what a runtime must know to load and feed it. */
export interface OnnxModel {
  /** A `ModelProto`. */
  readonly bytes: Uint8Array;
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
  /** Files (relative to the model's folder) in which weights are read where they lie. */
  readonly files: readonly string[];
  /** Weights held in memory, under the names by which the model refers to them as if they were files. */
  readonly memory: readonly { readonly path: string; readonly data: Uint8Array }[];
  /** What takes most memory of all its values. */
  readonly largest: LargestValue | undefined;
  /** Of its products with weights, the most rows that one has on its left. */
  readonly rows: number;
  /** Whether it was written for WebGPU. */
  readonly webgpu: boolean;
  /** Whether it computes its networks in 16 bits. */
  readonly half: boolean;
  /** The nodes that compute sines and cosines, which graphics cards do only roughly when angles are as large as timesteps. */
  readonly sines: readonly string[];
}

export interface EmitOptions {
  /** Whether it is to run on WebGPU, where some operators have to be avoided. @default false */
  readonly webgpu?: boolean;
  /** Whether the networks are computed in 16 bits, which graphics cards do faster, and in half of the memory. @default false */
  readonly half?: boolean;
  /** Whether convolutions are computed by Winograd's filtering where that is faster: on processors, at the price of larger weights. @default false */
  readonly winograd?: boolean;
}

/** Bytes above which a weight in memory stays outside of the model's own bytes. */
const INLINE_LIMIT = 64 * 1024;

/**
 * Elements above which the runtime is not told a value's shape beforehand, see `Writer.shape`. For every value it looks through all dead ones of unknown
 * shape, so that opening a quarter as many prepares the full-size learning step in 7 s instead of 12, in no more memory.
 */
const OPEN_LIMIT = 2 ** 20;

class Writer implements Emitter {
  readonly nodes: NodeProto[] = [];
  readonly initializers: TensorProto[] = [];
  readonly files = new Set<string>();
  readonly memory: { path: string; data: Uint8Array }[] = [];
  /** Values already written, by what they are: equal constants and equal computations are written once. */
  private readonly known = new Map<string, string>();
  private count = 0;

  /**
   * `inFiles`: some weights are read from files. The runtime takes external data from files or from memory, not from both. `open`: an input whose first
   * length is not written.
   */
  constructor(
    private readonly inFiles: boolean,
    private readonly open: Tensor | undefined,
  ) {}

  node(opType: string, inputs: readonly string[], attrs: Record<string, AttributeValue> = {}, domain = ""): string {
    return this.once(`${domain}.${opType}(${inputs.join(",")})${JSON.stringify(attrs)}`, (name) => {
      this.nodes.push({ opType, domain, name, inputs, outputs: [name], attributes: attrs });
    });
  }

  ints(values: readonly number[]): string {
    return this.constant({ data: BigInt64Array.from(values, BigInt), shape: [values.length] });
  }

  /**
   * A large shape is one that the runtime learns only as it runs. Where it knows shapes, it plans that a value takes over the buffer of a dead one of
   * the same shape, however far back, and keeps the buffer until then: five times the memory of what is alive, when the full-size UNet runs at 512².
   */
  shape(lengths: readonly number[]): string {
    if (!this.open || sizeOf(lengths) < OPEN_LIMIT) return this.ints(lengths);
    const { attrs, shape } = this.open;
    const length = this.node("Shape", [(attrs as InputAttrs).name], { start: 0, end: 1 });
    const zero = this.node("Sub", [length, this.ints(shape.slice(0, 1))]);
    return this.node("Add", [this.ints(lengths), zero]);
  }

  filled(value: number, shape: readonly number[]): string {
    return this.constant({ data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value), shape });
  }

  constant({ data, shape }: ConstantAttrs): string {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const dtype = data instanceof BigInt64Array ? "int64" : "float32";
    const write = (name: string) => {
      this.initializers.push({ name, dtype, shape, data: this.place(bytes, name) });
    };
    return bytes.length > 256 ? this.fresh(write) : this.once(`${dtype}[${shape.join(",")}]${bytes.join(",")}`, write);
  }

  /** A key may occur in two checkpoints that one graph draws from. */
  private unique(key: string): string {
    return this.initializers.some(({ name }) => name === key) ? this.unique(`${key}'`) : key;
  }

  /** Stored types other than the one wanted are cast where they are used; the runtime does that once, when it loads the model. */
  parameter({ name: key, shape, source: { dtype, location } }: ParameterAttrs, wanted: DType): string {
    const name = this.unique(key);
    const data =
      "file" in location
        ? { location: location.file, offset: location.offset, length: location.length }
        : this.place(location.data, name);
    if ("file" in location) this.files.add(location.file);
    this.initializers.push({ name, dtype, shape, data });
    return dtype === wanted ? name : this.node("Cast", [name], { to: wanted === "float16" ? 10 : 1 });
  }

  private place(data: Uint8Array, name: string): TensorProto["data"] {
    if (this.inFiles || data.length <= INLINE_LIMIT) return data;
    this.memory.push({ path: name, data });
    return { location: name, offset: 0, length: data.length };
  }

  private once(key: string, write: (name: string) => void): string {
    const name = this.known.get(key) ?? this.fresh(write);
    this.known.set(key, name);
    return name;
  }

  private fresh(write: (name: string) => void): string {
    const name = `%${this.count++}`;
    write(name);
    return name;
  }
}

/** Writes the graph that computes the named outputs. Throws `VisiiError("graph")` when two inputs, or an input and an output, share a name. */
export function toOnnx(
  wanted: Readonly<Record<string, Tensor>>,
  { webgpu = false, half = false, winograd = false }: EmitOptions = {},
): OnnxModel {
  const fit = webgpu ? forWebGpu(wanted) : winograd ? byWinograd(wanted) : wanted;
  const outputs = half ? inHalf(fit) : fit;
  const nodes = walk(Object.values(outputs));
  const inFile = ({ op, attrs }: Tensor) =>
    op.name === "parameter" && "file" in (attrs as ParameterAttrs).source.location;
  const open = webgpu ? undefined : nodes.find(({ op, rank }) => op.name === "input" && rank > 0);
  const writer = new Writer(nodes.some(inFile), open);
  const names = new Map<Tensor, string>();
  const inputs: ValueInfoProto[] = [];
  for (const tensor of nodes) {
    if (tensor.op.name === "input") {
      const attrs = tensor.attrs as InputAttrs;
      ensure(!inputs.some(({ name }) => name === attrs.name), "toOnnx", `two inputs are called "${attrs.name}"`);
      inputs.push({ name: attrs.name, dtype: attrs.dtype, shape: attrs.shape });
      names.set(tensor, attrs.name);
    } else if (tensor.op.name === "constant") {
      names.set(tensor, writer.constant(tensor.attrs as ConstantAttrs));
    } else if (tensor.op.name === "parameter") {
      names.set(tensor, writer.parameter(tensor.attrs as ParameterAttrs, tensor.dtype));
    } else {
      names.set(
        tensor,
        tensor.op.emit(
          tensor.inputs.map((x) => names.get(x)!),
          tensor.attrs,
          writer,
          tensor,
        ),
      );
    }
  }
  const results = Object.entries(outputs).map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  for (const [name, tensor] of Object.entries(outputs)) {
    ensure(!inputs.some((value) => value.name === name), "toOnnx", `an input and an output are both called "${name}"`);
    writer.nodes.push({
      opType: "Identity",
      domain: "",
      name,
      inputs: [names.get(tensor)!],
      outputs: [name],
      attributes: {},
    });
  }
  const bytes = encodeModel({
    nodes: writer.nodes,
    initializers: writer.initializers,
    inputs: inputs.map((value) =>
      value.name === (open?.attrs as InputAttrs | undefined)?.name
        ? { ...value, shape: [-1, ...value.shape.slice(1)] }
        : value,
    ),
    outputs: results,
  });
  return {
    bytes,
    inputs,
    outputs: results,
    files: [...writer.files],
    memory: writer.memory,
    largest: largestOf(nodes),
    rows: mostRows(nodes),
    webgpu,
    half,
    sines: writer.nodes.filter(({ opType }) => opType === "Sin" || opType === "Cos").map(({ name }) => name),
  };
}

function mostRows(nodes: readonly Tensor[]): number {
  const rows = nodes.filter(({ op }) => op.name === "matmulTransposed").map(({ shape }) => sizeOf(shape.slice(0, -1)));
  return Math.max(0, ...rows);
}
