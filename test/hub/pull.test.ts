import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { isVisiiError } from "../../src/errors.ts";
import { findModel, listModels } from "../../src/hub/local.ts";
import { type PullOptions, type PullProgress, pullModel } from "../../src/hub/pull.ts";
import { treeOf } from "./cache-tree.ts";
import { blobHash, digest, type Fault, filesOf, LoopbackHub } from "./server.ts";

const NANO = filesOf(join(import.meta.dirname, "../../models/nano"));
const UNET = NANO["unet/diffusion_pytorch_model.safetensors"]!;
const CARD = "---\nlanguage: en\nlicense: mit\n---\n# Nano\n";

const scratch = mkdtempSync(join(tmpdir(), "visii-pull-"));
const hub = await LoopbackHub.start();
after(async () => {
  await hub.close();
  rmSync(scratch, { recursive: true });
});

const commit = hub.publish("someone/nano", {
  ...NANO,
  "README.md": CARD,
  LICENSE: "MIT",
  ".gitattributes": "*.safetensors filter=lfs",
  "nano.ckpt": "pickle",
  "unet/diffusion_pytorch_model.bin": "pickle",
  "unet/diffusion_pytorch_model.fp16.safetensors": "half as precise",
  "vae/diffusion_pytorch_model.onnx": "another format",
  "text_encoder/flax_model.msgpack": "another format",
  "text_encoder/model.safetensors.index.json": "{}",
  "safety_checker/config.json": "{}",
  "safety_checker/model.safetensors": "not needed",
  "feature_extractor/preprocessor_config.json": "{}",
});

let home = "";
let count = 0;
const cache = () => join(home, "hub", "models--someone--nano");
const blob = (bytes: Uint8Array) => join(cache(), "blobs", digest("sha256", bytes));
const environment = () => ({ HF_HOME: home, HF_ENDPOINT: hub.endpoint });
const pull = (options: PullOptions = {}) =>
  pullModel("someone/nano", { environment: environment(), pause: 1, ...options });

beforeEach(() => {
  home = join(scratch, String(count++));
  hub.seen.length = 0;
  hub.fault = () => undefined;
});

/** A fault of the first requests for the contents of a file. */
function failing(bytes: Uint8Array, ...faults: Fault[]): typeof hub.fault {
  const hashes = [digest("sha256", bytes), blobHash(bytes)];
  return ({ path }) => (hashes.some((hash) => path.endsWith(hash)) ? faults.shift() : undefined);
}

/** The Range headers of the requests for these bytes. */
function ranges(bytes: Uint8Array): (string | undefined)[] {
  return hub.seen.filter(({ path }) => path.endsWith(`/objects/${digest("sha256", bytes)}`)).map(({ range }) => range);
}

test("fetches only what is needed, into the cache as Python lays it out", async () => {
  const progress: PullProgress[] = [];
  const model = await pull({ onProgress: (step) => progress.push(step) });
  assert.deepEqual(
    { ...model, path: "" },
    { name: "someone/nano", path: "", revision: commit, size: model.size, fetched: model.size },
  );
  assert.equal(model.path, join(cache(), "snapshots", commit));
  assert.equal(findModel("someone/nano", environment()), model.path);

  const wanted = { ...NANO, "README.md": Buffer.from(CARD), LICENSE: Buffer.from("MIT") };
  const hash = (bytes: Uint8Array) => (bytes.length > 16_384 ? digest("sha256", bytes) : blobHash(bytes));
  const expected: Record<string, string> = { "refs/main": "file" };
  for (const [path, bytes] of Object.entries(wanted)) {
    expected[`blobs/${hash(bytes)}`] = "file";
    expected[`snapshots/${commit}/${path}`] = `${"../".repeat(path.split("/").length + 1)}blobs/${hash(bytes)}`;
    assert.deepEqual(readFileSync(join(model.path, path)), Buffer.from(bytes), path);
  }
  assert.deepEqual(treeOf(cache()), Object.fromEntries(Object.entries(expected).sort(([a], [b]) => (a < b ? -1 : 1))));
  assert.equal(readFileSync(join(cache(), "refs", "main"), "utf8"), commit);

  const total = Object.values(wanted).reduce((sum, { length }) => sum + length, 0);
  assert.equal(model.size, total);
  assert.equal(progress[0]!.done, 0);
  assert.deepEqual([progress.at(-1)!.done, progress.at(-1)!.total], [total, total]);
  assert.ok(progress.at(-1)!.rate > 0);
  const cached = listModels(environment()).filter(({ origin }) => origin === "hub");
  assert.deepEqual(cached, [
    { name: "someone/nano", path: model.path, origin: "hub", revision: commit, licence: "mit" },
  ]);
});

