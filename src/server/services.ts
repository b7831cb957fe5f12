import type { Feed } from "./feed.ts";
import type { Jobs } from "./jobs/jobs.ts";
import type { Metrics } from "./metrics.ts";
import type { ModelShelf } from "./models.ts";
import type { Instruction } from "./schemas.ts";
import type { Library, LibraryRecord } from "./store/library.ts";
import type { Pictures } from "./store/pictures.ts";

/** What routes work with. */
export interface Services {
  readonly pictures: Pictures;
  readonly library: Library;
  readonly jobs: Jobs;
  readonly models: ModelShelf;
  readonly feed: Feed;
  readonly metrics: Metrics;
  /** Where the page lies, if there is one. */
  readonly page: string | undefined;
}

/** An instruction as it is told. */
export async function toInstruction(record: LibraryRecord, models: ModelShelf): Promise<Instruction> {
  const { hash: _, model, ...told } = record;
  const { name, version } = model;
  return {
    ...told,
    model: { name, ...(version && { version }) },
    usable: (await models.of(model)) !== undefined,
  };
}
