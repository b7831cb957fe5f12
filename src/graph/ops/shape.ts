import { defineOp } from "../op.ts";
import { broadcastShapes, ensure, resolveAxis, type Shape, sameShape, sizeOf, type Tensor } from "../tensor.ts";

const reshapeOp = defineOp<Shape>({
  name: "reshape",
  infer: ([x], shape) => {
    ensure(
      shape.every(Number.isInteger) && sizeOf(shape) === sizeOf(x!.shape),
      "reshape",
      `${x} has ${sizeOf(x!.shape)} elements, [${shape.join(",")}] has ${sizeOf(shape)}`,
    );
    return { dtype: x!.dtype, shape };
  },
  vjp: (node, dy) => [reshape(dy, node.inputs[0]!.shape)],
  emit: ([x], shape, e) => e.node("Reshape", [x!, e.shape(shape)]),
});

/** The same elements in another shape; one length may be −1, "whatever is left". */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.reduce((product, n) => (n === -1 ? product : product * n), 1);
  const resolved = shape.map((n) => (n === -1 ? sizeOf(x.shape) / known : n));
  return sameShape(resolved, x.shape) ? x : reshapeOp([x], resolved);
}

const transposeOp = defineOp<readonly number[]>({
  name: "transpose",
  infer: ([x], perm) => {
    const isPermutation = [...perm].sort((a, b) => a - b).every((axis, i) => axis === i) && perm.length === x!.rank;
    ensure(isPermutation, "transpose", `[${perm.join(",")}] does not permute the axes of ${x}`);
    return { dtype: x!.dtype, shape: perm.map((axis) => x!.shape[axis]!) };
  },
  vjp: (_, dy, perm) => [
    transpose(
      dy,
      perm.map((_, axis) => perm.indexOf(axis)),
    ),
  ],
  emit: ([x], perm, e) => e.node("Transpose", [x!], { perm }),
});

export function transpose(x: Tensor, perm: readonly number[]): Tensor {
  return transposeOp([x], perm);
}

/** The last two axes swapped. */
export function swapLast(x: Tensor): Tensor {
  const perm = x.shape.map((_, i) => i);
  return transpose(x, [...perm.slice(0, -2), x.rank - 1, x.rank - 2]);
}

const concatOp = defineOp<number>({
  name: "concat",
  infer: (xs, axis) => {
    const first = xs[0]!;
    for (const x of xs) {
      const fits =
        x.dtype === first.dtype && x.rank === first.rank && x.shape.every((n, i) => i === axis || n === first.shape[i]);
      ensure(fits, "concat", `${x} does not join ${first} along axis ${axis}`);
    }
    const total = xs.reduce((length, x) => length + x.shape[axis]!, 0);
    return { dtype: first.dtype, shape: first.shape.map((n, i) => (i === axis ? total : n)) };
  },
  vjp: (node, dy, axis, wants) => {
    let start = 0;
    return node.inputs.map((x, i) => {
      const end = start + x.shape[axis]!;
      const part = wants(i) ? slice(dy, axis, start, end) : undefined;
      start = end;
      return part;
    });
  },
  emit: (inputs, axis, e) => e.node("Concat", inputs, { axis }),
});

export function concat(xs: readonly Tensor[], axis: number): Tensor {
  ensure(xs.length > 0, "concat", "nothing to join");
  return xs.length === 1 ? xs[0]! : concatOp(xs, resolveAxis(axis, xs[0]!.rank, "concat"));
}

interface SliceAttrs {
  readonly axes: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly steps: readonly number[];
}

const sliceOp = defineOp<SliceAttrs>({
  name: "slice",
  infer: ([x], { axes, starts, ends, steps }) => {
    const shape = [...x!.shape];
    axes.forEach((axis, i) => {
      const fits = starts[i]! >= 0 && starts[i]! < ends[i]! && ends[i]! <= shape[axis]! && steps[i]! >= 1;
      ensure(fits, "slice", `${starts[i]} to ${ends[i]} by ${steps[i]} does not lie in axis ${axis} of ${x}`);
      shape[axis] = Math.ceil((ends[i]! - starts[i]!) / steps[i]!);
    });
    return { dtype: x!.dtype, shape };
  },
  vjp: (node, dy, { axes, starts, steps }) => {
    const x = node.inputs[0]!;
    const spread = axes.reduce((part, axis, i) => dilate(part, axis, steps[i]!), dy);
    const before = x.shape.map(() => 0);
    axes.forEach((axis, i) => {
      before[axis] = starts[i]!;
    });
    return [
      pad(
        spread,
        before,
        x.shape.map((n, axis) => n - before[axis]! - spread.shape[axis]!),
      ),
    ];
  },
  emit: ([x], { axes, starts, ends, steps }, e) =>
    e.node("Slice", [x!, e.ints(starts), e.ints(ends), e.ints(axes), e.ints(steps)]),
});

