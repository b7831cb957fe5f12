import { Writer } from "protobufjs/minimal.js";
import type { AttributeValue } from "../op.ts";
import type { DType, Shape } from "../tensor.ts";

/** The part of onnx.proto that our models use; numbers behind names are its field numbers. */
export interface NodeProto {
  readonly opType: string; // 4
  readonly domain: string; // 7
  readonly name: string; // 3
  readonly inputs: readonly string[]; // 1
  readonly outputs: readonly string[]; // 2
  readonly attributes: Readonly<Record<string, AttributeValue>>; // 5
}

export interface TensorProto {
  readonly name: string; // 8
  readonly dtype: DType; // 2
  readonly shape: Shape; // 1
  /** The bytes themselves (9), or where they are (13, 14). */
  readonly data: Uint8Array | { readonly location: string; readonly offset: number; readonly length: number };
}

export interface ValueInfoProto {
  readonly name: string;
  readonly dtype: DType;
  /** In a graph that is written, −1 is a length that only the run tells. */
  readonly shape: Shape;
}

export interface GraphProto {
  readonly nodes: readonly NodeProto[]; // 1
  readonly initializers: readonly TensorProto[]; // 5
  readonly inputs: readonly ValueInfoProto[]; // 11
  readonly outputs: readonly ValueInfoProto[]; // 12
}

const DATA_TYPES: Record<DType, number> = { float32: 1, int64: 7, bool: 9, float16: 10, bfloat16: 16 };
const IR_VERSION = 10;
const OPSETS = { "": 21, "com.microsoft": 1 };

const [VARINT, BYTES, FIXED32] = [0, 2, 5];

/** One message under construction: protobuf fields by number. */
class Message {
  readonly writer = Writer.create();

  int(field: number, value: number): this {
    this.writer.uint32((field << 3) | VARINT).int64(value);
    return this;
  }

  float(field: number, value: number): this {
    this.writer.uint32((field << 3) | FIXED32).float(value);
    return this;
  }

  text(field: number, value: string): this {
    this.writer.uint32((field << 3) | BYTES).string(value);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.writer.uint32((field << 3) | BYTES).bytes(value);
    return this;
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.writer.finish());
  }
}

function attribute(name: string, value: AttributeValue): Message {
  const [FLOAT, INT, STRING, INTS] = [1, 2, 3, 7];
  const message = new Message().text(1, name);
  if (typeof value === "number") return message.int(3, value).int(20, INT);
  if (typeof value === "string") return message.bytes(4, new TextEncoder().encode(value)).int(20, STRING);
  if ("float" in value) return message.float(2, value.float).int(20, FLOAT);
  for (const n of value) message.int(8, n);
  return message.int(20, INTS);
}

function node({ opType, domain, name, inputs, outputs, attributes }: NodeProto): Message {
  const message = new Message();
  for (const input of inputs) message.text(1, input);
  for (const output of outputs) message.text(2, output);
  message.text(3, name).text(4, opType).text(7, domain);
  for (const [key, value] of Object.entries(attributes)) message.message(5, attribute(key, value));
  return message;
}

function entry(key: string, value: string): Message {
  return new Message().text(1, key).text(2, value);
}

function tensor({ name, dtype, shape, data }: TensorProto): Message {
  const EXTERNAL = 1;
  const message = new Message();
  for (const n of shape) message.int(1, n);
  message.int(2, DATA_TYPES[dtype]).text(8, name);
  if (data instanceof Uint8Array) return message.bytes(9, data);
  return message
    .message(13, entry("location", data.location))
    .message(13, entry("offset", String(data.offset)))
    .message(13, entry("length", String(data.length)))
    .int(14, EXTERNAL);
}

function valueInfo({ name, dtype, shape }: ValueInfoProto): Message {
  const dims = new Message();
  for (const n of shape) dims.message(1, n === -1 ? new Message() : new Message().int(1, n));
  const type = new Message().int(1, DATA_TYPES[dtype]).message(2, dims);
  return new Message().text(1, name).message(2, new Message().message(1, type));
}

/** An ONNX `ModelProto` as bytes. */
export function encodeModel({ nodes, initializers, inputs, outputs }: GraphProto): Uint8Array {
  const graph = new Message();
  for (const n of nodes) graph.message(1, node(n));
  graph.text(2, "visii");
  for (const t of initializers) graph.message(5, tensor(t));
  for (const v of inputs) graph.message(11, valueInfo(v));
  for (const v of outputs) graph.message(12, valueInfo(v));
  const model = new Message().int(1, IR_VERSION).text(2, "visii").message(7, graph);
  for (const [domain, version] of Object.entries(OPSETS))
    model.message(8, new Message().text(1, domain).int(2, version));
  return model.writer.finish();
}
