import { isMissing, isOfHub } from "../hub/local.ts";
import {
  type ClipEncoder,
  type LoadModelOptions,
  loadClip,
  loadModel,
  type Model,
  type PulledModel,
  pullModel,
  type RuntimeOptions,
} from "../index.ts";
import type { Context } from "./command.ts";
import { given } from "./settings.ts";

/**
 * The model that `--model` names, and what `--clip` names, fetched first if they are the hub's and not on this machine; `otherwise` where nothing is named. That one is never
 * fetched, because it may come from a file, which is not to decide what is downloaded.
 */
export async function chosenModel(
  named: string | undefined,
  otherwise: string,
  options: LoadModelOptions,
  context: Context,
): Promise<Model> {
  for (const name of [named, options.clip]) {
    if (name !== undefined && isMissing(name)) await fetchModel(name, undefined, context);
  }
  return loadModel(named ?? otherwise, { ...options, onNotice: (message) => context.report.notice(message) });
}

/** The CLIP that an option names, fetched first by the same rule. */
export async function chosenClip(name: string, options: RuntimeOptions, context: Context): Promise<ClipEncoder> {
  if (isMissing(name)) await fetchModel(name, undefined, context);
  return loadClip(name, { ...options, onNotice: (message) => context.report.notice(message) });
}

/** Fetches the CLIP that goes with a model, by the same rule: if it was `named`, and is one of the hub's. */
export async function fetchClip(model: Model, named: string | undefined, context: Context): Promise<void> {
  const { name } = model.parts.clip;
  if (named === undefined || !isOfHub(named) || name === undefined || !isMissing(name)) return;
  await fetchModel(name, undefined, context);
}

/** Fetches a model from the hub, and tells how far it has come. */
export function fetchModel(
  name: string,
  revision: string | undefined,
  { report, signal }: Context,
): Promise<PulledModel> {
  report.note(`Fetching ${name}.`);
  return pullModel(name, {
    ...given({ revision }),
    signal,
    onWait: () => report.note(`Another process is fetching ${name}; waiting for it.`),
    onProgress: ({ done, total, rate, file }) => {
      const event = { unit: "bytes", rate: Math.round(rate), file };
      report.step({ label: "fetching", done, total, unit: "bytes", event });
    },
  });
}