test("what is here already is not fetched again, and a pull request has its own ref", async () => {
  await pull();
  hub.seen.length = 0;
  const again = await pull({ revision: "refs/pr/1", onProgress: () => assert.fail("nothing to do") });
  assert.equal(again.fetched, 0);
  assert.deepEqual(hub.fetches, []);
  assert.equal(readFileSync(join(cache(), "refs", "refs", "pr", "1"), "utf8"), commit);
  assert.equal(findModel("someone/nano", environment(), "refs/pr/1"), again.path);
  assert.equal(findModel("someone/nano", environment(), commit), again.path);
});

test("a link that is missing is made again", async () => {
  const { path } = await pull();
  rmSync(join(path, "unet", "config.json"));
  assert.equal((await pull()).fetched, 0);
  assert.equal(statSync(join(path, "unet", "config.json")).size, NANO["unet/config.json"]!.length);
});

test("the token goes to the hub and to nobody else", async () => {
  await pull({ environment: { ...environment(), HF_TOKEN: "hf_secret" } });
  for (const { path, authorization } of hub.seen) {
    assert.equal(authorization, path.startsWith("/objects/") ? undefined : "Bearer hf_secret", path);
  }
  rmSync(cache(), { recursive: true });
  hub.seen.length = 0;
  writeFileSync(join(home, "token"), "hf_kept\n");
  await pull();
  assert.equal(hub.seen[0]!.authorization, "Bearer hf_kept");
});

test("a connection that breaks is gone on from where it was", async () => {
  hub.fault = failing(UNET, { cut: 300_000 }, { status: 503 }, { cut: 100_000 });
  await pull();
  const starts = ranges(UNET).map((range) => Number(/^bytes=(\d+)-$/.exec(range ?? "bytes=0-")?.[1]));
  assert.equal(starts.length, 4);
  const [first, second, third, fourth] = starts as [number, number, number, number];
  assert.equal(first, 0);
  assert.ok(second > 0 && second <= 300_000, "what arrived before the break is kept");
  assert.equal(third, second);
  assert.ok(fourth > third && fourth <= third + 100_000);
  assert.deepEqual(readFileSync(blob(UNET)), Buffer.from(UNET));
});

test("a server that knows no ranges is listened to from the start", async () => {
  hub.fault = failing(UNET, { cut: 300_000 }, { ignoreRange: true });
  await pull();
  assert.equal(ranges(UNET).length, 2);
  assert.match(ranges(UNET)[1]!, /^bytes=\d+-$/);
  assert.deepEqual(readFileSync(blob(UNET)), Buffer.from(UNET));
});

