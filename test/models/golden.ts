/** Compares graphs with what PyTorch made of the same weights and inputs; see reference/goldens. */
import assert from "node:assert/strict";
import { gradients, input, type Tensor, toOnnx } from "../../src/graph/index.ts";
import { nodeRuntime } from "../../src/runtime/node.ts";
import type { Value } from "../../src/runtime/session.ts";
import { type ModelPart, type Scope, weightScope } from "../../src/weights/index.ts";
import { fileSource, openModelFolder } from "../../src/weights/node.ts";
import { openSafetensors, readTensor } from "../../src/weights/safetensors.ts";
import { relativeError } from "../graph/run.ts";

/** float32 sums of a few thousand terms, in another order than PyTorch's. */
export const OUTPUT_TOLERANCE = 1e-5;
/** The way back is as long again, and its sums are over whole pictures. */
export const GRADIENT_TOLERANCE = 1e-4;

const runtime = nodeRuntime({ device: "cpu", threads: 1 });

export type Golden = ReadonlyMap<string, Value>;

export async function readGolden(name: string): Promise<Golden> {
  const file = await openSafetensors(await fileSource(`test/goldens/models/${name}.safetensors`));
  const names = [...file.tensors.keys()];
  return new Map(await Promise.all(names.map(async (key) => [key, (await readTensor(file, key)) as Value] as const)));
}

/** The golden's `input.name` as an input of the graph. */
export function given(golden: Golden, name: string): Tensor {
  const { shape, dtype } = golden.get(`input.${name}`)!;
  return input(name, shape, dtype);
}

export function feedsOf(golden: Golden): Record<string, Value> {
  const inputs = [...golden].filter(([key]) => key.startsWith("input."));
  return Object.fromEntries(inputs.map(([key, value]) => [key.slice("input.".length), value]));
}

/** A part of a model folder with a scope that remembers what it handed out, so that gradients can name parameters. */
export async function openPart(folder: string, part = "."): Promise<Part> {
  const opened = await openModelFolder(folder);
  const { config, weights } = await opened.part(part);
  const { scope, finish } = weightScope(weights);
  const made = new Map<string, Tensor>();
  return { config, weights, scope: remember(scope, made), parameters: made, root: opened.root!, finish };
}

export interface Part extends Pick<ModelPart, "config" | "weights"> {
  readonly scope: Scope;
  readonly parameters: ReadonlyMap<string, Tensor>;
  readonly root: string;
  readonly finish: ReturnType<typeof weightScope>["finish"];
}

function remember(scope: Scope, made: Map<string, Tensor>): Scope {
  return {
    ...scope,
    at: (...names) => remember(scope.at(...names), made),
    param: (name, shape) => {
      const tensor = scope.param(name, shape);
      made.set(scope.path === "" ? name : `${scope.path}.${name}`, tensor);
      return tensor;
    },
  };
}

/** Runs a graph once. Inputs that it does not use may be among the feeds. */
export async function run(
  outputs: Record<string, Tensor>,
  feeds: Record<string, Value>,
  folder: string,
): Promise<Record<string, Float32Array>> {
  const model = toOnnx(outputs);
  await using session = await runtime.load(model, { folder });
  const results = await session.run(Object.fromEntries(model.inputs.map(({ name }) => [name, feeds[name]!])));
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

/** Every gradient that the golden has for this loss, as outputs of a graph. */
export function goldenGradients(
  golden: Golden,
  loss: Tensor,
  targets: ReadonlyMap<string, Tensor>,
): Record<string, Tensor> {
  const names = [...targets.keys()].filter((name) => golden.has(`gradient.${name}`));
  const found = gradients(
    loss,
    names.map((name) => targets.get(name)!),
  );
  return Object.fromEntries(names.map((name, i) => [`gradient.${name}`, found[i]!]));
}

/** Runs `outputs` on the golden's inputs, prints each relative error, and asserts that all are within tolerance. */
export async function compare(
  title: string,
  golden: Golden,
  outputs: Record<string, Tensor>,
  root: string,
  feeds: Record<string, Value> = feedsOf(golden),
): Promise<void> {
  const results = await run(outputs, feeds, root);
  report(
    title,
    Object.entries(results).map(([name, data]) => {
      const wanted = golden.get(name)!;
      assert.equal(data.length, wanted.data.length, `${name}: size`);
      const tolerance = name.startsWith("gradient.") ? GRADIENT_TOLERANCE : OUTPUT_TOLERANCE;
      return { name, error: relativeError(data, wanted.data as Float32Array), tolerance };
    }),
  );
}

export function report(title: string, rows: { name: string; error: number; tolerance: number }[]): void {
  const lines = rows.map(
    ({ name, error, tolerance }) => `  ${name.padEnd(80)} ${error.toExponential(1)}  ≤ ${tolerance}`,
  );
  console.log(`${title}: relative errors against PyTorch\n${lines.join("\n")}`);
  const wrong = rows
    .filter(({ error, tolerance }) => !(error <= tolerance))
    .map(({ name, error }) => `${name}: ${error}`);
  assert.deepEqual(wrong, [], `${title}: beyond tolerance`);
}
