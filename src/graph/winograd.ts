import { addPerChannel, type ConvAttrs, conv2d } from "./ops/conv.ts";
import { add } from "./ops/elementwise.ts";
import { constant, type ParameterAttrs, parameter } from "./ops/leaf.ts";
import { matmul, transposedMatmul } from "./ops/matmul.ts";
import { after } from "./ops/order.ts";
import { concat, reshape, slice, sliceBox, swapLast, transpose } from "./ops/shape.ts";
import { rewrite } from "./rewrite.ts";
import { sizeOf, type Tensor } from "./tensor.ts";
import { type Transforms, transforms } from "./winograd-transforms.ts";

type Shape4 = readonly [number, number, number, number];

/** The most exact of the points tried: 2.4e-6 relative error for 320 channels in float32; the customary 0, ±1, ±2 have 3.9e-6. */
const F4 = transforms([0, 1, -1, 2, -1 / 2], 4);
const F2 = transforms([0, 1, -1], 2);

/** With fewer tiles in a picture the products are too thin to be worth transforming kernels for. */
const [LEAST_F4, LEAST_F2] = [64, 48];

/** Nor with fewer channels, on either side: measured by bench/winograd.ts. */
const LEAST_CHANNELS = 192;

/** Bytes of transformed kernels that exist at once, about: what a processor's cache holds. */
const KERNEL_BYTES = 32 * 2 ** 20;

/** Bytes of transformed tiles above which the pictures of a batch are filtered one after the other. */
const TILE_BYTES = 64 * 2 ** 20;

/**
 * The same outputs, with 3×3 convolutions by frozen weights, and the gradients of these, computed by Winograd's minimal filtering (Lavin and Gray,
 * "Fast Algorithms for Convolutional Neural Networks", 2015): tiles and kernels are taken to a space where filtering is one product per point, so that
 * m² results cost (m + 2)² multiplications instead of 9 m². Kernels are transformed at each run, because transformed ones are 4 times (F4) or 1.8 times
 * (F2) as large.
 */
export function byWinograd<Outputs extends Readonly<Record<string, Tensor>>>(outputs: Outputs) {
  return rewrite(outputs, (node, inputs) => {
    const turned = node.op.name === "conv2dInput";
    if (!turned && node.op.name !== "conv2d") return undefined;
    const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor?];
    const tiles = suits(weight, node.attrs as ConvAttrs) && tilesFor(node.shape as Shape4);
    if (!tiles) return undefined;
    const one = (picture: Tensor) => (turned ? filterTurned : filter)(picture, weight, tiles);
    const y = concat(pictures(x, tiles).map(one), 0);
    return bias ? addPerChannel(y, bias) : y;
  });
}

function suits(weight: Tensor, { stride, pads }: ConvAttrs): boolean {
  const [out, into, rows, columns] = weight.shape as Shape4;
  const filters = rows === 3 && columns === 3 && stride === 1 && pads.every((n) => n === 1);
  return weight.op.name === "parameter" && filters && Math.min(out, into) >= LEAST_CHANNELS;
}

/** Large tiles for pictures of many, small ones for pictures of fewer, none where there are hardly any. */
function tilesFor([n, , h, w]: Shape4): Transforms | undefined {
  const count = (side: number) => n * Math.ceil(h / side) * Math.ceil(w / side);
  return count(4) >= LEAST_F4 ? F4 : count(2) >= LEAST_F2 ? F2 : undefined;
}

/** A batch in parts of which the transformed tiles are not too large. */
function pictures(x: Tensor, { side, input }: Transforms): Tensor[] {
  const n = x.shape[0]!;
  const bytes = (4 * sizeOf(x.shape) * input.length) / side ** 2;
  return bytes <= TILE_BYTES ? [x] : Array.from({ length: n }, (_, i) => slice(x, 0, i, i + 1));
}

/** x [N, C, H, W] filtered by weight [O, C, 3, 3], with zeros around it: [N, O, H, W]. */
function filter(x: Tensor, weight: Tensor, tiles: Transforms): Tensor {
  const values = read(x, tiles);
  const parts = partsOf(weight, tiles).map(([start, end]) =>
    matmul(kernels(weight, start, end, tiles.kernel, tiles, x), values),
  );
  return written(concat(parts, 1), x.shape as Shape4, tiles);
}

