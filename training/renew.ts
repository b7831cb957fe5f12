/**
 * Makes everything anew that rests on the built-in model's weights:
 * `npm run train:renew -- [--training .training] [--python python3] [--count N] [--only STEP …]`.
 *
 * In this order: `weights` (PyTorch's export into models/tiny), `goldens` (the same edit by diffusers), `edits` (every bar, with one and with four pairs),
 * `clip`, `photographs`, `look` (the sheets of the blind look, for a person to judge), `gallery`, `demo` (the README's picture, and the card that the docs show), `card` (the tables of the
 * model card). `--count N` does N of everything that is measured, to see that it works. A step that fails ends it; `--only` names those to do again.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { withSection } from "./card.ts";

const { values } = parseArgs({
  options: {
    training: { type: "string", default: ".training" },
    python: { type: "string", default: "python3" },
    count: { type: "string" },
    only: { type: "string", multiple: true },
  },
});
const { count } = values;
const results = join("out", "renew");
const images = join("docs", "images");
const card = join("models", "tiny", "MODEL_CARD.md");
mkdirSync(results, { recursive: true });

/** Runs a program to its end; with a file's name, what it prints is kept there, too. */
function run(command: string, args: readonly string[], into?: string): void {
  const env = { ...process.env, TRAINING: resolve(values.training) };
  const stdio = ["inherit", into ? "pipe" : "inherit", "inherit"] as const;
  const { status, stdout } = spawnSync(command, args, { env, encoding: "utf8", stdio: [...stdio] });
  if (into) {
    process.stdout.write(stdout);
    writeFileSync(join(results, into), stdout);
  }
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")} ended with ${status}`);
}
const script = (file: string, args: readonly string[], into?: string) =>
  run(process.execPath, ["--import", "tsx", file, ...args], into);
const few = (option: string) => (count === undefined ? [] : [option, count]);

const steps: Readonly<Record<string, () => void | Promise<void>>> = {
  weights: () => run(values.python, ["reference/training/export.py"]),
  goldens: () => {
    const guided = ["--out", "test/goldens/tiny-guided", "--steps", "20", "--guidance-scale", "1.5"];
    for (const more of [[], guided]) run(values.python, ["reference/goldens/make_tiny.py", ...more]);
  },
  edits: () => {
    const out = join(results, "edits");
    const table = [
      "--edits",
      count ?? "24",
      "--tests",
      count ?? "3",
      ...(count === undefined ? ["--four"] : ["--pairs", "1"]),
    ];
    script("bench/edits.ts", [...table, "--out", out], "edits.txt");
    copyFileSync(join(out, "across.webp"), join(images, "tiny-edits.webp"));
    copyFileSync(join(out, "worst.webp"), join(images, "tiny-failures.webp"));
  },
  clip: () => script("bench/clip.ts", [...few("--pictures"), ...few("--edits")], "clip.txt"),
  photographs: () =>
    script("bench/photographs.ts", [
      ...few("--edits"),
      ...few("--photographs"),
      "--out",
      join(images, "tiny-photographs.webp"),
    ]),
  look: () =>
    script("bench/look.ts", [
      "draw",
      ...few("--count"),
      ...(count === undefined ? [] : ["--decoys", "2", "--out", join(results, "look")]),
    ]),
  gallery: () => script("training/gallery.ts", count === undefined ? [] : ["--only", "woodcut"]),
  demo: () => {
    script("examples/demo.ts", []);
    copyFileSync(join("out", "demo", "contact-sheet.png"), join(images, "demo.png"));
    script("bin/visii.js", ["card", "polaroid", "-o", join(images, "card.png")]);
  },
  card: async () => {
    const [edits, clip] = ["edits", "clip"].map((name) => readFileSync(join(results, `${name}.txt`), "utf8").trim());
    const [title, byEdit, byClass, bars] = edits!.split("\n\n");
    const fenced = (lines: string | undefined) => `\`\`\`\n${lines}\n\`\`\``;
    const heard = "Its own CLIP, on held-out pictures (`npm run bench:clip`), means with 95 % intervals:";
    const measured = [title, byEdit, byClass, fenced(bars), heard, fenced(clip)].join("\n\n");
    await writeFileAtomic(card, withSection(readFileSync(card, "utf8"), "measured", measured));
  },
};

const wanted = values.only ?? Object.keys(steps);
const unknown = wanted.filter((name) => !Object.hasOwn(steps, name));
if (unknown.length > 0)
  throw new RangeError(`no step is called ${unknown.join(", ")}; there are ${Object.keys(steps).join(", ")}`);
for (const name of wanted) {
  process.stderr.write(`${name}\n`);
  await steps[name]!();
}