/** `step − 1` zeros between neighbours along one axis. */
function dilate(x: Tensor, axis: number, step: number): Tensor {
  if (step === 1) return x;
  const length = x.shape[axis]!;
  const split = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  const none = split.map(() => 0);
  const spread = pad(
    reshape(x, split),
    none,
    none.map((_, i) => (i === axis + 1 ? step - 1 : 0)),
  );
  const joined = reshape(
    spread,
    x.shape.map((n, i) => (i === axis ? length * step : n)),
  );
  return slice(joined, axis, 0, (length - 1) * step + 1);
}

/** Elements `start` to `end` (excluded; negative counts from the end) along an axis, every `step`-th of them. */
export function slice(x: Tensor, axis: number, start: number, end: number, step = 1): Tensor {
  const resolved = resolveAxis(axis, x.rank, "slice");
  const length = x.shape[resolved]!;
  const [from, to] = [start < 0 ? start + length : start, end < 0 ? end + length : end];
  if (from === 0 && to === length && step === 1) return x;
  return sliceOp([x], { axes: [resolved], starts: [from], ends: [to], steps: [step] });
}

/** A box of a tensor: for each of the named axes, where it starts, ends and by which step it goes. */
export function sliceBox(
  x: Tensor,
  axes: readonly number[],
  starts: readonly number[],
  ends: readonly number[],
  steps: readonly number[],
): Tensor {
  return sliceOp([x], { axes, starts, ends, steps });
}

/** Parts of the given sizes along an axis. */
export function split(x: Tensor, sizes: readonly number[], axis: number): Tensor[] {
  const total = sizes.reduce((a, b) => a + b, 0);
  const resolved = resolveAxis(axis, x.rank, "split");
  ensure(total === x.shape[resolved], "split", `parts of ${sizes.join(" + ")} do not make axis ${axis} of ${x}`);
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return slice(x, resolved, start - size, start);
  });
}

interface PadAttrs {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const padOp = defineOp<PadAttrs>({
  name: "pad",
  infer: ([x], { before, after }) => {
    const fits = before.length === x!.rank && after.length === x!.rank && [...before, ...after].every((n) => n >= 0);
    ensure(fits, "pad", `[${before.join(",")}] and [${after.join(",")}] do not pad ${x}`);
    return { dtype: x!.dtype, shape: x!.shape.map((n, i) => before[i]! + n + after[i]!) };
  },
  vjp: (node, dy, { before }) => {
    const { shape } = node.inputs[0]!;
    const axes = shape.map((_, i) => i);
    return [
      sliceBox(
        dy,
        axes,
        before,
        shape.map((n, i) => before[i]! + n),
        axes.map(() => 1),
      ),
    ];
  },
  emit: ([x], { before, after }, e) => e.node("Pad", [x!, e.ints([...before, ...after])], { mode: "constant" }),
});

/** Zeros before and after, per axis. */
export function pad(x: Tensor, before: readonly number[], after: readonly number[]): Tensor {
  return [...before, ...after].every((n) => n === 0) ? x : padOp([x], { before, after });
}

/** The sum of two tensors, where one is zeros but for what another's zeros begin behind: both side by side, with nothing to add. Undefined for others. */
export function sideBySide(a: Tensor, b: Tensor): Tensor | undefined {
  if (a.op.name !== "pad" || b.op.name !== "pad") return undefined;
  const [one, two] = [a, b].map(({ inputs, attrs }) => ({ inner: inputs[0]!, ...(attrs as PadAttrs) }));
  const axes = a.shape.map((_, i) => i).filter((i) => [one, two].some((x) => x!.inner.shape[i] !== a.shape[i]));
  const [axis] = axes;
  if (axis === undefined || axes.length > 1) return undefined;
  const [first, second] = one!.before[axis]! < two!.before[axis]! ? [one!, two!] : [two!, one!];
  if (first.before[axis]! + first.inner.shape[axis]! !== second.before[axis]!) return undefined;
  return pad(concat([first.inner, second.inner], axis), first.before, second.after);
}

const broadcastToOp = defineOp<Shape>({
  name: "broadcastTo",
  infer: ([x], shape) => {
    ensure(
      sameShape(broadcastShapes(x!.shape, shape, "broadcastTo"), shape),
      "broadcastTo",
      `${x} does not broadcast to [${shape.join(",")}]`,
    );
    return { dtype: x!.dtype, shape };
  },
  vjp: (_, dy) => [dy],
  emit: ([x], shape, e) => e.node("Expand", [x!, e.ints(shape)]),
});

export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : broadcastToOp([x], shape);
}
