import { METRICS, type MetricName } from "../cases.ts";
import { FIGURE7, OURS } from "../rows.ts";
import type { Finding, RowSummary, Spread, Summary } from "../summary.ts";
import { differenceBar, histogram, legend, ranges, whisker } from "./charts.ts";
import type { GalleryCase } from "./gallery.ts";
import { SCRIPT, STYLE } from "./style.ts";
import { escapeHtml, METRIC_LABELS, type MetricLabel, number, signed } from "./text.ts";

/** Everything that a report tells. */
export interface Report {
  readonly title: string;
  /** What was run, for the head of the page: name and value. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly summary: Summary;
  readonly gallery: readonly GalleryCase[];
  /** What decided the results. */
  readonly setup: unknown;
  /** Edits that ran, and what was left out. */
  readonly edits: readonly string[];
  readonly leftOut: readonly string[];
  /** CSS of the page's font, with the font in it. */
  readonly font: string;
  /** The CLIP of all CLIP numbers; undefined where there was none. */
  readonly encoder: string | undefined;
}

const TABLE: readonly MetricName[] = ["image", "directional", "visual", "ratio", "psnr", "ssim", "gmsd", "leakage"];
const ARROWS: Readonly<Record<MetricLabel["better"], string>> = { higher: "↑", lower: "↓", "near 0": "→ 0" };
const SECTIONS: readonly [title: string, belongs: (row: RowSummary) => boolean][] = [
  ["Controls", ({ row }) => ["copy", "paste", "colours", "truth", "floor"].includes(row)],
  ["Baselines", ({ row }) => ["ip2p", "sdedit", "caption"].includes(row)],
  ["Learned, random noise", ({ row }) => /^visii-\d+-\w+-\w+$/.test(row)],
  ["Learned, fixed noise", ({ row }) => /^visii-.+-(?:fixed|authors)$/.test(row)],
  ["Hybrid: an addition in words, judged by the picture with both", ({ hybrid }) => hybrid],
];

/** The report as one HTML page that needs nothing else. */
export function page(report: Report): string {
  const { title, facts, summary, encoder } = report;
  const clip = encoder
    ? `CLIP numbers are of <b>${escapeHtml(encoder)}</b>; embeddings are normalised before they are compared or subtracted.`
    : "There was no CLIP, so there are no CLIP numbers.";
  const body = [
    `<header><div><h1>${escapeHtml(title)}</h1><p class="quiet">${clip} Intervals are 95 %, from a bootstrap over edits.</p></div><button id="theme" type="button">Light / dark</button></header>`,
    `<dl class="facts">${facts.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`).join("")}</dl>`,
    findings(summary.findings),
    table(summary.rows),
    besidePaper(summary.rows),
    figure7(summary),
    spread(summary.noise, summary, "Figure 8: one picture, many noises", "noise seeds"),
    spread(summary.examples, summary, "Figure 9: one edit, many examples", "example pairs, each learned from alone"),
    gallery(report.gallery),
    footer(report),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title>
<style>${report.font}${STYLE}</style></head>
<body><main>${body.join("\n")}</main><script>${SCRIPT}</script></body></html>
`;
}

function findings(all: readonly Finding[]): string {
  const part = (title: string, lead: string, own: readonly Finding[]) =>
    own.length === 0
      ? ""
      : `<h2>${title}</h2><p class="quiet">${lead}</p><ul class="findings card">${own.map(finding).join("")}</ul>`;
  return [
    part(
      "What the paper found, here",
      "What the paper’s text says of its Table 1, as paired differences over the same pictures here. A claim holds where the whole interval is on its side of zero; below it stands the difference in the paper’s own table, which doesn’t bear out all of its text, and has no intervals.",
      all.filter(({ source }) => source === "paper"),
    ),
    part(
      "What else was asked",
      "The same, of the error to the true edited picture.",
      all.filter(({ source }) => source === "ours"),
    ),
    part(
      "Hybrid instructions",
      "A learned edit and an addition in words, against either alone; squared error to the true picture with both.",
      all.filter(({ source }) => source === "hybrid"),
    ),
  ].join("");
}

