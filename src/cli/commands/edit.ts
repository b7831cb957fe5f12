import { edit } from "../../index.ts";
import { DEVICE, defineCommand } from "../command.ts";
import { routes } from "../files.ts";
import { chosenModel } from "../model.ts";
import { misuse } from "../options.ts";
import { EDIT, editFiles, editSettings } from "../pictures.ts";
import { deviceOptions } from "../settings.ts";

export const editCommand = defineCommand({
  name: "edit",
  summary: "Edits pictures by words alone, as InstructPix2Pix does.",
  usage: ['"WORDS" IMAGE -o FILE', '"WORDS" IMAGE|FOLDER… -o FOLDER'],
  options: { ...EDIT, ...DEVICE },

  async run({ values, positionals }, context) {
    const [words, ...inputs] = positionals;
    if (!words?.trim()) throw misuse("Say in words what to change, and name the pictures.");
    const list = routes(inputs, values.output);

    await using model = await chosenModel(values.model, "tiny", deviceOptions(values), context);
    const settings = editSettings(values);
    const provenance = { command: "edit" as const, words };
    const work = { model, place: values, routes: list, settings, provenance };
    await editFiles({ ...work, edit: (image, options) => edit(model, words, image, options) }, context);
  },
});
