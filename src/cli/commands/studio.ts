import { pageFolder } from "../../studio/node-build.ts";
import { openInBrowser } from "../browser.ts";
import { defineCommand } from "../command.ts";
import { misuse } from "../options.ts";
import { SERVE, serve } from "./serve.ts";

export const studioCommand = defineCommand({
  name: "studio",
  summary: "Opens the studio in a browser: teach an edit, use it, keep it. Nothing leaves this machine.",
  usage: ["[--no-open]"],
  options: {
    ...SERVE,
    open: { type: "flag", help: "open a browser, where there is one; --no-open only tells the address" },
  },

  async run({ values, positionals }, context) {
    if (positionals.length > 0) throw misuse("visii studio takes options only.");
    const ready = (address: string) => {
      context.report.answer(
        `The studio is at ${address}\nCtrl-C ends it; what runs then goes on when it is started again.`,
      );
      if (values.open !== false) openInBrowser(address);
    };
    await serve(values, { page: await pageFolder(), anyPort: true, ready }, context);
  },
});
