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

  constructor(
    private readonly runtime: Runtime,
    private readonly folder: string | undefined,
    private readonly limits: SessionLimits,
  ) {}

  /**
   * Runs the graph called `key`; `build` makes it if it is not there. Feeds are plain arrays, by input name; all outputs come back as
   * float32 arrays. `folder` is where its weights lie, if not in the model's own.
   */
  async run<Outputs extends Record<string, Tensor>>(
    key: string,
    large: boolean,
    build: () => Outputs,
    feeds: Readonly<Record<string, Float32Array | BigInt64Array>>,
    folder = this.folder,
  ): Promise<Record<keyof Outputs, Float32Array>> {
    const { session, model } = await this.entry(key, large, build, folder);
    const values = model.inputs.map(({ name, dtype, shape }): [string, Value] => [
      name,
      { dtype, shape, data: feeds[name]! },
    ]);
    const results = await (await session).run(Object.fromEntries(values));
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data])) as Record<
      keyof Outputs,
      Float32Array
    >;
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
    const model = toOnnx(build(), this.runtime.emit);
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