function finding({ what, row, against, metric, difference, paper, edits, verdict }: Finding): string {
  const { label, digits, better } = METRIC_LABELS[metric];
  const [mean, low, high] = [difference.mean, difference.low, difference.high].map((x) => signed(x, digits + 1));
  const told = paper === undefined ? "" : `<span class="interval">the paper: ${signed(paper, 3)}</span>`;
  return `<li><span class="verdict ${verdict}">${verdict}</span><div>${escapeHtml(what)}<code>${row} − ${against}, ${label} (${better} is better), ${edits} ${edits === 1 ? "edit" : "edits"}</code></div>${differenceBar(difference)}<div class="value"><b>${mean}</b>${edits < 2 ? "" : `<span class="interval">${low} … ${high}</span>`}${told}</div></li>`;
}

function table(rows: readonly RowSummary[]): string {
  const columns = TABLE.filter((metric) => rows.some((row) => row.metrics[metric]));
  const scales = new Map(columns.map((metric) => [metric, scaleOf(rows, metric)]));
  const head = columns
    .map((metric) => {
      const { label, better, what } = METRIC_LABELS[metric];
      return `<th title="${escapeHtml(what)}">${label} <span>${ARROWS[better]}</span></th>`;
    })
    .join("");
  const section = ([title, belongs]: (typeof SECTIONS)[number]) => {
    const own = rows.filter(belongs);
    if (own.length === 0) return "";
    const lines = own.map((row) => line(row, columns, scales, own));
    return `<tr class="group"><th colspan="${columns.length + 3}">${title}</th></tr>${lines.join("")}`;
  };
  return `<h2>Every way to edit</h2><p class="quiet">Means over all test pictures, and where they lie; of one edit there is no interval. The best of each group is coloured.</p>
<div class="card scroll"><table><thead><tr><th>Row</th>${head}<th title="to edit a picture, median">Seconds</th><th>Edits</th></tr></thead><tbody>${SECTIONS.map(section).join("")}</tbody></table></div>`;
}

function line(
  row: RowSummary,
  columns: readonly MetricName[],
  scales: ReadonlyMap<MetricName, readonly [number, number]>,
  group: readonly RowSummary[],
): string {
  const cells = columns.map((metric) => {
    const value = row.metrics[metric];
    if (!value) return "<td>–</td>";
    const { digits, better } = METRIC_LABELS[metric];
    const rivals = group.flatMap(({ metrics }) => metrics[metric]?.mean ?? []);
    const best = group.length > 1 && rivals.every((rival) => merit(value.mean, better) >= merit(rival, better));
    return `<td${best ? ' class="best"' : ""}><b>${number(value.mean, digits)}</b>${row.edits < 2 ? "" : `<span class="interval">${number(value.low, digits)} … ${number(value.high, digits)}</span>${whisker(value, scales.get(metric)!)}`}</td>`;
  });
  return `<tr><td>${escapeHtml(row.title)}<code>${row.row}</code></td>${cells.join("")}<td>${number(row.seconds, row.seconds < 10 ? 2 : 0)}</td><td>${row.edits}</td></tr>`;
}

/** Larger is better. */
function merit(value: number, better: MetricLabel["better"]): number {
  return better === "higher" ? value : better === "lower" ? -value : -Math.abs(value);
}

/** What the whiskers of a column share: the middle of the rows' intervals, without what a control far outside would stretch. */
function scaleOf(rows: readonly RowSummary[], metric: MetricName): readonly [number, number] {
  const known = rows.filter(({ row }) => row !== "paste").flatMap((row) => row.metrics[metric] ?? []);
  return [Math.min(...known.map(({ low }) => low)), Math.max(...known.map(({ high }) => high))];
}

function besidePaper(rows: readonly RowSummary[]): string {
  const own = rows.filter(({ paper }) => paper);
  if (own.length === 0) return "";
  const metrics = ["image", "directional", "visual"] as const;
  const line = ({ row, title, metrics: ours, paper }: RowSummary) => {
    const cells = metrics.map(
      (metric) =>
        `<td><b>${number(ours[metric]?.mean)}</b><span class="interval">${number(ours[metric]?.low)} … ${number(ours[metric]?.high)}</span></td><td class="quiet">${number(paper![metric])}</td>`,
    );
    return `<tr><td>${escapeHtml(title)}<code>${row}</code></td>${cells.join("")}</tr>`;
  };
  const parts = SECTIONS.map(([title, belongs]) => {
    const lines = own.filter(belongs).map(line);
    return lines.length === 0 ? "" : `<tr class="group"><th colspan="7">${title}</th></tr>${lines.join("")}`;
  });
  const head = metrics.map((metric) => `<th>${METRIC_LABELS[metric].label} ↑</th><th>paper</th>`).join("");
  return `<h2>Beside the paper’s Table 1</h2><p class="quiet">The paper’s numbers are of InstructPix2Pix, photographs and CLIP ViT-L/14; where the model and the pictures here are others, levels can’t be compared, and only the order of the rows can.</p>
<div class="card scroll"><table><thead><tr><th>Row</th>${head}</tr></thead><tbody>${parts.join("")}</tbody></table></div>`;
}

