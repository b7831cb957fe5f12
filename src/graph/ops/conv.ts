import { type Build, defineOp } from "../op.ts";
import { ensure, type Shape, sizeOf, type Tensor } from "../tensor.ts";
import { add } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { sum } from "./reduce.ts";
import { concat, pad, reshape, sliceBox, swapLast, transpose } from "./shape.ts";

/** Zeros around a picture: one number for all sides, or [top, left, bottom, right]. */
export type Padding = number | readonly [top: number, left: number, bottom: number, right: number];

export interface ConvAttrs {
  readonly stride: number;
  /** [top, left, bottom, right], ONNX's own order. */
  readonly pads: readonly [number, number, number, number];
}

interface ConvInputAttrs extends ConvAttrs {
  /** The shape of the picture that was convolved. */
  readonly shape: Shape;
}

type Shape4 = readonly [number, number, number, number];

function shape4(x: Tensor, op: string, letters: string): Shape4 {
  ensure(x.rank === 4, op, `expected [${letters}], got ${x}`);
  return x.shape as Shape4;
}

const convOp: Build<ConvAttrs> = defineOp({
  name: "conv2d",
  infer: ([x, weight, bias], { stride, pads }) => {
    const [n, c, h, w] = shape4(x!, "conv2d", "N,C,H,W");
    const [o, i, kh, kw] = shape4(weight!, "conv2d", "O,C,kH,kW");
    ensure(c === i, "conv2d", `expected ${i} input channels, got ${c}`);
    ensure(
      !bias || (bias.rank === 1 && bias.shape[0] === o),
      "conv2d",
      `expected a bias of ${o} channels, got ${bias}`,
    );
    const rows = Math.floor((h + pads[0] + pads[2] - kh) / stride) + 1;
    const columns = Math.floor((w + pads[1] + pads[3] - kw) / stride) + 1;
    ensure(rows > 0 && columns > 0, "conv2d", `a ${kh}×${kw} kernel does not fit into ${x}`);
    return { dtype: "float32", shape: [n, o, rows, columns] };
  },
  vjp: (node, dy, attrs, wants) => {
    const [x, weight] = node.inputs as [Tensor, Tensor];
    return [
      wants(0) ? convInputOp([dy, weight], { ...attrs, shape: x.shape }) : undefined,
      wants(1) ? weightGradient(x, dy, weight.shape as Shape4, attrs) : undefined,
      wants(2) ? sum(dy, [0, 2, 3]) : undefined,
    ];
  },
  emit: (inputs, { stride, pads }, e, node) =>
    e.node("Conv", inputs, { strides: [stride, stride], pads, kernel_shape: node.inputs[1]!.shape.slice(2) }),
  flops: (node) => convolutionFlops(node, node.inputs[1]!),
});

/** Elements of a frozen weight up to which the runtime is made to keep it turned by 180°, too: its convolutions are faster than its transposed ones. */
const TURNED_LIMIT = 2 ** 20;

/** The gradient of a convolution with respect to its picture: a transposed convolution with the same weight, or one with the weight turned by 180°. */
const convInputOp: Build<ConvInputAttrs> = defineOp({
  name: "conv2dInput",
  infer: (_, { shape }) => ({ dtype: "float32", shape }),
  vjp: (node, g, { stride, pads }, wants) => {
    const [dy, weight] = node.inputs as [Tensor, Tensor];
    return [
      wants(0) ? convOp([g, weight], { stride, pads }) : undefined,
      wants(1) ? weightGradient(g, dy, weight.shape as Shape4, { stride, pads }) : undefined,
    ];
  },
  emit: (inputs, { stride, pads, shape }, e, node) => {
    const [dy, weight] = node.inputs as [Tensor, Tensor];
    const [kh, kw] = weight.shape.slice(2) as [number, number];
    const around = [kh - 1 - pads[0], kw - 1 - pads[1], kh - 1 - pads[2], kw - 1 - pads[3]];
    const small = weight.op.name === "parameter" && sizeOf(weight.shape) <= TURNED_LIMIT;
    if (small && stride === 1 && around.every((n) => n >= 0)) {
      const exchanged = e.node("Transpose", [inputs[1]!], { perm: [1, 0, 2, 3] });
      const backwards = [e.ints([-1, -1]), e.ints([-kh - 1, -kw - 1]), e.ints([2, 3]), e.ints([-1, -1])];
      const turned = e.node("Slice", [exchanged, ...backwards]);
      return e.node("Conv", [inputs[0]!, turned], { strides: [1, 1], pads: around, kernel_shape: [kh, kw] });
    }
    // Rows of the picture that the last stride did not reach still need a place in the result.
    const missing = [0, 1].map(
      (i) => shape[2 + i]! - (stride * (dy.shape[2 + i]! - 1) + weight.shape[2 + i]! - pads[i]! - pads[2 + i]!),
    );
    return e.node("ConvTranspose", inputs, {
      strides: [stride, stride],
      pads,
      kernel_shape: [kh, kw],
      output_padding: missing,
    });
  },
  flops: ({ inputs: [dy, weight] }) => convolutionFlops(dy!, weight!),
});

/** Of the convolution with this weight [O,C,kH,kW] whose result has the shape of `y`; its input gradient costs the same. */
function convolutionFlops(y: Tensor, { shape: [, ...perOutput] }: Tensor): number {
  return 2 * sizeOf(y.shape) * sizeOf(perOutput);
}

/**
 * The gradient of a convolution with respect to its weight. For each place (i, j) of the kernel it is a product of matrices: dy, seen as
 * [O, N·H·W], with the pixels of x that this place met, [C, N·H·W]. Nine such products beat one convolution with a huge kernel.
 */
function weightGradient(x: Tensor, dy: Tensor, [o, c, kh, kw]: Shape4, { stride, pads }: ConvAttrs): Tensor {
  const [, , rows, columns] = dy.shape as Shape4;
  const [top, left, bottom, right] = pads;
  const pixels = transpose(pad(x, [0, 0, top, left], [0, 0, bottom, right]), [1, 0, 2, 3]); // [C, N, H + pads, W + pads]
  const slopes = reshape(transpose(dy, [1, 0, 2, 3]), [o, -1]); // [O, N·H·W]
  const places: Tensor[] = [];
  for (let i = 0; i < kh; i++) {
    for (let j = 0; j < kw; j++) {
      const ends = [i + (rows - 1) * stride + 1, j + (columns - 1) * stride + 1];
      const met = sliceBox(pixels, [2, 3], [i, j], ends, [stride, stride]); // [C, N, H, W]
      places.push(reshape(matmul(slopes, swapLast(reshape(met, [c, -1]))), [o, c, 1])); // [O, C, 1]
    }
  }
  return reshape(concat(places, 2), [o, c, kh, kw]);
}

export interface ConvOptions {
  readonly bias?: Tensor | undefined;
  /** Default 1. */
  readonly stride?: number;
  /** Default 0. */
  readonly padding?: Padding;
}

/** Cross-correlation as every framework calls convolution: [N,C,H,W] with a weight [O,C,kH,kW] → [N,O,H′,W′]. */
export function conv2d(x: Tensor, weight: Tensor, { bias, stride = 1, padding = 0 }: ConvOptions = {}): Tensor {
  const pads = typeof padding === "number" ? ([padding, padding, padding, padding] as const) : padding;
  return convOp(bias ? [x, weight, bias] : [x, weight], { stride, pads });
}

/** Adds one number per channel: [N,C,…] + [C]. */
export function addPerChannel(x: Tensor, bias: Tensor): Tensor {
  return add(x, reshape(bias, [-1, ...x.shape.slice(2).map(() => 1)]));
}
