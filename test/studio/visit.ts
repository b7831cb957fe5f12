/** A person's browser: a fresh profile on the studio's page, with what goes wrong in it written down. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename } from "node:path";
import type { Browser, BrowserContext, Locator, Page, Request } from "playwright-core";

/** How long anything may take to show up, in milliseconds: a learning on a busy machine. */
const PATIENCE = 60_000;

export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true } as const;
export const DESKTOP = { viewport: { width: 1440, height: 900 } } as const;

export interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Edits that were asked of the server. */
  readonly edits: Request[];
  /** Errors in the page's console, so far; taken from there. */
  takeErrors(): string[];
}

/** Opens the page. What is in its console when the visit ends, nobody expected: it fails. */
export async function visit(browser: Browser, url: string, options: object = DESKTOP): Promise<Visit> {
  const context = await browser.newContext({ acceptDownloads: true, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  let errors: string[] = [];
  const edits: Request[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/api/edits")) edits.push(request);
  });
  await page.goto(url);
  return {
    page,
    context,
    edits,
    takeErrors() {
      const taken = errors;
      errors = [];
      return taken;
    },
    async [Symbol.asyncDispose]() {
      await context.close();
      assert.deepEqual(errors, [], "the page's console has no errors");
    },
  };
}

/** Files as a drop brings them; by path, or as a name and bytes. */
type Dropped = string | { readonly name: string; readonly bytes: Uint8Array };

/** Drops files from the desktop onto a part of the page. */
export async function drop(target: Locator, ...files: readonly Dropped[]): Promise<void> {
  const contents = files.map((file) => {
    const [name, bytes] = typeof file === "string" ? [basename(file), readFileSync(file)] : [file.name, file.bytes];
    const type = name.endsWith(".png") ? "image/png" : "application/octet-stream";
    return { name, type, base64: Buffer.from(bytes).toString("base64") };
  });
  const dataTransfer = await target.page().evaluateHandle((list) => {
    const data = new DataTransfer();
    for (const { name, type, base64 } of list) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      data.items.add(new File([bytes], name, { type }));
    }
    return data;
  }, contents);
  for (const event of ["dragenter", "dragover", "drop"]) await target.dispatchEvent(event, { dataTransfer });
}

/** Chooses an edit of the strip by its name. */
export async function choose(page: Page, name: string): Promise<void> {
  await page.locator(".look", { hasText: new RegExp(`^${name}$`) }).click();
}

/** What axe-core finds serious or critical in the page as it is. */
export async function seriousProblems(page: Page): Promise<string[]> {
  const path = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
  // Through the debugger: the page itself lets no other script in.
  await page.evaluate(readFileSync(path, "utf8"));
  return page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe;
    interface AxeResults {
      violations: {
        id: string;
        impact: string;
        help: string;
        nodes: { target: unknown[]; failureSummary: string }[];
      }[];
    }
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary}`),
      );
  });
}
