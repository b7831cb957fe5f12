import { type OnnxModel, type Tensor, toOnnx } from "../graph/index.ts";
import type { Runtime, Session, Value } from "../runtime/session.ts";

/** How a model's sessions are kept. */
export interface SessionLimits {
  /** Sessions that may be alive at once; the one unused for longest goes first. */
  readonly alive: number;
  /** Of those, how many may hold the large network, whose weights every such session has for itself. */
  readonly large: number;
}

interface Entry {
  readonly large: boolean;
  readonly session: Promise<Session>;
  readonly model: OnnxModel;
}

/** The compiled graphs of one model, made when first needed and kept while there is room. */
export class Sessions {
  /** In the order of last use. */
  private readonly entries = new Map<string, Entry>();
  /** The graphs that 16 bits were too few for. */
  private readonly wide = new Set<string>();

  constructor(
    private readonly runtime: Runtime,
    private readonly folder: string | undefined,
    private readonly limits: SessionLimits,
    /** Told, in words, when a graph has to go on in 32 bits. */
    private readonly onNotice: (message: string) => void = () => {},
  ) {}

  /**
   * Runs the graph called `key`; `build` makes it if it is not there. Feeds are plain arrays, by input name; all outputs come back as
   * float32 arrays. `folder` is where its weights lie, if not in the model's own. What overflows in 16 bits is computed again in 32, from then on.
   */
  async run<Outputs extends Record<string, Tensor>>(
    key: string,
    large: boolean,
    build: () => Outputs,
    feeds: Readonly<Record<string, Float32Array | BigInt64Array>>,
    folder = this.folder,
  ): Promise<Record<keyof Outputs, Float32Array>> {
    const entry = await this.entry(key, large, build, folder);
    const results = await compute<keyof Outputs>(entry, feeds);
    const fine = Object.values<Float32Array>(results).every((values) => values.every(Number.isFinite));
    if (fine || !entry.model.half) return results;
    await this.widen(key, entry);
    return compute(await this.entry(key, large, build, folder), feeds);
  }

  /** Gives up 16 bits for a graph. */
  private async widen(key: string, entry: Entry): Promise<void> {
    if (this.entries.get(key) === entry) this.entries.delete(key);
    await (await entry.session).release();
    if (this.wide.has(key)) return;
    this.wide.add(key);
    this.onNotice(`${key}: gave numbers that are none in 16 bits; going on in 32 bits.`);
  }

  private async entry(
    key: string,
    large: boolean,
    build: () => Record<string, Tensor>,
    folder: string | undefined,
  ): Promise<Entry> {
    const known = this.entries.get(key);
    if (known) {
      this.entries.delete(key);
      this.entries.set(key, known);
      return known;
    }
    await this.makeRoom(large);
    const { emit = {} } = this.runtime;
    const model = toOnnx(build(), this.wide.has(key) ? { ...emit, half: false } : emit);
    const options = folder === undefined ? {} : { folder };
    const entry = { large, model, session: this.runtime.load(model, options) };
    this.entries.set(key, entry);
    entry.session.catch(() => this.entries.delete(key));
    return entry;
  }

  private async makeRoom(large: boolean): Promise<void> {
    const tooMany = () => this.entries.size >= this.limits.alive;
    const tooManyLarge = () =>
      large && [...this.entries.values()].filter((entry) => entry.large).length >= this.limits.large;
    while (tooMany() || tooManyLarge()) {
      const [key, entry] = [...this.entries].find(([, candidate]) => tooMany() || candidate.large)!;
      this.entries.delete(key);
      await (await entry.session).release();
    }
  }

  async release(): Promise<void> {
    const sessions = [...this.entries.values()].map((entry) => entry.session);
    this.entries.clear();
    for (const session of sessions) await (await session).release();
  }
}

async function compute<Name extends PropertyKey>(
  { session, model }: Entry,
  feeds: Readonly<Record<string, Float32Array | BigInt64Array>>,
): Promise<Record<Name, Float32Array>> {
  const values = model.inputs.map(({ name, dtype, shape }): [string, Value] => [
    name,
    { dtype, shape, data: feeds[name]! },
  ]);
  const results = await (await session).run(Object.fromEntries(values));
  const arrays = Object.entries(results).map(([name, { data }]) => [name, data]);
  return Object.fromEntries(arrays) as Record<Name, Float32Array>;
}
