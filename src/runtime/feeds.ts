import { VisiiError } from "../errors.ts";
import { format, type OnnxModel, sizeOf } from "../graph/index.ts";
import type { Value } from "./session.ts";

/** Throws VisiiError `runtime` unless `feeds` are exactly the graph's inputs, of their types and shapes. */
export function checkFeeds(inputs: OnnxModel["inputs"], feeds: Readonly<Record<string, Value>>): void {
  for (const input of inputs) {
    const { name } = input;
    if (!Object.hasOwn(feeds, name)) fail(name, `expected ${format(input)}, got nothing`);
    const value = feeds[name];
    if (format(value) !== format(input)) fail(name, `expected ${format(input)}, got ${format(value)}`);
    if (value.data.length !== sizeOf(value.shape)) {
      fail(name, `${format(value)} holds ${sizeOf(value.shape)} values, got ${value.data.length}`);
    }
  }
  const unknown = Object.keys(feeds).find((key) => !inputs.some(({ name }) => name === key));
  if (unknown !== undefined) fail(unknown, "the graph has no such input");
}

function fail(input: string, what: string): never {
  throw new VisiiError("runtime", `run: input ${input}: ${what}`, { input });
}
