import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pairFiles, routes } from "../../src/cli/files.ts";
import { nearest, parseOptions } from "../../src/cli/options.ts";
import { bar, duration, facts, progressLine, rate, sparkline } from "../../src/cli/progress.ts";
import { explainError, type Mode, Reporter } from "../../src/cli/reporter.ts";
import { chooseCheckpoints, keptStep } from "../../src/cli/strip.ts";
import { VisiiError } from "../../src/errors.ts";
import { scratch } from "./child.ts";

test("a bar fills by eighths and keeps its width", () => {
  assert.equal(bar(0, 4), "░░░░");
  assert.equal(bar(0.5, 4), "██░░");
  assert.equal(bar(0.53125, 4), "██▏░");
  assert.equal(bar(7, 4), "████");
  for (let i = 0; i <= 100; i++) assert.equal(bar(i / 100, 13).length, 13);
});

test("durations and rates as people say them", () => {
  assert.deepEqual([7.6, 185, 3723].map(duration), ["8 s", "3:05", "1:02:03"]);
  assert.equal(rate(30, 10), "3.0 steps/s");
  assert.equal(rate(10, 25), "2.5 s/step");
});

test("progress counts the time left from the steps that it saw", () => {
  const progress = { label: "learning", done: 60, total: 100, counted: 10, seconds: 5, loss: 0.41234 };
  assert.equal(facts(progress), "60/100 · 2.0 steps/s · 20 s left · loss 0.412");
  assert.equal(facts({ label: "x", done: 0, total: 9, seconds: 0 }), "0/9");
  const fetching = { label: "fetching", done: 1.2e9, total: 4.3e9, counted: 2e8, seconds: 10, unit: "bytes" } as const;
  assert.equal(facts(fetching), "1.2 GB/4.3 GB · 20 MB/s · 2:35 left");
  assert.equal(facts({ label: "x", done: 4e5, total: 3.34e8, seconds: 0, unit: "bytes" }), "0.4 MB/334 MB");
  const line = progressLine(progress, 80);
  assert.match(line, /^learning █+[▏▎▍▌▋▊▉]?░+ 60\/100/);
  assert.ok(line.length < 80);
  assert.ok(progressLine(progress, 30).length < 30, "no bar where there is no room");
});

test("a sparkline goes from the lowest block to the highest", () => {
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8), "▁▂▃▄▅▆▇█");
  assert.equal(sparkline([0, 0, 7, 7], 2), "▁█", "means of stretches");
  assert.equal(sparkline([3, 3], 9), "▁▁");
  assert.equal(sparkline([], 9), "");
});

const OPTIONS = {
  steps: { type: "number", help: "" },
  loss: { type: "flag", help: "" },
  noise: { type: "choice", choices: ["random", "fixed"], help: "" },
  output: { type: "text", short: "o", help: "" },
} as const;

test("options: values, flags taken back, the last one counts, -- ends them", () => {
  const { values, positionals } = parseOptions(OPTIONS, [
    "a",
    "--steps=3",
    "--steps",
    "-1e2",
    "-ox.png",
    "--no-loss",
    "--noise",
    "fixed",
    "--",
    "--steps",
  ]);
  assert.deepEqual({ ...values }, { steps: -100, output: "x.png", loss: false, noise: "fixed" });
  assert.deepEqual(positionals, ["a", "--steps"]);
});

test("options: what is wrong is said in one sentence", () => {
  const wrong: [string[], string][] = [
    [["--step", "3"], "There is no option --step; did you mean --steps?"],
    [["-q"], "There is no option -q."],
    [["--no-steps"], "There is no option --no-steps."],
    [["--steps"], "--steps needs a value."],
    [["-o", "--loss"], "-o needs a value."],
    [["--loss=yes"], "--loss takes no value."],
    [["--steps", "1e999"], '--steps must be a number, got "1e999".'],
    [["--steps="], "--steps needs a value."],
    [["--noise", "loud"], '--noise must be one of random, fixed, got "loud".'],
    [["--constructor"], "There is no option --constructor."],
  ];
  for (const [argv, message] of wrong) {
    assert.throws(() => parseOptions(OPTIONS, argv), { name: "VisiiError", code: "usage", message }, argv.join(" "));
  }
  assert.equal(nearest("aply", ["learn", "apply"]), "apply");
  assert.equal(nearest("xyz", ["learn", "apply"]), undefined);
});