test("a signal stops it, and the next call fetches only the rest", async () => {
  hub.fault = failing(UNET, { hang: 300_000 });
  const controller = new AbortController();
  const partial = `${blob(UNET)}.incomplete`;
  const stop = setInterval(() => {
    if (statSync(partial, { throwIfNoEntry: false })?.size === 300_000) controller.abort();
  }, 5);
  await assert.rejects(pull({ signal: controller.signal }), (error) => {
    assert.ok(isVisiiError(error, "aborted"));
    assert.match(error.message, /^Stopped; what has arrived of someone\/nano is kept/);
    return true;
  });
  clearInterval(stop);
  assert.equal(statSync(partial).size, 300_000);
  assert.throws(() => findModel("someone/nano", environment()), /not in the Hugging Face cache/, "no half of a model");

  hub.seen.length = 0;
  const progress: PullProgress[] = [];
  const { fetched, size } = await pull({ onProgress: (step) => progress.push(step) });
  assert.equal(fetched, UNET.length - 300_000 + NANO["model_index.json"]!.length, "all else was there");
  assert.equal(progress[0]!.done, size - fetched);
  assert.ok(progress.every(({ done }, i) => i === 0 || done >= progress[i - 1]!.done));
  assert.deepEqual(
    hub.fetches.map(({ range }) => range),
    ["bytes=300000-", "bytes=300000-", undefined],
    "the rest, at the hub and then its storage; the model's index, which comes last",
  );
  assert.deepEqual(readFileSync(blob(UNET)), Buffer.from(UNET));
});

test("a signal that has fired before opens no connection", async () => {
  await assert.rejects(pull({ signal: AbortSignal.abort() }), (error) => isVisiiError(error, "aborted"));
  assert.deepEqual(hub.seen, []);
});

for (const [what, path] of [
  ["a large file", "unet/diffusion_pytorch_model.safetensors"],
  ["a small file", "unet/config.json"],
] as const) {
  test(`${what} that arrives damaged is deleted, and told`, async () => {
    const size = NANO[path]!.length;
    const fault: Fault = { flip: size - 1 };
    hub.fault = (request) =>
      path.endsWith(".json") ? (request.path.endsWith(path) ? fault : undefined) : failing(UNET, fault)(request);
    await assert.rejects(pull(), (error) => {
      assert.ok(isVisiiError(error, "network"));
      assert.match(
        error.message,
        new RegExp(`^someone/nano: ${path} arrived damaged .* the same command fetches it again\\.$`),
      );
      return true;
    });
    const left = readdirSync(join(cache(), "blobs"));
    assert.ok(!left.some((name) => name.endsWith(".incomplete")));
    assert.ok(!left.some((name) => statSync(join(cache(), "blobs", name)).size === size && size > 16_384));
    assert.throws(() => findModel("someone/nano", environment()), /not in the Hugging Face cache/);
    hub.fault = () => undefined;
    await pull();
  });
}

test("a damaged part of an earlier attempt does not survive", async () => {
  mkdirSync(join(cache(), "blobs"), { recursive: true });
  writeFileSync(`${blob(UNET)}.incomplete`, new Uint8Array(5000));
  await assert.rejects(pull(), /arrived damaged/);
  await pull();
  assert.deepEqual(readFileSync(blob(UNET)), Buffer.from(UNET));
});

test("trouble that passes is waited for, trouble that stays is told", async () => {
  let left = 3;
  hub.fault = ({ path }) => (path.includes("/revision/") && left-- > 0 ? { status: 503 } : undefined);
  await pull();
  hub.fault = () => ({ status: 503 });
  hub.seen.length = 0;
  await assert.rejects(pull(), (error) => {
    assert.ok(isVisiiError(error, "network"));
    assert.match(error.message, /^someone\/nano: the hub answered with status 503; see whether http:.* can be reached/);
    return true;
  });
  assert.equal(hub.seen.length, 5);
  const nowhere = { ...environment(), HF_ENDPOINT: "http://127.0.0.1:9" };
  await assert.rejects(
    pull({ environment: nowhere }),
    /the connection to the hub failed \(\w[\w ]+\); see whether http:\/\/127/,
  );
});

