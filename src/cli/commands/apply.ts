import { basename } from "node:path";
import { SPLICES } from "../../core/prompt.ts";
import { apply } from "../../index.ts";
import { DEVICE, defineCommand } from "../command.ts";
import { refuseOverwriting, routes } from "../files.ts";
import { readInstruction } from "../instruction.ts";
import { chosenModel } from "../model.ts";
import { misuse } from "../options.ts";
import { EDIT, editFiles, editSettings } from "../pictures.ts";
import { deviceOptions } from "../settings.ts";

export const applyCommand = defineCommand({
  name: "apply",
  summary: "Applies a learned instruction to pictures of any size.",
  usage: [
    "INSTRUCTION IMAGE -o FILE",
    "INSTRUCTION IMAGE|FOLDER… -o FOLDER      (INSTRUCTION: a file, an edit card, or a name that visii gallery has)",
  ],
  options: {
    ...EDIT,
    with: { type: "text", hint: "WORDS", help: "words that join the instruction: a hybrid instruction" },
    splice: { type: "choice", choices: SPLICES, help: "how they are joined (default: the model's own, or authors)" },
    ...DEVICE,
  },

  async run({ values, positionals }, context) {
    const [named, ...inputs] = positionals;
    if (named === undefined) throw misuse("Name an instruction and the pictures to apply it to.");
    const { file, hash, instruction } = await readInstruction(named);
    const list = routes(inputs, values.output);
    refuseOverwriting(
      list.map(({ output }) => output),
      [file],
    );
    const { with: words, splice } = values;
    if (splice !== undefined && words === undefined) throw misuse("Name the words for --splice by --with.");

    await using model = await chosenModel(
      values.model,
      instruction.provenance.model.name,
      deviceOptions(values),
      context,
    );
    const settings = editSettings(values);
    const hybrid = words === undefined ? {} : { with: words, splice: splice ?? model.parts.splice };
    const provenance = {
      command: "apply" as const,
      instruction: { name: basename(file), hash },
      ...hybrid,
    };
    await editFiles(
      {
        model,
        place: values,
        routes: list,
        settings,
        provenance,
        edit: (image, options) => apply(model, instruction, image, { ...options, ...hybrid }),
      },
      context,
    );
  },
});
