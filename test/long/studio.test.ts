/** What takes a while in the studio: a learning of the built-in model, and a server that stops in the middle of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeImage, readImage } from "../../src/image/node.ts";
import type { Image } from "../../src/image/pixels.ts";
import { noBrowser, openBrowser } from "../studio/browser.ts";
import { openStudio } from "../studio/studio.ts";
import { drop, visit } from "../studio/visit.ts";

const PAIR = ["examples/pastel/0_0.png", "examples/pastel/0_1.png"];
const THIRD = "examples/pastel/2_0.png";
/** A learning on a busy machine, in milliseconds. */
const PATIENCE = 600_000;

const brightness = ({ data }: Pick<Image, "data">) => [...data].reduce((sum, value) => sum + value, 0) / data.length;

test("the studio: learned from two dropped files, over a restart of the server, an edit makes a third picture pastel", {
  skip: noBrowser,
}, async () => {
  await using studio = await openStudio();
  const browser = await openBrowser();
  try {
    await using person = await visit(browser, `${studio.url}/#/teach`);
    const { page } = person;
    await drop(page.locator("main"), ...PAIR);
    await page.getByRole("textbox", { name: "Name" }).fill("Pastel");
    await page.getByRole("button", { name: "Teach it" }).click();
    await page.locator(".film .frame:not(.open)").nth(3).waitFor({ timeout: PATIENCE });
    await studio.restart(async () => {
      await page.getByText("No answer from visii.").waitFor();
    });
    await page.getByText("No answer from visii.").waitFor({ state: "detached" });
    await page.getByRole("heading", { name: "It has learned “Pastel”" }).waitFor({ timeout: PATIENCE });
    // The browser notes each request that found no server.
    assert.deepEqual(
      person
        .takeErrors()
        .filter((text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE/.test(text)),
      [],
    );

    await page.getByRole("link", { name: "Use it on your pictures" }).click();
    await page.getByRole("heading", { name: "Pastel", exact: true }).waitFor();
    await drop(page.locator("main"), THIRD);
    const after = page.locator(".wipe .back");
    await after.waitFor();
    const response = await page.request.get(new URL((await after.getAttribute("src"))!, studio.url).href);
    const edited = await decodeImage(new Uint8Array(await response.body()), "the result");
    const [was, is] = [brightness(await readImage(THIRD)), brightness(edited)];
    assert.ok(is > was + 20, `brightness ${was.toFixed(0)} → ${is.toFixed(0)}, of 255`);
  } finally {
    await browser.close();
  }
});
