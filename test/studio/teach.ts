import assert from "node:assert/strict";
import { test } from "node:test";
import { readPngText } from "../../src/image/node.ts";
import type { Bench } from "./browser.test.ts";
import { drop, visit } from "./visit.ts";

const BEFORE = "examples/pastel/0_0.png";
const AFTER = "examples/pastel/0_1.png";
const THIRD = "examples/pastel/1_0.png";

export function teachTests(bench: Bench): void {
  test("teach: two dropped files, learned, and used on a third, whose PNG says how it was made", async () => {
    await using person = await visit(bench.browser, bench.url);
    const { page } = person;
    await page.getByRole("link", { name: "Teach", exact: true }).click();
    await page.getByRole("heading", { name: "Show it what you mean" }).waitFor();
    await drop(page.locator("main"), AFTER, BEFORE); // in the wrong order: their names say which is which
    await page.getByAltText("Before: 0_0.png").waitFor();
    await page.getByAltText("After: 0_1.png").waitFor();
    await page.getByRole("textbox", { name: "Name" }).fill("Dropped");
    await page.getByText("Quick").click();
    await page.getByRole("button", { name: "Teach it" }).click();
    await page.getByRole("heading", { name: "It has learned “Dropped”" }).waitFor();
    assert.ok((await page.locator(".film .frame").count()) >= 4, "before, checkpoints, after");
    assert.match((await page.locator(".curve .faint").getAttribute("d")) ?? "", /^M[\d. L]+$/);

    await page.getByRole("link", { name: "Use it on your pictures" }).click();
    await page.getByRole("heading", { name: "Dropped", exact: true }).waitFor();
    await drop(page.locator("main"), THIRD);
    const after = page.locator(".wipe .back");
    await after.waitFor();
    const png = await (await page.request.get(new URL((await after.getAttribute("src"))!, bench.url).href)).body();
    const made = JSON.parse(readPngText(new Uint8Array(png)).visii!);
    assert.equal(made.command, "apply");
    assert.equal(made.model.name, "nano");
  });

  test("teach: loaded again in the middle it goes on; stopped, it keeps the best so far", async () => {
    await using person = await visit(bench.browser, bench.url);
    const { page } = person;
    await page.goto(`${bench.url}/#/teach`);
    await drop(page.getByText("Drop both at once"), BEFORE, AFTER);
    await page.getByRole("textbox", { name: "Name" }).fill("Interrupted");
    await page.getByText("Patient").click();
    await page.getByRole("button", { name: "Teach it" }).click();
    await page.getByRole("heading", { name: "Learning “Interrupted”" }).waitFor();
    // Closed, and opened again at its start.
    await page.goto("about:blank");
    await page.goto(bench.url);
    await page.getByRole("heading", { name: "Learning “Interrupted”" }).waitFor();
    await page.getByRole("button", { name: "Stop and keep the best" }).click();
    await page.getByRole("heading", { name: /keeps the best so far/ }).waitFor();
    await page.getByRole("link", { name: "Library" }).click();
    await page.getByRole("heading", { name: "Interrupted" }).waitFor();
  });

  test("teach: two files whose names say nothing are asked about", async () => {
    await using person = await visit(bench.browser, `${bench.url}/#/teach`);
    const { page } = person;
    await drop(page.locator("main"), "examples/pastel/2_0.png", "examples/pastel/3_0.png");
    const question = page.getByRole("dialog", { name: "Which one is before the edit?" });
    await question.getByRole("button", { name: "3_0.png" }).click();
    await page.getByAltText("Before: 3_0.png").waitFor();
    await page.getByAltText("After: 2_0.png").waitFor();
    await page.getByRole("button", { name: "Swap before and after" }).click();
    await page.getByAltText("Before: 2_0.png").waitFor();
    // A second pair, and what is there is there when the page is loaded again.
    await page.getByRole("button", { name: "Another pair" }).click();
    await page.getByLabel("Before picture of pair 2").setInputFiles(BEFORE);
    await page.getByAltText("Before: 0_0.png").waitFor();
    await page.reload();
    await page.getByAltText("Before: 0_0.png").waitFor();
  });

  test("teach: a broken file is told by its name, in a sentence, and nothing else happens", async () => {
    await using person = await visit(bench.browser, `${bench.url}/#/teach`);
    const { page } = person;
    await drop(page.locator("main"), { name: "broken.png", bytes: Buffer.from("this is no picture") });
    const toast = page.locator(".toast.bad");
    await toast.waitFor();
    assert.match(await toast.innerText(), /^broken\.png: .{10,}/);
    assert.equal(await page.locator(".place img").count(), 0);
    // The browser itself notes a request that was refused, and that is all there is.
    assert.deepEqual(
      person.takeErrors().map((text) => text.replace(/(?<=status of 4)\d\d.*/, "xx")),
      ["Failed to load resource: the server responded with a status of 4xx"],
    );
  });
}
