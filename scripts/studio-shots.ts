/** Pictures of every view of the studio: phone and desktop, light and dark. `npm run shots [-- FOLDER]`; by default those of docs/images/studio. */
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { openBrowser } from "../test/studio/browser.ts";
import { openStudio } from "../test/studio/studio.ts";

const SCREENS = {
  desktop: { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true },
} as const;
const THEMES = ["light", "dark"] as const;
const PAIR = ["examples/pastel/0_0.png", "examples/pastel/0_1.png"].map((path) => resolve(path));
const PICTURES = [1, 2, 3, 4].map((n) => resolve(`examples/pastel/${n}_0.png`));
/** A gallery's edit that shows well, as one sees it. */
const LOOK = "Sepia";

const folder = resolve(process.argv[2] ?? "docs/images/studio");

/** Goes once through all views, and has each taken when it is there. */
async function walk(page: Page, url: string, take: (name: string) => Promise<void>): Promise<void> {
  await page.goto(url);
  await page.getByText("Choose an edit, then a picture").waitFor();
  await page.waitForLoadState("networkidle").catch(() => {});
  await take("use-start");

  await page.getByRole("radio", { name: LOOK, exact: true }).check({ force: true });
  await page.getByLabel("Add pictures").setInputFiles(PICTURES[0]!);
  await page.locator(".wipe").waitFor();
  await settle(page);
  await take("use-one");
  await page.getByLabel("Add pictures").setInputFiles(PICTURES);
  await page.getByText("All 4 are ready").waitFor();
  await settle(page);
  await take("use-many");

  await page.getByRole("button", { name: "Compare settings on 3_0.png" }).click();
  await page.locator(".compare td .picture").nth(8).waitFor();
  await settle(page);
  await take("use-compare");

  await page.goto(`${url}/#/teach`);
  await settle(page);
  await take("teach-start");
  await page.getByLabel("Before picture").setInputFiles(PAIR);
  await page.getByRole("textbox", { name: "Name" }).fill("Soft pastel");
  await settle(page);
  await take("teach-ready");
  await page.getByRole("button", { name: "Teach it" }).click();
  await page.locator(".film .frame:not(.open)").nth(4).waitFor({ timeout: 600_000 });
  await settle(page);
  await take("teach-learning");
  await page.getByRole("heading", { name: /^It has learned/ }).waitFor({ timeout: 600_000 });
  await settle(page);
  await take("teach-learned");

  await page.goto(`${url}/#/library`);
  await page.getByRole("heading", { name: "Library" }).waitFor();
  await settle(page);
  await take("library");
}

/** Until pictures and moving things have come to rest. */
async function settle(page: Page): Promise<void> {
  await page.waitForTimeout(300);
  await page.evaluate(() =>
    Promise.all(
      [...document.images].filter((image) => image.loading !== "lazy").map((image) => image.decode().catch(() => {})),
    ),
  );
  await page.waitForTimeout(700);
}

async function shoot(browser: Browser, screen: keyof typeof SCREENS): Promise<void> {
  await using studio = await openStudio();
  const context = await browser.newContext({ ...SCREENS[screen], colorScheme: "light" });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000); // machines may be busy
  page.on("console", (message) => {
    if (message.type() === "error") console.error(`${screen}: ${message.text()}`);
  });
  await walk(page, studio.url, async (name) => {
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      await page.waitForTimeout(150);
      const png = await page.screenshot();
      const path = join(folder, `${name}-${screen}-${theme}.webp`);
      await sharp(png).webp({ quality: 64, effort: 6 }).toFile(path);
      console.log(path);
    }
  });
  await context.close();
}

await mkdir(folder, { recursive: true });
const browser = await openBrowser();
try {
  for (const screen of Object.keys(SCREENS) as (keyof typeof SCREENS)[]) await shoot(browser, screen);
} finally {
  await browser.close();
}