/** The gradient of that: x [N, O, H, W] filtered by weight [O, C, 3, 3] turned by 180°: [N, C, H, W]. */
function filterTurned(x: Tensor, weight: Tensor, tiles: Transforms): Tensor {
  const values = read(x, tiles);
  const turned = tiles.kernel.map((row) => row.toReversed());
  const parts = partsOf(weight, tiles).map(([start, end]) =>
    transposedMatmul(kernels(weight, start, end, turned, tiles, x), slice(values, 1, start, end)),
  );
  return written(parts.reduce(add), x.shape as Shape4, tiles);
}

/** Tiles of x [N, C, H, W], transformed: [points, C, N·tiles]. Every channel is read as a picture of its own, with one kernel per point. */
function read(x: Tensor, { side, input }: Transforms): Tensor {
  const [n, c, h, w] = x.shape as Shape4;
  const [rows, columns] = [Math.ceil(h / side), Math.ceil(w / side)];
  const readers = constant(input.flat(), [input.length, 1, side + 2, side + 2]);
  const padding = [1, 1, rows * side + 1 - h, columns * side + 1 - w] as const;
  const tiles = conv2d(reshape(x, [n * c, 1, h, w]), readers, { stride: side, padding });
  return reshape(transpose(reshape(tiles, [n, c, input.length, -1]), [2, 1, 0, 3]), [input.length, c, -1]);
}

/** Ranges of a weight's first axis whose transformed kernels are of about the same size, and small enough. */
function partsOf({ shape: [o, c] }: Tensor, { kernel }: Transforms): [start: number, end: number][] {
  const count = Math.ceil((kernel.length * o! * c! * 4) / KERNEL_BYTES);
  return Array.from({ length: count }, (_, i) => [Math.floor((i * o!) / count), Math.floor(((i + 1) * o!) / count)]);
}

/**
 * Some of a frozen weight's kernels [O, C, 3, 3], transformed: [points, end − start, C]; not before `x` is there. The runtime turns the weight round once, when it
 * loads the graph, and keeps that in its place: a product of so few columns with it as it is stored takes three times as long.
 */
function kernels(
  weight: Tensor,
  start: number,
  end: number,
  transform: Transforms["kernel"],
  tiles: Transforms,
  x: Tensor,
): Tensor {
  const points = tiles.kernel.length;
  const [, c] = weight.shape as Shape4;
  const matrix = after(constant(transform.flat(), [points, 9]), [reshape(x, [1, -1])]);
  return reshape(matmul(matrix, swapLast(rowsOf(weight, start, end))), [points, end - start, c]);
}

/** By weight, and where they begin and end. Forward and backward take the same ones, which the runtime is to keep once. */
const taken = new WeakMap<Tensor, Map<string, Tensor>>();

/** Kernels of a frozen weight [O, C, 3, 3] as rows [(end − start)·C, 9], taken from where they are stored: the runtime would keep a reshaped copy. */
function rowsOf(weight: Tensor, start: number, end: number): Tensor {
  const known = taken.get(weight) ?? new Map<string, Tensor>();
  taken.set(weight, known);
  const place = `${start}:${end}`;
  const rows = known.get(place) ?? takeRows(weight, start, end);
  known.set(place, rows);
  return rows;
}

function takeRows({ attrs, shape: [o, c] }: Tensor, start: number, end: number): Tensor {
  const { name, source } = attrs as ParameterAttrs;
  const { dtype, location } = source;
  const bytes = "file" in location ? location.length : location.data.length;
  const [from, length] = [(bytes / o!) * start, (bytes / o!) * (end - start)];
  const part =
    "file" in location
      ? { ...location, offset: location.offset + from, length }
      : { data: location.data.subarray(from, from + length) };
  return parameter(name, [(end - start) * c!, 9], { dtype, location: part });
}

/** Products [points, O, N·tiles] as the picture that they stand for: [N, O, H, W]. */
function written(products: Tensor, [n, , h, w]: Shape4, { side, output }: Transforms): Tensor {
  const [rows, columns] = [Math.ceil(h / side), Math.ceil(w / side)];
  const channels = products.shape[1]!;
  const results = matmul(
    constant(output.flat(), [side ** 2, output[0]!.length]),
    reshape(products, [output[0]!.length, -1]),
  );
  const across = transpose(reshape(results, [side, side, -1]), [0, 2, 1]); // the columns of a tile, side by side
  const down = transpose(reshape(across, [side, -1, columns * side]), [1, 0, 2]); // and its rows
  const picture = reshape(down, [channels, n, rows * side, columns * side]);
  const exact = h === rows * side && w === columns * side;
  const cropped = exact ? picture : sliceBox(picture, [2, 3], [0, 0], [h, w], [1, 1]);
  return n === 1 ? reshape(cropped, [n, channels, h, w]) : transpose(cropped, [1, 0, 2, 3]);
}
