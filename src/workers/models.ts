import { loadModel, type Model } from "../index.ts";
import type { Place } from "./protocol.ts";

/** Loaded models, of which a thread keeps the one that was used last: at full size two don't fit. */
export class LoadedModels {
  private kept: { readonly name: string; readonly model: Model } | undefined;

  constructor(private readonly place: Place) {}

  /** The model of that name, as `loadModel` takes it. Throws `VisiiError("model")`. */
  async get(name: string): Promise<Model> {
    if (this.kept?.name === name) return this.kept.model;
    const last = this.kept;
    this.kept = undefined;
    await last?.model.release();
    const model = await loadModel(name, this.place);
    this.kept = { name, model };
    return model;
  }
}