const REFUSALS: [what: string, status: number, code: string | undefined, token: string, sentence: RegExp][] = [
  [
    "a model that is not there",
    404,
    "RepoNotFound",
    "hf_x",
    /there is no such model at http.*, or it is a private one/,
  ],
  ["one that nobody may know of", 401, "RepoNotFound", "", /there is no such model at http.*, or it is a private one/],
  ["terms", 403, "GatedRepo", "hf_x", /agree to their terms .* do so at http.*\/someone\/nano, then set HF_TOKEN/],
  ["terms, without a token", 401, "GatedRepo", "", /agree to their terms/],
  ["a token that is wrong", 401, undefined, "hf_x", /the hub does not accept your token/],
];
for (const [what, status, code, token, sentence] of REFUSALS) {
  test(`tells about ${what}`, async () => {
    hub.fault = () => ({ status, ...(code !== undefined && { code }) });
    await assert.rejects(pull({ environment: { ...environment(), HF_TOKEN: token } }), (error) => {
      assert.ok(isVisiiError(error, "model"));
      assert.match(error.message, sentence);
      assert.equal(error.data.status, status);
      return true;
    });
    assert.equal(hub.seen.length, 1, "not asked again");
  });
}

test("tells about names and revisions that are none", async () => {
  await assert.rejects(pull({ revision: "v9" }), /^VisiiError: someone\/nano: it has no revision "v9"; see http/);
  await assert.rejects(pull({ revision: "../main" }), (error) => isVisiiError(error, "usage"));
  await assert.rejects(pullModel("nano", { environment: environment() }), /is named owner\/name, which "nano" is not/);
  await assert.rejects(pullModel("../nano", { environment: environment() }), (error) => isVisiiError(error, "usage"));
  await assert.rejects(pullModel("some/one", { environment: environment() }), /some\/one: there is no such model at/);
});

test("tells about a server that is no hub, and files with names that would leave the cache", async () => {
  const strange = await LoopbackHub.start();
  try {
    const elsewhere = { ...environment(), HF_ENDPOINT: `${strange.endpoint}/x` };
    await assert.rejects(pull({ environment: elsewhere }), (error) => isVisiiError(error));
  } finally {
    await strange.close();
  }
  hub.publish("someone/sly", { "model_index.json": "{}", "unet/../../x.json": "{}", "unet/..\\x.json": "{}", ...NANO });
  const { path } = await pullModel("someone/sly", { environment: environment() });
  assert.ok(
    !readdirSync(path, { recursive: true }).some(
      (name) => String(name).endsWith("x.json") && !String(name).endsWith("model_index.json"),
    ),
  );
});

test("a disk without room is told before the work", async () => {
  const { checkSpace } = await import("../../src/hub/space.ts");
  await checkSpace(join(home, "not", "there", "yet"), 1);
  await assert.rejects(checkSpace(home, 1e18), (error) => {
    assert.ok(isVisiiError(error, "io"));
    assert.match(error.message, /left on the disk of .*, but the model needs 1000000000\.0 GB; make room/);
    return true;
  });
});

test("HF_HUB_OFFLINE opens no connection, and says what does", async () => {
  const offline = { ...environment(), HF_HUB_OFFLINE: "1" };
  await assert.rejects(pull({ environment: offline }), /HF_HUB_OFFLINE=0 visii models pull someone\/nano/);
  assert.deepEqual(hub.seen, []);
});

test("two at once share the work", async () => {
  let waited = 0;
  const both = await Promise.all([1, 2].map(() => pull({ onWait: () => waited++ })));
  assert.equal(waited, 1);
  assert.deepEqual(both.map(({ fetched, size }) => fetched / size).sort(), [0, 1]);
  assert.equal(ranges(UNET).length, 1);
  assert.deepEqual(readdirSync(join(home, "hub", ".locks", "models--someone--nano")), []);
});

test("two that write the same part at once do no harm", async () => {
  hub.fault = ({ path }) => {
    if (path.includes("/resolve/"))
      rmSync(join(home, "hub", ".locks", "models--someone--nano", "visii.lock"), { force: true });
    return undefined;
  };
  await Promise.all([1, 2].map(() => pull()));
  assert.deepEqual(readFileSync(blob(UNET)), Buffer.from(UNET));
});
