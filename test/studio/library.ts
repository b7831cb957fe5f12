import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Bench } from "./browser.test.ts";
import { openStudio } from "./studio.ts";
import { drop, visit } from "./visit.ts";

export function libraryTests(bench: Bench): void {
  test("library: copy, rename, delete, and take it back", async () => {
    await using person = await visit(bench.browser, `${bench.url}/#/library`);
    const { page } = person;
    await page.getByRole("button", { name: "More for Fog" }).click();
    await page.getByRole("button", { name: "Make a copy" }).click();
    await page.getByRole("button", { name: "More for fog (copy)" }).click();
    await page.getByRole("button", { name: "Rename" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("textbox").fill("Morning mist");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Morning mist" }).waitFor();
    const menu = page.getByRole("button", { name: "More for Morning mist" });
    await menu.click();
    await page.keyboard.press("Escape");
    assert.equal(await menu.evaluate((button) => document.activeElement === button), true, "the focus is back");
    await menu.click();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("heading", { name: "Morning mist" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("heading", { name: "Morning mist" }).waitFor();
  });

  test("library: an edit card, dropped into a fresh profile on another machine, is used there", async () => {
    const card = await (async () => {
      await using person = await visit(bench.browser, `${bench.url}/#/library`);
      const { page } = person;
      await page.getByRole("button", { name: "More for Fog" }).click();
      await page.getByRole("button", { name: "Make a copy" }).click();
      await page.getByRole("button", { name: "More for fog (copy)" }).click();
      await page.getByRole("button", { name: "Rename" }).click();
      await page.getByRole("dialog").getByRole("textbox").fill("From afar");
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "More for From afar" }).click();
      const saved = page.waitForEvent("download");
      await page.getByRole("link", { name: "Save as a card" }).click();
      const download = await saved;
      return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
    })();
    assert.match(card.name, /^From afar.*\.png$/);

    await using other = await openStudio("nano");
    await using person = await visit(bench.browser, other.url);
    const { page } = person;
    await drop(page.locator("main"), card);
    await page.getByText("is in your library").waitFor();
    await page.getByRole("button", { name: "Example: lift" }).click();
    await page.locator(".wipe .back").waitFor();
  });
}