function figure7({ values }: Summary): string {
  const names = FIGURE7.filter((name) => values[name]);
  if (names.length < 2) return "";
  const charts = (["image", "directional", "visual"] as const).map((metric) => {
    const series = names.map((name) => ({ name, values: values[name]![metric] ?? [] }));
    return `<div class="card"><h3>${METRIC_LABELS[metric].label} CLIP similarity</h3>${histogram(series)}</div>`;
  });
  return `<h2>Figure 7: how the scores are distributed</h2><p class="quiet">Share of test pictures by score; dashed: means.</p>${legend(names)}<div class="charts">${charts.join("")}</div>`;
}

function spread(all: readonly Spread[], { values }: Summary, title: string, what: string): string {
  return all
    .map(({ row, variants, metrics, values: own }) => {
      const fixed = row === OURS && what === "noise seeds" ? values[`${OURS}-fixed`] : undefined;
      const charts = (["image", "visual", "ratio"] as const)
        .filter((metric) => (own[metric]?.[0]?.length ?? 0) > 0)
        .map((metric) => {
          const pictures = own[metric]!.map((each, i) => {
            const mark = fixed?.[metric]?.length === own[metric]!.length ? fixed[metric]![i] : undefined;
            return { values: each, ...(mark !== undefined && { mark }) };
          });
          const { label, digits } = METRIC_LABELS[metric];
          return `<div class="card"><h3>${label} <span class="quiet">deviation ${number(metrics[metric]?.deviation, digits)}</span></h3>${ranges(pictures)}</div>`;
        });
      const names = [`${row}, ${variants} ${what}`, ...(fixed ? [`${OURS}-fixed`] : [])];
      return `<h2>${title}</h2><p class="quiet">One line per test picture, from its lowest to its highest score, in the order of means; the deviation is that within a picture, on average.</p>${legend(names)}<div class="charts">${charts.join("")}</div>`;
    })
    .join("");
}

function gallery(cases: readonly GalleryCase[]): string {
  if (cases.length === 0) return "";
  const figure = ({ label, score, source }: GalleryCase["given"][number]) =>
    `<figure><img src="${source}" alt="${escapeHtml(label)}"><figcaption>${escapeHtml(label)}${score === undefined ? "" : ` <b>${number(score, 2)}</b>`}</figcaption></figure>`;
  const shown = cases.map(
    ({ title, subtitle, given, results }) =>
      `<section class="case card"><h3>${escapeHtml(title)}</h3><small class="quiet">${escapeHtml(subtitle)}</small><div class="pictures given">${given.map(figure).join("")}</div><div class="pictures">${results.map(figure).join("")}</div></section>`,
  );
  return `<h2>Pictures</h2><p class="quiet">The best, the median and the worst by error ratio, which stands beside each result.</p>${shown.join("")}`;
}

function footer({ setup, edits, leftOut }: Report): string {
  const list = METRICS.map(
    (metric) => `<dt>${METRIC_LABELS[metric].label}</dt><dd>${escapeHtml(METRIC_LABELS[metric].what)}</dd>`,
  ).join("");
  const missing = leftOut.length > 0 ? `<p>Left out: ${leftOut.map(escapeHtml).join(" ")}</p>` : "";
  return `<footer><h2>How it was measured</h2><dl class="metrics">${list}</dl>${missing}<details><summary>Setup</summary><pre>${escapeHtml(JSON.stringify(setup, null, 2))}</pre></details><details><summary>${edits.length} edits that ran</summary><p>${edits.map(escapeHtml).join(", ")}</p></details></footer>`;
}
