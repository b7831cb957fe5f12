import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { isLearning } from "../jobs/record.ts";
import type { KnownModel } from "../models.ts";
import { ModelInfo } from "../schemas.ts";
import type { Services } from "../services.ts";
import { failed, json } from "./describe.ts";

export function modelRoutes(app: OpenAPIHono, { models, jobs }: Services): void {
  const list = createRoute({
    method: "get",
    path: "/api/models",
    tags: ["models"],
    summary: "The models of this machine, with their defaults",
    responses: { 200: json(z.object({ models: z.array(ModelInfo) }), "Models"), ...failed },
  });

  /** How long the last finished learning with a model took for a step, everything counted. */
  const secondsPerStep = (load: string): number | undefined => {
    const [last] = jobs.list((job) => isLearning(job) && job.status === "done" && job.model === load, 1);
    return last?.result && last.progress ? last.result.seconds / last.progress.steps : undefined;
  };

  const toInfo = ({
    identity,
    learnDefaults,
    editDefaults,
    presets,
    licence,
    load,
    ...rest
  }: KnownModel): ModelInfo => {
    const pace = secondsPerStep(load);
    return {
      name: identity.name,
      version: identity.version,
      resolution: editDefaults.resolution,
      ...(licence !== undefined && { licence }),
      default: rest.default,
      learnDefaults: { ...learnDefaults },
      editDefaults: { ...editDefaults },
      presets: presets.map(({ name, steps }) => ({
        name,
        steps,
        seconds: pace === undefined ? null : Number((pace * steps).toPrecision(2)),
      })),
    };
  };

  app.openapi(list, async (c) => c.json({ models: (await models.all()).map(toInfo) }, 200));
}
