import { gallery } from "../../core/node-gallery.ts";
import { defineCommand } from "../command.ts";
import { exhibit } from "../gallery.ts";
import { misuse, nearest } from "../options.ts";

const ACTIONS = ["list", "path"];

export const galleryCommand = defineCommand({
  name: "gallery",
  summary:
    "Lists the learned instructions that come with the program; visii apply takes them by name. Tells where one and its pair are.",
  usage: ["[list]", "path NAME"],
  options: {},

  async run({ positionals }, { report }) {
    const [action = "list", name, ...more] = positionals;
    if (!ACTIONS.includes(action)) {
      const near = nearest(action, ACTIONS);
      throw misuse(
        `visii gallery can ${ACTIONS.join(" and ")}, not "${action}"${near ? `; did you mean ${near}?` : "."}`,
      );
    }
    if (action === "list") {
      if (name !== undefined) throw misuse("visii gallery list takes nothing more.");
      const all = gallery();
      for (const each of all) report.event("exhibit", { ...each });
      const width = Math.max(...all.map((each) => each.name.length));
      report.answer(
        all.map((each) => `${each.name.padEnd(width)}  ${each.words} (learned from ${each.shows})`).join("\n"),
      );
      report.done([], "");
      return;
    }
    if (name === undefined || more.length > 0) throw misuse("Name one instruction: visii gallery path NAME.");
    const { instruction, before, after } = exhibit(name);
    report.answer([instruction, before, after].join("\n"));
    report.done([instruction, before, after], "");
  },
});
