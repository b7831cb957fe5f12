import { basename } from "node:path";
import { caption, type Image, readImage } from "../../index.ts";
import { DEVICE, defineCommand } from "../command.ts";
import { chosenClip } from "../model.ts";
import { misuse } from "../options.ts";
import { deviceOptions, given } from "../settings.ts";

export const captionCommand = defineCommand({
  name: "caption",
  summary: "Finds words that a picture looks like to CLIP (PEZ): what learning can start from.",
  usage: ["IMAGE…"],
  options: {
    clip: {
      type: "text",
      hint: "NAME",
      help: "the CLIP that looks: ./folder, owner/name, or a model that brings one (default tiny)",
    },
    together: { type: "flag", help: "one caption for all pictures, instead of one for each" },
    tokens: { type: "number", help: "tokens of the caption, 1 to 75 (default 10)" },
    steps: { type: "number", help: "steps of the search (default 3000)" },
    lr: { type: "number", help: "learning rate (default 0.1)" },
    "weight-decay": { type: "number", help: "weight decay (default 0.1)" },
    seed: { type: "number", help: "seed of the tokens to begin with (default 0)" },
    vocabulary: {
      type: "choice",
      choices: ["words", "all"],
      help: "whole words, which are read as they were found, or all tokens, as PEZ has it (default words)",
    },
    ...DEVICE,
  },

  async run({ values, positionals }, context) {
    const { report, signal } = context;
    if (positionals.length === 0) throw misuse("Name a picture to find a caption for.");
    const pictures: Image[] = [];
    for (const path of positionals) pictures.push(await readImage(path));
    await using clip = await chosenClip(values.clip ?? "tiny", deviceOptions(values), context);
    const { tokens, steps, lr, seed, vocabulary } = values;
    const settings = given({ tokens, steps, lr, seed, vocabulary, weightDecay: values["weight-decay"] });
    const each = values.together ? [positionals] : positionals.map((path) => [path]);
    for (const [i, paths] of each.entries()) {
      const shown = values.together ? pictures : [pictures[i]!];
      const found = await caption(clip, shown, {
        ...settings,
        signal,
        onStep: ({ step, steps: total, similarity }) =>
          report.step({
            label: "caption",
            done: i * total + step,
            total: each.length * total,
            event: { similarity, pictures: paths },
          }),
      });
      const { words, similarity } = found;
      report.event("caption", { pictures: paths, words, similarity, clip: clip.clip.name });
      report.answer(each.length > 1 ? `${basename(paths[0]!)}: ${words}` : words);
    }
    report.done([], "");
  },
});