test("where pictures go, and which make a pair", () => {
  const folder = scratch();
  const at = (name: string) => join(folder, name);
  mkdirSync(at("in"));
  for (const name of ["10_0.png", "10_1.jpg", "2_0.png", "2_1.png", "3_0.png", "notes.txt", ".4_0.png"])
    writeFileSync(at(`in/${name}`), "");
  const pairs = pairFiles([at("in")]);
  assert.deepEqual(pairs, [
    { before: at("in/2_0.png"), after: at("in/2_1.png") },
    { before: at("in/10_0.png"), after: at("in/10_1.jpg") },
  ]);
  assert.throws(() => pairFiles(["a", "b", "c"]), { code: "usage", message: /^Pictures come in pairs/ });

  assert.deepEqual(routes(["x.jpg"], "y.webp"), [{ input: "x.jpg", output: "y.webp" }]);
  assert.deepEqual(routes(["x.jpg"], "new/"), [{ input: "x.jpg", output: join("new", "x.png") }]);
  assert.equal(routes([at("in")], at("out")).length, 5);
  assert.throws(() => routes([at("in")], at("in")), { code: "usage", message: /would be overwritten/ });
  assert.throws(() => routes(["a/x.png", "b/x.jpg"], at("out")), {
    code: "usage",
    message: /would both be written to/,
  });
  assert.throws(() => routes([folder], at("out")), { code: "input", message: /holds no picture/ });
  assert.throws(() => routes(["x.png"], undefined), { code: "usage" });
});

/** A reporter with a clock to turn, and what it said. */
function listen(mode: Partial<Mode>, columns?: number) {
  const said = { out: "", err: "", time: 0 };
  const streams = {
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
    columns: () => columns,
    now: () => said.time,
  };
  const report = new Reporter(streams, { json: false, quiet: false, debug: false, ...mode });
  const go = (from: number, to: number) => {
    for (let done = from; done <= to; done++) {
      report.step({ label: "learning", done, total: 100, loss: 1, event: { mse: 1 } });
      said.time += 1000;
    }
  };
  return { said, report, go };
}

test("short work shows no progress; long work few lines, or one line that is drawn again", () => {
  const short = listen({});
  short.go(0, 1);
  assert.equal(short.said.err, "");

  const lines = listen({});
  lines.go(0, 40);
  assert.equal(lines.said.err.split("\n").length - 1, 3, "at 2, 17 and 32 seconds");
  assert.match(lines.said.err, /^learning 2\/100 · 1\.0 steps\/s · 1:38 left · loss 1\.00\n/);

  const terminal = listen({}, 80);
  terminal.go(0, 40);
  terminal.report.done([], "Done.");
  assert.equal(terminal.said.err.includes("\n"), false);
  assert.ok(terminal.said.err.endsWith("\r\x1b[2K"), "the bar is wiped at the end");
  assert.equal(terminal.said.out, "Done.\n");
});

test("quiet says nothing, json says events", () => {
  const quiet = listen({ quiet: true }, 80);
  quiet.go(0, 40);
  quiet.report.done(["x"], "Done.");
  assert.deepEqual([quiet.said.out, quiet.said.err], ["", ""]);

  const json = listen({ json: true }, 80);
  json.go(1, 3);
  json.report.done(["x"], "Done.");
  assert.equal(json.said.err, "");
  const events = json.said.out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    events.map(({ event, step }) => [event, step]),
    [
      ["step", 1],
      ["step", 2],
      ["step", 3],
      ["done", undefined],
    ],
  );
});

test("a notice is a line on stderr, or an event", () => {
  const [people, programs, nobody] = [listen({}), listen({ json: true }), listen({ quiet: true })];
  for (const { report } of [people, programs, nobody]) report.notice("Going on in 32 bits.");
  assert.deepEqual([people.said.out, people.said.err], ["", "Going on in 32 bits.\n"]);
  assert.deepEqual(JSON.parse(programs.said.out), { event: "notice", message: "Going on in 32 bits." });
  assert.deepEqual([programs.said.err, nobody.said.out, nobody.said.err], ["", "", ""]);
});

test("errors are one sentence, with the command line's names", () => {
  const range = new VisiiError("usage", "lambdaMse must be a number from 0 to 1, got 2", {
    name: "lambdaMse",
    value: 2,
  });
  assert.equal(explainError(range).message, "--lambda-mse must be a number from 0 to 1, got 2");
  const fault = explainError(new TypeError("x is not\n a function."));
  assert.equal(fault.message, "Something went wrong inside visii (x is not; a function); --debug shows where.");
});

test("a strip shows at most six checkpoints, the last and the kept one among them", () => {
  assert.deepEqual(chooseCheckpoints(3, 1), [0, 1, 2]);
  assert.deepEqual(chooseCheckpoints(12, 11), [1, 3, 5, 7, 9, 11]);
  for (let kept = 0; kept < 40; kept++) {
    const chosen = chooseCheckpoints(40, kept);
    assert.equal(new Set(chosen).size, 6);
    assert.ok(chosen.includes(kept) && chosen.includes(39), `${kept} in ${chosen}`);
    assert.deepEqual(
      chosen,
      [...chosen].sort((a, b) => a - b),
    );
  }
  const checkpoints = [
    [1, 0.5],
    [2, 0.4],
    [3, 0.4],
  ] as const;
  const losses = [0.1, 0.3, 0.2];
  assert.equal(keptStep({ checkpoints, losses, settings: {} }), 2);
  assert.equal(keptStep({ checkpoints, losses, settings: { keep: "loss" } }), 1);
  assert.equal(keptStep({ checkpoints: [], losses, settings: {} }), undefined);
});
