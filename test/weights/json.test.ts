import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePythonJson } from "../../src/weights/json.ts";

test("reads the numbers that Python writes and JSON does not have", () => {
  const text = '{"lambda_min_clipped": -Infinity, "a": [Infinity,NaN, 1e3, -0.5], "b": {"c": NaN}}';
  assert.deepEqual(parsePythonJson(text), {
    lambda_min_clipped: Number.NEGATIVE_INFINITY,
    a: [Number.POSITIVE_INFINITY, Number.NaN, 1000, -0.5],
    b: { c: Number.NaN },
  });
});

test("leaves strings and keys as they are", () => {
  const value = { "-Infinity": "NaN", a: 'a "quoted" Infinity \\', "NaN ": ["Infinity", null, true] };
  assert.deepEqual(parsePythonJson(JSON.stringify(value)), value);
  assert.deepEqual(parsePythonJson(JSON.stringify({ ...value, x: 1 }).replace("1}", "NaN}")), {
    ...value,
    x: Number.NaN,
  });
});

for (const text of [
  "{",
  '{"a": Infinit}',
  '{"a": +Infinity}',
  '{"a": nan}',
  '{"a": InfinityNaN}',
  '{"a": --Infinity}',
  "{NaN: 1}",
  "",
]) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parsePythonJson(text), SyntaxError);
  });
}
