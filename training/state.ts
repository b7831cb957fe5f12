import { VisiiError } from "../src/errors.ts";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { type Shape, sizeOf, type Tensor } from "../src/graph/index.ts";
import type { Generator } from "../src/rng/index.ts";
import { encodeSafetensors, openSafetensors, readTensor, type TensorData } from "../src/weights/index.ts";
import { fileSource } from "../src/weights/node.ts";
import type { Initialise } from "./initialise.ts";

const kinds = ["parameters", "m", "v", "average"] as const;

/**
 * All that training goes on from. Each vector holds every parameter, one after the other. The random numbers of a step are a function of
 * the seed and the step, so that the step is the state of the generator too.
 */
export class State {
  /** Updates made so far. */
  step = 0;
  parameters: Float32Array;
  m: Float32Array;
  v: Float32Array;
  readonly average: Float32Array;
  readonly shapes: ReadonlyMap<string, Shape>;

  constructor(parameters: ReadonlyMap<string, Tensor>) {
    this.shapes = new Map([...parameters].map(([key, { shape }]) => [key, shape]));
    const size = [...this.shapes.values()].reduce((total, shape) => total + sizeOf(shape), 0);
    [this.parameters, this.m, this.v, this.average] = kinds.map(() => new Float32Array(size)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
  }

  static initial(parameters: ReadonlyMap<string, Tensor>, initialise: Initialise, random: Generator): State {
    const state = new State(parameters);
    for (const [key, { data, shape }] of state.tensors("parameters")) {
      data.set(initialise(key, shape, state.shapes, random));
    }
    return state;
  }

  /** Each parameter's own part of a vector, by its key: views, no copies. */
  *tensors(kind: (typeof kinds)[number]): Views {
    let start = 0;
    for (const [key, shape] of this.shapes) {
      const end = start + sizeOf(shape);
      yield [key, { dtype: "float32", shape, data: this[kind].subarray(start, end) }];
      start = end;
    }
  }

  /** Moves the average towards the parameters. */
  follow(decay: number): void {
    const { average, parameters } = this;
    for (let i = 0; i < average.length; i++) average[i]! += (parameters[i]! - average[i]!) * (1 - decay);
  }

  /** Writes the whole state, or nothing. `settings` are what the run was started with. */
  async save(file: string, settings: string): Promise<void> {
    const all = kinds.flatMap((kind) => [...this.tensors(kind)].map(([key, value]) => [`${kind}:${key}`, value]));
    const metadata = { format: "visii.training", step: String(this.step), settings };
    await writeFileAtomic(file, encodeSafetensors(Object.fromEntries(all) as Record<string, TensorData>, metadata));
  }

  /** Reads what `save` wrote. Throws `VisiiError("usage")` where it was another run's. */
  async load(file: string, settings: string): Promise<void> {
    const stored = await openSafetensors(await fileSource(file));
    if (stored.metadata.settings !== settings) {
      throw new VisiiError("usage", `${file}: this checkpoint was made with other settings; start anew.`, { file });
    }
    for (const kind of kinds) {
      for (const [key, { data }] of this.tensors(kind)) {
        data.set((await readTensor(stored, `${kind}:${key}`)).data as Float32Array);
      }
    }
    this.step = Number(stored.metadata.step);
  }
}

type Views = IterableIterator<readonly [string, { dtype: "float32"; shape: Shape; data: Float32Array }]>;
