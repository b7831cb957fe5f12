import assert from "node:assert/strict";
import { test } from "node:test";
import { isVisiiError } from "../../src/errors.ts";
import * as g from "../../src/graph/index.ts";
import { evaluate, numbers, relativeError } from "./run.ts";

/** Shapes that don't fit are refused in words while the graph is built. */
const refusals: Record<string, [() => unknown, RegExp]> = {
  channels: [
    () => g.conv2d(g.input("x", [1, 4, 8, 8]), g.input("w", [8, 320, 3, 3])),
    /^conv2d: expected 320 input channels, got 4$/,
  ],
  bias: [
    () => g.conv2d(g.input("x", [1, 4, 8, 8]), g.input("w", [8, 4, 3, 3]), { bias: g.input("b", [9]) }),
    /^conv2d: expected a bias of 8 channels, got float32\[9\]$/,
  ],
  kernel: [
    () => g.conv2d(g.input("x", [1, 4, 2, 2]), g.input("w", [8, 4, 3, 3])),
    /^conv2d: a 3×3 kernel does not fit into float32\[1,4,2,2\]$/,
  ],
  products: [
    () => g.matmul(g.input("a", [2, 3]), g.input("b", [4, 5])),
    /^matmul: expected 3 rows on the right of float32\[2,3\], got float32\[4,5\]$/,
  ],
  broadcasting: [() => g.add(g.input("a", [2, 3]), g.input("b", [4])), /^add: \[2,3\] and \[4\] do not broadcast$/],
  reshaping: [() => g.reshape(g.input("a", [2, 3]), [4, 2]), /^reshape: float32\[2,3\] has 6 elements, \[4,2\] has 8$/],
  "uneven reshaping": [() => g.reshape(g.input("a", [2, 3]), [4, -1]), /^reshape: /],
  axes: [() => g.softmax(g.input("a", [2, 3]), 2), /^softmax: there is no axis 2 in a tensor of rank 2$/],
  joins: [
    () => g.concat([g.input("a", [2, 3]), g.input("b", [3, 3])], 1),
    /^concat: float32\[3,3\] does not join float32\[2,3\] along axis 1$/,
  ],
  slices: [
    () => g.slice(g.input("a", [2, 3]), 1, 2, 7),
    /^slice: 2 to 7 by 1 does not lie in axis 1 of float32\[2,3\]$/,
  ],
  groups: [
    () => g.groupNorm(g.input("x", [1, 6, 2]), g.input("w", [6]), g.input("b", [6]), 4, 1e-5),
    /^groupNorm: 6 channels do not divide into 4 groups$/,
  ],
  heads: [
    () => g.attention(g.input("q", [1, 4, 9]), g.input("k", [1, 4, 9]), g.input("v", [1, 4, 9]), { heads: 2 }),
    /^attention: a width of 9 does not divide into 2 heads$/,
  ],
  types: [() => g.add(g.input("a", [2], "int64"), 1), /^add: expected float32, got int64\[2\] and float32\[\]$/],
  losses: [() => g.gradients(g.input("a", [2]), []), /^gradients: expected a scalar loss, got float32\[2\]$/],
  names: [() => g.toOnnx({ y: g.add(g.input("a", [2]), g.input("a", [2])) }), /^toOnnx: two inputs are called "a"$/],
};
for (const [what, [build, message]] of Object.entries(refusals)) {
  test(`refuses ${what} that don't fit`, () => {
    assert.throws(build, (error) => isVisiiError(error, "graph") && message.test(error.message));
  });
}

test("prints a graph a line per value", () => {
  const x = g.input("x", [1, 2]);
  assert.equal(
    g.print({ y: g.mul(g.tanh(x), x) }),
    [
      '%0 = input() {"name":"x","dtype":"float32","shape":[1,2]} : float32[1,2]',
      "%1 = tanh(%0) : float32[1,2]",
      "%2 = mul(%1, %0) : float32[1,2]",
      "return y = %2",
    ].join("\n"),
  );
});

test("the checker notices a value whose type is not what its op makes", () => {
  const y = g.tanh(g.input("x", [2, 3]));
  g.check({ y });
  const forged = Object.assign(Object.create(Object.getPrototypeOf(y)), y, { shape: [3, 2] }) as g.Tensor;
  assert.throws(
    () => g.check({ y: forged }),
    /^VisiiError: tanh: says float32\[3,2\] but its inputs make float32\[2,3\]$/,
  );
});

test("convolution is cross-correlation with zeros around", async () => {
  const [x, w] = [numbers([1, 2, 4, 5], 1), numbers([3, 2, 3, 3], 2)];
  const y = g.conv2d(g.constant(x, [1, 2, 4, 5]), g.constant(w, [3, 2, 3, 3]), { padding: 1, stride: 2 });
  assert.deepEqual(y.shape, [1, 3, 2, 3]);
  const expected = new Float32Array(18);
  for (let o = 0; o < 3; o++)
    for (let r = 0; r < 2; r++)
      for (let s = 0; s < 3; s++)
        for (let c = 0; c < 2; c++)
          for (let i = 0; i < 3; i++)
            for (let j = 0; j < 3; j++) {
              const [row, column] = [2 * r + i - 1, 2 * s + j - 1];
              if (row < 0 || column < 0 || row >= 4 || column >= 5) continue;
              expected[(o * 2 + r) * 3 + s]! += x[(c * 4 + row) * 5 + column]! * w[((o * 2 + c) * 3 + i) * 3 + j]!;
            }
  assert.ok(relativeError((await evaluate({ y })).y!, expected) < 1e-6);
});

test("the three forms of attention agree", async () => {
  const [q, k, v] = [numbers([2, 700, 16], 1), numbers([2, 9, 16], 2), numbers([2, 9, 16], 3)];
  const mask = g.constant(numbers([1, 1, 700, 9], 4), [1, 1, 700, 9]);
  const of = (form: g.AttentionForm) =>
    g.attention(g.constant(q, [2, 700, 16]), g.constant(k, [2, 9, 16]), g.constant(v, [2, 9, 16]), {
      heads: 4,
      form,
      mask,
    });
  const results = await evaluate({ fused: of("fused"), plain: of("materialized"), blocks: of("blockwise") });
  assert.ok(relativeError(results.fused!, results.plain!) < 1e-6);
  assert.ok(relativeError(results.blocks!, results.plain!) < 1e-6);
});

test("equal computations are written once", () => {
  const x = g.input("x", [4]);
  const once = g.toOnnx({ y: g.mul(g.exp(x), 2) }).bytes.length;
  const twice = g.toOnnx({ y: g.mul(g.exp(x), 2), z: g.mul(g.exp(x), 2) }).bytes.length;
  assert.ok(twice - once < 60, `${twice - once} bytes for a second name`);
});

test("a picture's gradient is the same by a frozen weight, turned round beforehand, as by one that is an input", async () => {
  const data = numbers([4, 3, 3, 2], 5);
  const frozen = g.parameter("w", [4, 3, 3, 2], {
    dtype: "float32",
    location: { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) },
  });
  const x = g.constant(numbers([2, 3, 6, 5]), [2, 3, 6, 5]);
  const gradientBy = (weight: g.Tensor) =>
    g.gradients(g.sum(g.square(g.conv2d(x, weight, { padding: [0, 1, 2, 1] }))), [x])[0]!;
  const results = await evaluate({
    frozen: gradientBy(frozen),
    given: gradientBy(g.mul(g.constant(data, frozen.shape), 1)),
  });
  assert.ok(relativeError(results.frozen!, results.given!) < 1e-6);
});
