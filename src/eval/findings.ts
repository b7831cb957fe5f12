import type { MetricName } from "./cases.ts";

/** A claim about two rows: that one is higher, or lower, in a metric than the other. */
export interface Claim {
  readonly what: string;
  readonly source: "paper" | "hybrid" | "ours";
  readonly row: string;
  readonly against: string;
  readonly metric: MetricName;
  /** Which sign of row − against is claimed. */
  readonly sign: 1 | -1;
}

const claim = (
  source: Claim["source"],
  what: string,
  row: string,
  against: string,
  metric: MetricName,
  sign: Claim["sign"],
): Claim => ({
  what,
  source,
  row,
  against,
  metric,
  sign,
});

/**
 * What the paper says in words about its Table 1, and what this project asks beyond it. The table itself doesn't bear out all of the words, so a report shows its
 * difference beside ours. Claims whose rows were not run are left out of a report.
 */
export const CLAIMS: readonly Claim[] = [
  claim(
    "paper",
    "The CLIP loss helps the direction of the change (Visual)",
    "visii-1-clip-cap",
    "visii-1-mse-cap",
    "visual",
    1,
  ),
  claim(
    "paper",
    "The CLIP loss helps the direction of the change (Directional)",
    "visii-1-clip-cap",
    "visii-1-mse-cap",
    "directional",
    1,
  ),
  claim(
    "paper",
    "A caption is a better start than the true words (Visual)",
    "visii-1-clip-cap",
    "visii-1-clip-gt",
    "visual",
    1,
  ),
  claim(
    "paper",
    "Started from words, the CLIP loss helps too (Directional)",
    "visii-1-clip-gt",
    "visii-1-mse-gt",
    "directional",
    1,
  ),
  claim(
    "paper",
    "Started from words, the CLIP loss helps too (Visual)",
    "visii-1-clip-gt",
    "visii-1-mse-gt",
    "visual",
    1,
  ),
  claim(
    "paper",
    "A caption as a start keeps more of the input than the true words (Image)",
    "visii-1-clip-cap",
    "visii-1-clip-gt",
    "image",
    1,
  ),
  claim("paper", "Learning improves on its caption (Visual)", "visii-1-clip-cap", "caption", "visual", 1),
  claim(
    "paper",
    "Fixed noise keeps more of the input (Image)",
    "visii-1-clip-cap-fixed",
    "visii-1-clip-cap",
    "image",
    1,
  ),
  claim("paper", "Fixed noise edits less (Visual)", "visii-1-clip-cap-fixed", "visii-1-clip-cap", "visual", -1),
  claim(
    "paper",
    "Four pairs raise the directional similarity",
    "visii-4-clip-cap",
    "visii-1-clip-cap",
    "directional",
    1,
  ),
  claim("paper", "Four pairs lower the visual similarity", "visii-4-clip-cap", "visii-1-clip-cap", "visual", -1),
  claim(
    "paper",
    "Learning from one pair is better than the true words (Visual)",
    "visii-1-clip-cap",
    "ip2p",
    "visual",
    1,
  ),
  claim(
    "ours",
    "Four pairs come nearer to the true picture than one",
    "visii-4-clip-cap",
    "visii-1-clip-cap",
    "ratio",
    -1,
  ),
  claim(
    "ours",
    "One pair comes nearer to the true picture than the true words",
    "visii-1-clip-cap",
    "ip2p",
    "ratio",
    -1,
  ),
  claim("ours", "The true words are a better start than a caption", "visii-1-clip-gt", "visii-1-clip-cap", "ratio", -1),
  claim("ours", "One pair beats one colour transform fitted to it", "visii-1-clip-cap", "colours", "ratio", -1),
  claim("hybrid", "Instruction + words beat the instruction alone", "hybrid-authors", "hybrid-instruction", "mse", -1),
  claim("hybrid", "Instruction + words beat the words alone", "hybrid-authors", "hybrid-words", "mse", -1),
  claim(
    "hybrid",
    "Spliced directly, they beat the instruction alone",
    "hybrid-direct",
    "hybrid-instruction",
    "mse",
    -1,
  ),
  claim("hybrid", "Spliced directly, they beat the words alone", "hybrid-direct", "hybrid-words", "mse", -1),
  claim("hybrid", "The direct splice beats the authors’", "hybrid-direct", "hybrid-authors", "mse", -1),
  claim("hybrid", "In turn, they beat the instruction alone", "hybrid-turns", "hybrid-instruction", "mse", -1),
  claim("hybrid", "In turn, they beat the words alone", "hybrid-turns", "hybrid-words", "mse", -1),
  claim("hybrid", "In turn is better than the authors’ splice", "hybrid-turns", "hybrid-authors", "mse", -1),
];
