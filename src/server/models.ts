import { VisiiError } from "../errors.ts";
import { type LocalModel, listModels } from "../index.ts";
import type { DescribeTask, Identity, ModelDescription } from "../workers/protocol.ts";
import { ThreadCrash } from "../workers/thread.ts";

/** A model that can be asked for. */
export interface KnownModel extends ModelDescription {
  /** As `loadModel` takes it. */
  readonly load: string;
  readonly licence?: string;
  readonly default: boolean;
}

type Describe = (task: DescribeTask) => Promise<ModelDescription>;

/**
 * The models that callers may name: the built-in ones, those in the hub's cache, and the one that the server was started with. Nobody can name a path,
 * and nothing is fetched.
 */
export class ModelShelf {
  private readonly described = new Map<string, Promise<ModelDescription | undefined>>();
  /** Hashes that were found when a model was loaded. */
  private readonly hashes = new Map<string, string>();

  constructor(
    private readonly describe: Describe,
    /** The model of those who name none. */
    private readonly standard: string,
    private readonly list: () => readonly LocalModel[] = listModels,
  ) {}

  async all(): Promise<KnownModel[]> {
    const found = this.list();
    const others = found.some(({ name }) => name === this.standard) ? [] : [{ name: this.standard, origin: "file" }];
    const models = await Promise.all(
      [...found, ...others].map(async ({ name, origin, ...more }) => {
        const description = await this.descriptionOf(name, origin === "built-in");
        const licence = "licence" in more && more.licence ? { licence: more.licence } : {};
        return description && [{ ...description, ...licence, load: name, default: name === this.standard }];
      }),
    );
    return models.flatMap((model) => model ?? []);
  }

  /** The model of that name, or the standard one. Throws `VisiiError("model")`. */
  async find(name: string | undefined): Promise<KnownModel> {
    const all = await this.all();
    const found = all.find((model) => (name === undefined ? model.default : model.identity.name === name));
    if (found) return found;
    const known = all.map(({ identity }) => identity.name).join(", ");
    const message = `There is no model "${name ?? this.standard}" on this machine; there are ${known}.`;
    throw new VisiiError("model", message, { param: "model" });
  }

  /** The model that an instruction was learned with, as far as anybody knows. */
  async of({ name, hash }: Identity): Promise<KnownModel | undefined> {
    const all = await this.all();
    return all.find(({ identity }) => {
      const theirs = identity.hash || this.hashes.get(identity.name) || hash;
      return identity.name === name && theirs === hash;
    });
  }

  /** A model was loaded, and its weights were read. */
  loaded({ name, hash }: Identity): void {
    this.hashes.set(name, hash);
  }

  private descriptionOf(model: string, hashed: boolean): Promise<ModelDescription | undefined> {
    let known = this.described.get(model);
    if (!known) {
      known = this.describe({ model, hashed }).catch((error) => {
        // What is no editing model, or not whole, can't be used; after a crash it is asked again.
        if (error instanceof ThreadCrash) this.described.delete(model);
        return undefined;
      });
      this.described.set(model, known);
    }
    return known;
  }
}
