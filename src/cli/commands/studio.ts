import { pageFolder } from "../../studio/node-build.ts";
import { openInBrowser } from "../browser.ts";
import { defineCommand } from "../command.ts";
import { misuse } from "../options.ts";
import { runningServer, SERVE, serve } from "./serve.ts";

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
    const show = (address: string, more: string) => {
      context.report.answer(`The studio is at ${address}\n${more}`);
      if (values.open !== false) openInBrowser(address);
    };
    const running = await runningServer();
    if (running !== undefined) {
      context.report.event("listening", { url: running });
      return show(running, "It was running already.");
    }
    const ready = (address: string) =>
      show(address, "Ctrl-C ends it; what runs then goes on when it is started again.");
    await serve(values, { page: await pageFolder(), anyPort: true, ready }, context);
  },
});
