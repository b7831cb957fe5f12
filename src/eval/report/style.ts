/** The page's look. Light or dark as the system is set; a button turns it round. */
export const STYLE = `
:root { color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --ink: #22201d; --quiet: #6d675f; --line: #e6e1d8; --soft: #f3f0ea;
  --good: #1a7f5a; --bad: #b3402a; --c0: #0f7b7b; --c1: #c8641b; --c2: #5b59b8; --c3: #8a8a20; --shadow: 0 1px 2px #3a2f1e14, 0 6px 20px #3a2f1e0d; }
@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) {
  --paper: #171614; --card: #201f1c; --ink: #ece8e1; --quiet: #a29b90; --line: #37342f; --soft: #2a2825;
  --good: #5cc79b; --bad: #ee8a72; --c0: #4cc2c0; --c1: #f0a062; --c2: #a3a1f2; --c3: #cfcf5e; --shadow: 0 1px 2px #0006; } }
:root[data-theme="dark"] { color-scheme: dark;
  --paper: #171614; --card: #201f1c; --ink: #ece8e1; --quiet: #a29b90; --line: #37342f; --soft: #2a2825;
  --good: #5cc79b; --bad: #ee8a72; --c0: #4cc2c0; --c1: #f0a062; --c2: #a3a1f2; --c3: #cfcf5e; --shadow: 0 1px 2px #0006; }
:root[data-theme="light"] { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 400 15px/1.55 Inter, system-ui, sans-serif; font-feature-settings: "cv11"; }
main { max-width: 1240px; margin: 0 auto; padding: 56px 28px 96px; }
header { display: flex; gap: 24px; align-items: flex-start; justify-content: space-between; }
h1 { font-size: 34px; line-height: 1.15; letter-spacing: -0.022em; margin: 0 0 8px; font-weight: 600; }
h2 { font-size: 21px; letter-spacing: -0.012em; margin: 64px 0 6px; font-weight: 600; }
h3 { font-size: 14px; margin: 0 0 10px; font-weight: 600; }
p { margin: 0 0 14px; max-width: 74ch; } .quiet { color: var(--quiet); } small { font-size: 12.5px; }
button { font: inherit; color: var(--quiet); background: var(--card); border: 1px solid var(--line); border-radius: 999px; padding: 5px 14px; cursor: pointer; white-space: nowrap; }
button:hover { color: var(--ink); } :focus-visible { outline: 2px solid var(--c0); outline-offset: 2px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 1px; background: var(--line); border: 1px solid var(--line); border-radius: 14px; overflow: hidden; margin: 30px 0 0; }
.facts div { background: var(--card); padding: 14px 18px; } .facts dt { color: var(--quiet); font-size: 12.5px; } .facts dd { margin: 2px 0 0; font-weight: 600; overflow-wrap: anywhere; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow); }
.scroll { overflow-x: auto; margin: 18px 0 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 9px 8px; text-align: right; vertical-align: top; border-top: 1px solid var(--line); white-space: nowrap; }
thead th { border-top: 0; font-size: 12.5px; font-weight: 600; color: var(--quiet); vertical-align: bottom; }
thead th span { font-weight: 400; }
th:first-child, td:first-child { text-align: left; white-space: normal; min-width: 200px; position: sticky; left: 0; background: var(--card); padding-left: 20px; }
tbody tr.group th { color: var(--quiet); font-size: 12.5px; font-weight: 600; padding-top: 20px; background: var(--card); text-align: left; }
th:last-child, td:last-child { padding-right: 18px; } td b { font-weight: 600; } td.best b { color: var(--c0); } td code, li code { display: block; color: var(--quiet); font: 400 12px/1.5 ui-monospace, "SFMono-Regular", Menlo, monospace; }
.interval { display: block; color: var(--quiet); font-size: 11.5px; }
.whisker { display: block; width: 72px; height: 10px; margin: 3px 0 0 auto; } .whisker line { stroke: var(--quiet); stroke-width: 1.4; } .whisker circle { fill: var(--c0); }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 16px; margin: 18px 0 0; } .charts .card { padding: 16px 18px 10px; } .charts svg { width: 100%; height: auto; display: block; }
.grid { stroke: var(--line); stroke-width: 1; } .axis { stroke: var(--quiet); stroke-width: 1; } .tick { fill: var(--quiet); font-size: 11px; }
.c0 { --c: var(--c0); } .c1 { --c: var(--c1); } .c2 { --c: var(--c2); } .c3 { --c: var(--c3); }
.area { fill: var(--c); opacity: 0.12; } .line { fill: none; stroke: var(--c); stroke-width: 1.6; } .mean { stroke: var(--c); stroke-width: 1.4; stroke-dasharray: 3 3; } .range { stroke: var(--c); stroke-width: 1; opacity: 0.45; } .dot { fill: var(--c); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 0; margin: 14px 0 0; font-size: 13px; } .legend li::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 3px; background: var(--c); margin-right: 7px; }
.findings { list-style: none; padding: 0; margin: 18px 0 0; overflow: hidden; } .findings li { display: grid; grid-template-columns: 104px 1fr 160px 190px; gap: 18px; align-items: center; padding: 13px 20px; border-top: 1px solid var(--line); } .findings li:first-child { border-top: 0; }
.findings .value { text-align: right; font-variant-numeric: tabular-nums; } .difference { width: 160px; height: 16px; } .difference line { stroke: var(--quiet); stroke-width: 1.6; } .difference .zero { stroke: var(--line); } .difference circle { fill: var(--ink); }
.verdict { justify-self: start; font-size: 12.5px; font-weight: 600; border-radius: 999px; padding: 2px 11px; background: var(--soft); color: var(--quiet); } .holds { color: var(--good); } .fails { color: var(--bad); }
.case { padding: 20px 22px 22px; margin: 18px 0 0; } .case h3 { margin: 0 0 2px; font-size: 15px; } .pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(118px, 1fr)); gap: 14px 12px; margin: 14px 0 0; } figure { margin: 0; } figure img { width: 100%; aspect-ratio: 1; object-fit: contain; border-radius: 8px; display: block; background: var(--soft); } figcaption { font-size: 12px; line-height: 1.35; margin: 6px 0 0; color: var(--quiet); overflow-wrap: anywhere; } figcaption b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
.given { padding-bottom: 14px; border-bottom: 1px solid var(--line); }
footer { margin: 72px 0 0; color: var(--quiet); font-size: 13px; } dl.metrics { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 14px 0; font-size: 13.5px; } dl.metrics dt { font-weight: 600; } dl.metrics dd { margin: 0; color: var(--quiet); } pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); border-radius: 10px; padding: 14px 16px; font-size: 12px; }
@media (max-width: 760px) { main { padding: 32px 16px 64px; } h1 { font-size: 27px; } .findings li { grid-template-columns: auto 1fr; gap: 8px 16px; padding: 15px 16px; } .findings .verdict, .findings li > div:first-of-type { grid-column: 1 / -1; } .findings .value { text-align: left; } th:first-child, td:first-child { min-width: 170px; } }
@media print { button { display: none; } .card { box-shadow: none; } }
`;

/** Turns light and dark round, and remembers nothing. */
export const SCRIPT = `
document.querySelector("#theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
`;
