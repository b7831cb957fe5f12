import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Page } from "playwright-core";
import type { Bench } from "./browser.test.ts";
import { choose, drop, visit } from "./visit.ts";

const PICTURES = [1, 2].map((n) => `examples/pastel/${n}_0.png`);

/** The picture that is the first result. */
async function resultOf(page: Page): Promise<string> {
  const after = page.locator(".wipe .back").first();
  await after.waitFor();
  return (await after.getAttribute("src"))!;
}

export function useTests(bench: Bench): void {
  test("use: the first result is two clicks away, and compared by keys", async () => {
    await using person = await visit(bench.browser, bench.url);
    const { page } = person;
    await choose(page, "Sepia");
    await page.getByRole("button", { name: "Example: lift" }).click();
    const divider = page.getByRole("slider", { name: "lift.png: before and after" });
    await divider.focus();
    const expect = async (key: string, now: string, clip: string) => {
      await page.keyboard.press(key);
      assert.equal(await divider.getAttribute("aria-valuenow"), now, key);
      assert.equal(await page.locator(".wipe .front").evaluate((image) => getComputedStyle(image).clipPath), clip, key);
    };
    await expect("1", "100", "inset(0px 0% 0px 0px)");
    await expect("3", "0", "inset(0px 100% 0px 0px)");
    await expect("2", "50", "inset(0px 50% 0px 0px)");
    await expect("ArrowRight", "52", "inset(0px 48% 0px 0px)");
    await expect("Shift+ArrowLeft", "42", "inset(0px 58% 0px 0px)");
    await expect("Home", "0", "inset(0px 100% 0px 0px)");
    await expect("End", "100", "inset(0px 0% 0px 0px)");
    // And by dragging.
    const box = (await page.locator(".wipe").boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 4, box.y + 30);
    await page.mouse.up();
    assert.equal(await divider.getAttribute("aria-valuenow"), "25");
  });

  test("use: words join the edit; only what has changed is asked for, after a reload too", async () => {
    await using person = await visit(bench.browser, bench.url);
    const { page, edits } = person;
    await choose(page, "Sepia");
    await drop(page.locator("main"), PICTURES[0]!);
    const plain = await resultOf(page);
    assert.equal(edits.length, 1);
    await page.getByLabel("Add words").fill("in the snow");
    await page.waitForFunction((old) => document.querySelector(".wipe .back")?.getAttribute("src") !== old, plain);
    const hybrid = await resultOf(page);
    assert.notEqual(hybrid, plain);
    assert.equal(edits.at(-1)!.postDataJSON().words, "in the snow");

    const asked = edits.length;
    await page.getByLabel("Add words").fill("");
    await page.waitForFunction((old) => document.querySelector(".wipe .back")?.getAttribute("src") === old, plain);
    await drop(page.locator("main"), PICTURES[1]!);
    await page.getByText("All 2 are ready").waitFor();
    assert.equal(edits.length, asked + 1, "the new picture only");

    await page.reload();
    await page.getByText("All 2 are ready").waitFor();
    assert.equal(await resultOf(page), plain);
    const { jobs } = await (await page.request.get(`${bench.url}/api/jobs?kind=edit&limit=200`)).json();
    const same = jobs.filter(
      (job: { request: object }) => JSON.stringify(job.request) === JSON.stringify(edits[0]!.postDataJSON()),
    );
    assert.equal(same.length, 1, "the same request is the same job");
  });

  test("use: by words alone, with sliders, dice and lock, and back to the usual", async () => {
    await using person = await visit(bench.browser, bench.url);
    const { page, edits } = person;
    await choose(page, "Only words");
    await drop(page.locator("main"), PICTURES[0]!);
    await page.getByText("Say what is to be done to them.").waitFor();
    await page.getByLabel("What should be done?").fill("make it night");
    await resultOf(page);
    assert.deepEqual(Object.keys(edits.at(-1)!.postDataJSON()).sort(), ["picture", "words"]);

    await page.getByLabel("Care", { exact: true }).fill("3");
    await page.getByLabel("Follow the edit, as a number").fill("2.5");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Another variation" }).click();
    await page.waitForTimeout(600);
    await resultOf(page);
    const { steps, guidanceScale, seed } = edits.at(-1)!.postDataJSON();
    assert.deepEqual([steps, guidanceScale], [3, 2.5]);
    assert.ok(Number.isSafeInteger(seed));

    await page.getByRole("button", { name: "Back to the usual" }).click();
    assert.equal(await page.getByRole("spinbutton", { name: "Variation" }).inputValue(), String(seed), "it is locked");
    await page.getByRole("button", { name: "Keep this variation" }).click();
    await page.getByRole("button", { name: "Back to the usual" }).click();
    assert.equal(await page.getByRole("spinbutton", { name: "Variation" }).inputValue(), "0");
  });

  test("use: a grid over two settings; a click takes over a cell's", async () => {
    await using person = await visit(bench.browser, bench.url);
    const { page, edits } = person;
    await choose(page, "Night");
    await drop(page.locator("main"), PICTURES[0]!);
    await resultOf(page);
    await page.getByRole("button", { name: "Compare settings on 1_0.png" }).click();
    await page.getByLabel("Down: setting").selectOption("Care");
    await page.getByLabel("Down: values, with spaces between them").fill("1 2, 99999");
    await page.keyboard.press("Enter");
    await page.locator("td .picture").nth(5).waitFor();
    assert.equal(await page.locator("td.cell").count(), 6, "three strengths, two times care");
    const combinations = new Set(edits.map((request) => request.postData()));
    assert.equal(combinations.size, edits.length, "nothing is asked for twice");
    await page.getByRole("button", { name: "Use Strength 1.5, Care 1" }).click();
    await resultOf(page);
    assert.equal(await page.getByLabel("Strength, as a number").inputValue(), "1.5");
  });

  test("use: all results in one zip; a result that is dropped brings its settings back", async () => {
    await using person = await visit(bench.browser, bench.url);
    const { page } = person;
    await choose(page, "Sepia");
    await drop(page.locator("main"), ...PICTURES);
    await page.getByLabel("Strength, as a number").fill("0.6");
    await page.keyboard.press("Enter");
    await page.getByText("All 2 are ready").waitFor();
    const zip = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download all" }).click();
    const bytes = readFileSync(await (await zip).path());
    assert.deepEqual(
      [bytes.toString("latin1", 0, 2), bytes.includes("1_0, Sepia.png"), bytes.includes("2_0, Sepia.png")],
      ["PK", true, true],
    );
    const one = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download 1_0.png, Sepia" }).click();
    const result = readFileSync(await (await one).path());

    await page.getByRole("button", { name: "Clear" }).click();
    await page.getByLabel("Strength, as a number").fill("1.9");
    await page.keyboard.press("Enter");
    await choose(page, "Night");
    await drop(page.locator("main"), { name: "result.png", bytes: result });
    await page.getByText("The settings that this picture was made with are back.").waitFor();
    assert.equal(await page.getByLabel("Strength, as a number").inputValue(), "0.6");
    await page.getByRole("heading", { name: "Sepia", level: 1 }).waitFor();
  });

  test("use: on a phone, settings are a sheet under the picture", async () => {
    const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
    await using person = await visit(bench.browser, bench.url, phone);
    const { page } = person;
    await choose(page, "Sepia");
    await page.getByRole("button", { name: "Example: lift" }).click();
    await resultOf(page);
    const strength = page.getByLabel("Strength", { exact: true });
    assert.equal(await strength.isVisible(), false);
    await page.getByRole("button", { name: "Words and settings" }).click();
    assert.equal(await strength.isVisible(), true);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing sticks out");
  });
}
