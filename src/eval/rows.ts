import type { Splice } from "../core/prompt.ts";
import { VisiiError } from "../errors.ts";
import type { SampledEdit } from "./dataset/index.ts";

/** What an instruction starts from: the true words, a caption of the after pictures, or neutral tokens. */
export type Start = "gt" | "cap" | "none";

/** An instruction to be learned: from how many pairs, with which losses, from what. */
export interface Lesson {
  readonly pairs: number;
  readonly clipLoss: boolean;
  readonly start: Start;
}

export type Method =
  | { readonly kind: "copy" | "paste" | "colours" | "truth" | "floor" | "ip2p" | "caption" | "sdedit" | "hybrid-words" }
  | { readonly kind: "learned"; readonly lesson: Lesson; readonly noise: "random" | "fixed" | "authors" }
  | { readonly kind: "hybrid"; readonly lesson: Lesson; readonly splice: Splice | "none" };

/** One way to edit, which a table has one row for. */
export interface Row {
  readonly name: string;
  readonly title: string;
  readonly method: Method;
}

/** Always there: what needs no model. */
export const CONTROLS = ["copy", "paste", "colours"] as const;

const LEARNED = [
  "visii-1-mse-gt",
  "visii-1-mse-cap",
  "visii-1-clip-gt",
  "visii-1-clip-cap",
  "visii-2-clip-cap",
  "visii-3-clip-cap",
  "visii-4-clip-cap",
];

/** The paper's Table 1, with its halves of random and of fixed noise. */
export const TABLE1 = ["ip2p", "caption", ...LEARNED, ...LEARNED.map((name) => `${name}-fixed`)];
/** The paper's method, by which the figures and the hybrids are made. */
export const OURS = "visii-1-clip-cap";
export const FIGURE7 = [OURS, "ip2p", "sdedit"];
export const FIGURE8 = [OURS, `${OURS}-fixed`];
export const FIGURE9 = [OURS];
export const HYBRID = ["hybrid-authors", "hybrid-direct", "hybrid-turns", "hybrid-instruction", "hybrid-words"];

const PLAIN: Readonly<Record<string, Row["title"]>> = {
  copy: "the input, untouched",
  paste: "the example’s after picture",
  colours: "one colour transform, fitted to the example",
  truth: "the true edited picture",
  floor: "the true edited picture through the autoencoder",
  ip2p: "InstructPix2Pix, true instruction",
  caption: "caption of the example, no training",
  sdedit: "SDEdit, true caption",
  "hybrid-words": "the added words alone",
};

const STARTS: Readonly<Record<Start, string>> = {
  gt: "from the true words",
  cap: "from a caption",
  none: "from neutral tokens",
};
const NOISES = { random: "", fixed: ", fixed noise", authors: ", the authors’ fixed noise" };
const SPLICES = {
  authors: "learned + words, the authors’ splice",
  direct: "learned + words, direct splice",
  turns: "learned, then the words",
  none: "learned alone",
};

/** Reads a row's name. Throws `VisiiError("usage")` for one that there is not. */
export function parseRow(name: string): Row {
  if (Object.hasOwn(PLAIN, name)) return { name, title: PLAIN[name]!, method: { kind: name as "copy" } };
  const [, pairs, loss, start, noise = "random"] =
    /^visii-([1-9]\d?)-(mse|clip)-(gt|cap|none)(?:-(fixed|authors))?$/.exec(name) ?? [];
  if (pairs !== undefined) {
    const lesson = { pairs: Number(pairs), clipLoss: loss === "clip", start: start as Start };
    const from = `${pairs} ${pairs === "1" ? "pair" : "pairs"}, ${loss === "clip" ? "MSE + CLIP" : "MSE"}, ${STARTS[lesson.start]}`;
    const kind = noise as keyof typeof NOISES;
    return { name, title: `visii: ${from}${NOISES[kind]}`, method: { kind: "learned", lesson, noise: kind } };
  }
  const [, join, begin = "cap"] = /^hybrid-(authors|direct|turns|instruction)(?:-(gt|cap|none))?$/.exec(name) ?? [];
  if (join !== undefined) {
    const splice = join === "instruction" ? "none" : (join as Splice);
    const lesson = { pairs: 1, clipLoss: true, start: begin as Start };
    return { name, title: `${SPLICES[splice]}, ${STARTS[lesson.start]}`, method: { kind: "hybrid", lesson, splice } };
  }
  const known = `${Object.keys(PLAIN).join(", ")}, visii-N-mse|clip-gt|cap|none[-fixed|-authors], hybrid-authors|direct|turns|instruction[-gt|-cap|-none]`;
  throw new VisiiError("usage", `There is no row "${name}"; rows are ${known}.`, { row: name });
}

/** Whether it is judged by the picture with the edit's addition. */
export function isHybrid({ method }: Row): boolean {
  return method.kind === "hybrid" || method.kind === "hybrid-words";
}

/** Whether an edit has what a row needs: words, captions, enough pairs, an addition. */
export function applies(row: Row, edit: SampledEdit): boolean {
  const { method } = row;
  if (isHybrid(row) && !(edit.addition && edit.tests.every(({ both }) => both))) return false;
  if (method.kind === "ip2p") return edit.instruction !== undefined;
  if (method.kind === "sdedit") return edit.tests.every(({ captionAfter }) => captionAfter !== undefined);
  if (method.kind !== "learned" && method.kind !== "hybrid") return true;
  const { pairs, start } = method.lesson;
  return edit.examples.length >= pairs && (start !== "gt" || edit.instruction !== undefined);
}
