import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, posix } from "node:path";
import { test } from "node:test";

/** The folders (or files) of `src/`, from the bottom up. A file imports from its own folder and from rows below. */
const rows = [
  ["errors"],
  ["files"],
  ["graph"],
  ["weights"],
  ["runtime"],
  ["image", "tokenizer", "schedulers", "rng", "hub"],
  ["nn", "metrics"],
  ["models"],
  ["jobs"],
  ["core"],
  ["baselines"],
  ["training", "eval"],
  ["index"],
  ["workers"],
  ["server"],
  ["studio"],
  ["cli"],
];

/** Files that may know Node; everything else runs in a browser as it is (and may load one of these lazily, where there is a Node). */
const knowsNode = [
  /^(?:runtime|image|weights|core)\/node/,
  /^(?:\w+\/)*node\.ts$/,
  /^(?:files|hub|eval|cli|server|workers)(?:\/|\.ts$)/,
  /^studio\/node-/,
  /^index\.ts$/,
];

/** Packages that only these files may know. */
const owned: [package_: RegExp, owner: RegExp][] = [
  [/^onnxruntime-/, /^runtime\//],
  [/^sharp$/, /^image\/node/],
  [/^@huggingface\/hub$/, /^hub\//],
  [/^(?:preact|@preact\/|client-zip$)/, /^studio\/(?!node-)/],
  [/^vite$/, /^studio\/node-/],
];

interface Import {
  /** As written. */
  readonly from: string;
  /** Loaded before the file itself runs; types are erased, and `import()` waits until it is called. */
  readonly needed: boolean;
}

/** All that a source imports, dynamic imports included. */
function importsOf(source: string): Import[] {
  const statements = source.matchAll(/^\s*(?:import|export)\b(\s+type\b)?[^;'"]*?\bfrom\s*["']([^"']+)["']/gm);
  const bare = source.matchAll(/^\s*import()\s*["']([^"']+)["']/gm);
  const dynamic = source.matchAll(/(?<!typeof\s)\bimport()\(\s*["']([^"']+)["']/g);
  return [
    ...[...statements, ...bare].map(([, type, from]) => ({ from, needed: !type })),
    ...[...dynamic].map(([, , from]) => ({ from, needed: false })),
  ];
}

/** What is wrong with these sources (path below `src/` → text), one sentence each. */
function violations(sources: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  const edges = new Map<string, string[]>(); // what has to be loaded first
  for (const [file, source] of sources) {
    const row = rowOf(file);
    if (row === -1) problems.push(`${file}: its folder is in no layer`);
    const before: string[] = [];
    for (const { from, needed } of importsOf(source)) {
      const target = from.startsWith(".") ? posix.join(posix.dirname(file), from) : undefined;
      if (target === undefined) problems.push(...packageProblems(file, from));
      else if (target === "../package.json")
        continue; // its version
      else if (target.startsWith("..")) problems.push(`${file}: imports ${from}, outside of src`);
      else {
        if (!sources.has(target)) problems.push(`${file}: imports ${from}, which is not there`);
        const sideways = layerOf(target) !== layerOf(file);
        if (sideways && rowOf(target) >= row) problems.push(`${file}: imports ${target}, which is not below it`);
        if (needed && mayKnowNode(target) && !mayKnowNode(file)) {
          problems.push(`${file}: imports ${target}, which needs Node`);
        }
        if (needed) before.push(target);
      }
    }
    edges.set(file, before);
  }
  const cycle = findCycle(edges);
  if (cycle) problems.push(`import cycle: ${cycle.join(" → ")}`);
  return problems;
}

function packageProblems(file: string, name: string): string[] {
  const problems: string[] = [];
  const builtin = name.startsWith("node:") || builtinModules.includes(name);
  if (builtin && !mayKnowNode(file)) problems.push(`${file}: imports ${name}, but may not know Node`);
  for (const [package_, owner] of owned) {
    if (package_.test(name) && !owner.test(file)) problems.push(`${file}: imports ${name}, which is not its business`);
  }
  return problems;
}

function layerOf(file: string): string {
  return file.split("/")[0].replace(/\.ts$/, "");
}

function rowOf(file: string): number {
  return rows.findIndex((row) => row.includes(layerOf(file)));
}

function mayKnowNode(file: string): boolean {
  return knowsNode.some((pattern) => pattern.test(file));
}

function findCycle(edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of edges.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of edges.keys()) {
    const cycle = visit(file, []);
    if (cycle) return cycle;
  }
  return undefined;
}

test("imports point downwards, only the right files know Node and the runtime, nothing imports in a circle", () => {
  const files = readdirSync("src", { recursive: true }).map((file) => String(file).replaceAll("\\", "/"));
  const sources = files
    .filter((file) => /\.(?:tsx?|css)$/.test(file))
    .map((file) => [file, file.endsWith(".css") ? "" : readFileSync(join("src", file), "utf8")]);
  assert.ok(sources.length > 20, "the sources were found");
  assert.deepEqual(violations(new Map(sources as [string, string][])), []);
});

const good: Record<string, string> = {
  "errors.ts": "export class E extends Error {}",
  "graph/tensor.ts": 'import type { Op } from "./op.ts";\nimport { E } from "../errors.ts";',
  "graph/op.ts": 'import {\n  type Tensor,\n  make,\n} from "./tensor.ts";',
  "runtime/node.ts": 'import { readFileSync } from "node:fs";\nconst ort = await import("onnxruntime-node");',
  "image/node/decode.ts": 'import sharp from "sharp";',
  "image/pixels.ts": "",
  "core/learn.ts":
    'import type { Options } from "../runtime/node.ts";\nexport * from "../graph/op.ts";\nawait import("../runtime/node.ts");',
  "cli/learn.ts": '#!/usr/bin/env node\nimport "../core/learn.ts";\nimport fs from "fs";',
  "server/schemas.ts": 'import { z } from "zod";\nimport "node:fs";',
  "studio/app.tsx":
    'import { render } from "preact";\nimport type { Job } from "../server/schemas.ts";\nimport "../core/load.ts";\nimport "./app.css";',
  "studio/app.css": "",
  "studio/node-build.ts": 'import { join } from "node:path";\nconst { build } = await import("vite");',
  "core/load.ts": "",
};

test("the checker accepts what is right", () => {
  assert.deepEqual(violations(new Map(Object.entries(good))), []);
});

const bad: [what: string, file: string, source: string, expected: RegExp][] = [
  [
    "upwards",
    "graph/up.ts",
    'import { learn } from "../core/learn.ts";',
    /imports core\/learn\.ts, which is not below it/,
  ],
  ["upwards by type", "graph/up.ts", 'import type { L } from "../core/learn.ts";', /which is not below it/],
  ["upwards by export", "graph/up.ts", 'export { learn } from "../core/learn.ts";', /which is not below it/],
  ["upwards, over lines", "graph/up.ts", 'import {\n  a,\n  b,\n} from "../core/learn.ts";', /which is not below it/],
  ["sideways", "rng/side.ts", 'import { p } from "../image/pixels.ts";', /which is not below it/],
  [
    "Node",
    "models/unet.ts",
    'import { join } from "node:path";',
    /models\/unet\.ts: imports node:path, but may not know Node/,
  ],
  ["Node without its prefix", "models/unet.ts", 'import { join } from "path";', /may not know Node/],
  [
    "Node through another",
    "core/load.ts",
    'import { r } from "../runtime/node.ts";',
    /imports runtime\/node\.ts, which needs Node/,
  ],
  ["Node, lazily", "core/load.ts", 'await import("node:fs");', /may not know Node/],
  [
    "the runtime",
    "core/load.ts",
    'import * as ort from "onnxruntime-web";',
    /onnxruntime-web, which is not its business/,
  ],
  ["sharp", "cli/show.ts", 'import sharp from "sharp";', /sharp, which is not its business/],
  [
    "Node in the page",
    "studio/a.tsx",
    'import { join } from "node:path";',
    /studio\/a\.tsx: imports node:path, but may not know Node/,
  ],
  ["the server in the page", "studio/a.tsx", 'import { Job } from "../server/schemas.ts";', /which needs Node/],
  ["the page's library", "cli/show.ts", 'import { render } from "preact";', /preact, which is not its business/],
  ["a new folder", "misc/a.ts", "", /misc\/a\.ts: its folder is in no layer/],
  ["a file that is not there", "graph/a.ts", 'import "./b.ts";', /imports \.\/b\.ts, which is not there/],
  ["what lies outside", "graph/a.ts", 'import "../../test/b.ts";', /outside of src/],
  [
    "itself in a circle",
    "graph/tensor.ts",
    'import { op } from "./op.ts";',
    /cycle: graph\/tensor\.ts → graph\/op\.ts → graph\/tensor\.ts/,
  ],
];

for (const [what, file, source, expected] of bad) {
  test(`the checker refuses to import ${what}`, () => {
    const problems = violations(new Map(Object.entries({ ...good, [file]: source })));
    assert.equal(problems.length, 1, problems.join("\n"));
    assert.match(problems[0], expected);
  });
}
