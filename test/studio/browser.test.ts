/** The studio in a real browser, against the real server. One Chromium for all, one server; every test is a new visitor. */
import { after, before, describe } from "node:test";
import type { Browser } from "playwright-core";
import { accessTests } from "./access.ts";
import { noBrowser, openBrowser } from "./browser.ts";
import { libraryTests } from "./library.ts";
import { openStudio, type Studio } from "./studio.ts";
import { teachTests } from "./teach.ts";
import { useTests } from "./use.ts";

export interface Bench {
  readonly browser: Browser;
  readonly url: string;
}

describe("the studio", { skip: noBrowser }, () => {
  let studio: Studio;
  let browser: Browser;
  before(async () => {
    studio = await openStudio("nano"); // learns in a moment; the gallery is of tiny
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await studio?.[Symbol.asyncDispose]();
  });
  const bench: Bench = {
    get browser() {
      return browser;
    },
    get url() {
      return studio.url;
    },
  };
  teachTests(bench);
  useTests(bench);
  libraryTests(bench);
  accessTests(bench);
});
