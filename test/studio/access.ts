import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bench } from "./browser.test.ts";
import { choose, DESKTOP, drop, PHONE, seriousProblems, visit } from "./visit.ts";

export function accessTests(bench: Bench): void {
  for (const [screen, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    test(`axe-core finds nothing serious in any view, light and dark, on a ${screen}`, async () => {
      await using person = await visit(bench.browser, bench.url, options);
      const { page } = person;
      const look = async (view: string) => {
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          assert.deepEqual(await seriousProblems(page), [], `${view}, ${colorScheme}`);
        }
      };
      await page.locator(".look img").first().waitFor();
      await look("use, at the start");
      await choose(page, "Sepia");
      await drop(page.locator("main"), "examples/pastel/1_0.png", "examples/pastel/2_0.png");
      await page.getByText("All 2 are ready").waitFor();
      if (screen === "phone") await page.getByRole("button", { name: "Words and settings" }).click();
      await look("use, with results");
      if (screen === "phone") await page.getByRole("button", { name: "Words and settings" }).click();
      await page.getByRole("button", { name: "Compare settings on 1_0.png" }).click();
      await page.locator("td .picture").nth(8).waitFor();
      await look("use, compared");
      await page.goto(`${bench.url}/#/teach`);
      await look("teach, at the start");
      await page.getByRole("button", { name: "Try it with an example" }).click();
      await page.getByRole("textbox", { name: "Name" }).fill(`Seen by axe on a ${screen}`);
      await look("teach, ready");
      await page.getByText("Quick").click();
      await page.getByRole("button", { name: "Teach it" }).click();
      await page.getByRole("heading", { name: /^(?:Learning|Waiting)/ }).waitFor();
      await look("teach, learning");
      await page.getByRole("heading", { name: /^It has learned/ }).waitFor();
      await look("teach, learned");
      await page.getByRole("link", { name: "Library" }).click();
      await page.locator(".edit-card").first().waitFor();
      await page.getByRole("button", { name: "More for Fog" }).click();
      await look("library");
    });
  }

  test("keyboard: the first Tab skips to the content, a view's heading has the focus when it opens; colours are chosen and kept", async () => {
    await using person = await visit(bench.browser, `${bench.url}/#/use`);
    const { page } = person;
    await page.locator(".look img").first().waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    assert.equal(await focused(), "Choose an edit, then a picture");
    await page.getByRole("link", { name: "Library" }).click();
    await page.waitForFunction(() => document.activeElement?.textContent === "Library");
    assert.match(await page.title(), /^Your edits · visii$/);
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const day = await ground();
    await page.getByRole("button", { name: /^Colours/ }).click();
    assert.equal(await ground(), day, "light, as it was");
    await page.getByRole("button", { name: /^Colours/ }).click();
    assert.notEqual(await ground(), day);
    await page.reload();
    await page.getByRole("button", { name: "Colours: dark" }).waitFor();
    assert.notEqual(await ground(), day);
  });
}
