/** The studio on loopback: how large it is, how soon it is painted, and how soon it answers while the machine learns. `npx tsx bench/studio.ts` */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { pageFolder } from "../src/studio/node-build.ts";
import { openBrowser } from "../test/studio/browser.ts";
import { openStudio } from "../test/studio/studio.ts";

/** Times that the page is opened, by a fresh profile each. */
const VISITS = 9;
/** Rounds of input while it learns, and the pause between two inputs, in milliseconds. */
const [ROUNDS, PAUSE] = [40, 60];
const PAIR = ["examples/pastel/0_0.png", "examples/pastel/0_1.png"].map((path) => resolve(path));

function sizes(folder: string): void {
  const assets = join(folder, "assets");
  const of = (name: string) => {
    const bytes = readFileSync(join(assets, name));
    return `${name.replace(/-[^-]*(\.\w+)$/, "$1")}: ${kilobytes(bytes.length)} kB, ${kilobytes(gzipSync(bytes, { level: 9 }).length)} kB by gzip`;
  };
  const names = readdirSync(assets);
  for (const name of names.filter((name) => /\.(?:js|css)$/.test(name))) console.log(of(name));
  const fonts = names.filter((name) => name.endsWith(".woff2"));
  console.log(`fonts: ${kilobytes(fonts.reduce((sum, name) => sum + statSync(join(assets, name)).size, 0))} kB`);
}

const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);

/** From the navigation to the first paint with contents, in milliseconds. */
async function firstPaint(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "load" });
  await page.locator("h1").waitFor();
  const time = await page.evaluate(
    () =>
      new Promise<number>((done) => {
        new PerformanceObserver((list) => {
          const [paint] = list.getEntriesByName("first-contentful-paint");
          if (paint) done(paint.startTime);
        }).observe({ type: "paint", buffered: true });
      }),
  );
  await context.close();
  return time;
}

/** Has a page note, for every input, how long it takes to the end of the next frame, in milliseconds: as text, for it runs over there. */
const NOTE_INPUTS = `
  globalThis.inputTimes = [];
  for (const kind of ["keydown", "pointerdown", "pointermove", "input", "click"]) {
    addEventListener(kind, ({ timeStamp }) => requestAnimationFrame(() => {
      // A task of its own after the frame's work: what was changed is painted.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => inputTimes.push(performance.now() - timeStamp);
      port2.postMessage(undefined);
    }), true);
  }`;

/** Teaches, and meanwhile types, slides, wipes and changes views, as a person would. */
async function whileLearning(browser: Browser, url: string): Promise<number[]> {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
  await page.goto(url);
  await page.locator(".look", { hasText: /^Sepia$/ }).click();
  await page.getByRole("button", { name: "Example: lift" }).click();
  await page.locator(".wipe").waitFor();
  await page.getByRole("link", { name: "Teach", exact: true }).click();
  await page.getByLabel("Before picture").setInputFiles(PAIR);
  await page.getByText("Patient").click();
  await page.getByRole("button", { name: "Teach it" }).click();
  await page.locator(".film .frame:not(.open)").nth(3).waitFor({ timeout: 600_000 });
  await page.evaluate(NOTE_INPUTS);
  for (let round = 0; round < ROUNDS; round++) {
    await page.getByRole("link", { name: "Use", exact: true }).click();
    await page.locator(".wipe .divider").press("ArrowRight");
    await page.getByLabel("Strength", { exact: true }).press(round % 2 ? "ArrowLeft" : "ArrowRight");
    await page.waitForTimeout(PAUSE);
    await page.getByLabel("Add words").press("x");
    await page.getByLabel("Add words").press("Backspace");
    await page.getByRole("link", { name: "Library" }).click();
    await page.waitForTimeout(PAUSE);
    await page.getByRole("link", { name: /^Learning/ }).click();
    await page.waitForTimeout(PAUSE);
  }
  if (!(await page.getByRole("heading", { name: /^Learning/ }).isVisible())) throw new Error("it no longer learned");
  const all = await page.evaluate<number[]>("inputTimes");
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("heading", { name: /keeps the best so far/ }).waitFor({ timeout: 60_000 });
  return all;
}

const at = (times: readonly number[], part: number) =>
  times.toSorted((a, b) => a - b)[Math.ceil(part * (times.length - 1))]!;

sizes(await pageFolder());
await using studio = await openStudio();
const browser = await openBrowser();
try {
  const paints: number[] = [];
  for (let visit = 0; visit < VISITS; visit++) paints.push(await firstPaint(browser, studio.url));
  console.log(
    `first paint with contents: median ${at(paints, 0.5).toFixed(0)} ms, longest ${at(paints, 1).toFixed(0)} ms`,
  );
  const times = await whileLearning(browser, studio.url);
  const [median, most, longest] = [0.5, 0.99, 1].map((part) => at(times, part).toFixed(0));
  console.log(
    `input to paint while it learns, of ${times.length}: median ${median} ms, 99% ${most} ms, longest ${longest} ms`,
  );
} finally {
  await browser.close();
}
