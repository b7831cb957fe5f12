import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { cacheHome, dataHome } from "../../src/files/home.ts";

test("data lies where the platform keeps it, or where VISII_HOME says", () => {
  const home = resolve("/home/ada");
  assert.equal(dataHome({}, "linux", home), join(home, ".local/share/visii"));
  assert.equal(dataHome({ XDG_DATA_HOME: resolve("/data") }, "linux", home), join(resolve("/data"), "visii"));
  assert.equal(dataHome({}, "darwin", home), join(home, "Library/Application Support/visii"));
  assert.equal(dataHome({ LOCALAPPDATA: resolve("/local") }, "win32", home), join(resolve("/local"), "visii"));
  assert.equal(dataHome({ VISII_HOME: "mine", XDG_DATA_HOME: "/data" }, "linux", home), resolve("mine"));
});

test("caches lie where the platform keeps them, or below VISII_HOME", () => {
  const home = resolve("/home/ada");
  assert.equal(cacheHome({}, "linux", home), join(home, ".cache/visii"));
  assert.equal(cacheHome({ XDG_CACHE_HOME: resolve("/cache") }, "linux", home), join(resolve("/cache"), "visii"));
  assert.equal(cacheHome({}, "darwin", home), join(home, "Library/Caches/visii"));
  assert.equal(
    cacheHome({ LOCALAPPDATA: resolve("/local") }, "win32", home),
    join(resolve("/local"), "visii", "cache"),
  );
  assert.equal(
    cacheHome({ VISII_HOME: "mine", XDG_CACHE_HOME: "/cache" }, "linux", home),
    join(resolve("mine"), "cache"),
  );
});
