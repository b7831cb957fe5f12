import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Font } from "fontkit";
import * as fontkit from "fontkit";
import type { Lettering, Weight } from "../paper.ts";

/** Inter (SIL Open Font License 1.1), one file per script; a character is drawn by the first file that has it. */
const SCRIPTS = ["latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek", "greek-ext", "vietnamese"];
const WEIGHTS: Readonly<Record<Weight, number>> = { regular: 400, semibold: 600 };

const require = createRequire(import.meta.url);
const loaded = new Map<string, Font>();

function font(script: string, weight: Weight): Font {
  const file = `@fontsource/inter/files/inter-${script}-${WEIGHTS[weight]}-normal.woff`;
  let found = loaded.get(file);
  if (!found) {
    found = fontkit.create(readFileSync(require.resolve(file))) as Font;
    loaded.set(file, found);
  }
  return found;
}

/** Splits a line into runs of one font each. Characters that no font has are drawn as the missing-character box. */
function runs(text: string, weight: Weight): { font: Font; text: string }[] {
  const found: { font: Font; text: string }[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const script = SCRIPTS.find((name) => font(name, weight).hasGlyphForCodePoint(code)) ?? SCRIPTS[0]!;
    const chosen = font(script, weight);
    const last = found.at(-1);
    if (last?.font === chosen) last.text += character;
    else found.push({ font: chosen, text: character });
  }
  return found;
}

/** Shaped and kerned by fontkit, as outlines. */
export const inter: Lettering = {
  width(text, size, weight) {
    return runs(text, weight).reduce(
      (sum, run) => sum + (run.font.layout(run.text).advanceWidth / run.font.unitsPerEm) * size,
      0,
    );
  },

  path(text, x, y, size, weight) {
    const outlines: string[] = [];
    let pen = x;
    for (const run of runs(text, weight)) {
      const scale = size / run.font.unitsPerEm;
      const { glyphs, positions } = run.font.layout(run.text);
      for (const [i, glyph] of glyphs.entries()) {
        const { xAdvance, xOffset, yOffset } = positions[i]!;
        // Fonts count y upwards, SVG downwards.
        outlines.push(
          glyph.path
            .scale(scale, -scale)
            .translate(pen + xOffset * scale, y - yOffset * scale)
            .toSVG(),
        );
        pen += xAdvance * scale;
      }
    }
    return outlines.join("");
  },
};
