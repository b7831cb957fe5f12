import { readFile } from "node:fs/promises";
import { estimateEdit } from "../core/estimate.ts";
import { madeText } from "../core/made.ts";
import { settle } from "../core/settings.ts";
import { apply, edit, encodeImage, Instruction, readImage } from "../index.ts";
import { checkMemory } from "./memory.ts";
import type { LoadedModels } from "./models.ts";
import type { EditEvent, EditResult, EditTask } from "./protocol.ts";

export async function editPicture(
  { model: name, picture, instruction: chosen, words, settings }: EditTask,
  models: LoadedModels,
  emit: (event: EditEvent) => void,
  signal: AbortSignal,
): Promise<EditResult> {
  const image = await readImage(picture.path);
  const instruction = chosen && (await Instruction.parse(new Uint8Array(await readFile(chosen.path)), chosen.name));
  const model = await models.get(name);
  emit({ kind: "model", identity: model.parts.identity });
  const settled = settle(model.parts.editDefaults, settings);
  checkMemory(estimateEdit(model, image, settled), "Editing");
  emit({ kind: "step", step: 0, steps: settled.steps });
  const onStep = (step: number, steps: number) => emit({ kind: "step", step, steps });
  const options = { ...settings, signal, onStep };
  const [result] = instruction
    ? await apply(model, instruction, image, { ...options, ...(words && { with: words }) })
    : await edit(model, words ?? "", image, options);
  const source = { name: picture.hash.slice(0, 12), hash: picture.hash };
  const origin = chosen
    ? {
        command: "apply" as const,
        instruction: { name: chosen.name, hash: chosen.hash },
        ...(words && { with: words }),
      }
    : { command: "edit" as const, words: words ?? "" };
  const text = madeText(model, { ...origin, picture: source }, settled);
  return { picture: await encodeImage(result!, "png", { text }) };
}
