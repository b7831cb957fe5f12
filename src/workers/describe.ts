import { describeModel } from "../core/node.ts";
import { settle } from "../core/settings.ts";
import { PRESET_NAMES, presetOf } from "../index.ts";
import type { DescribeTask, ModelDescription } from "./protocol.ts";

export async function describe({ model, hashed }: DescribeTask): Promise<ModelDescription> {
  const { identity, learnDefaults, editDefaults, presets } = await describeModel(model, { hashed });
  const steps = (name: (typeof PRESET_NAMES)[number]) => settle(learnDefaults, presetOf({ presets }, name)).steps;
  return {
    identity,
    learnDefaults,
    editDefaults,
    presets: PRESET_NAMES.map((name) => ({ name, steps: steps(name) })),
  };
}
