import { defineOp } from "../op.ts";
import { broadcastShapes, ensure, sizeOf, type Tensor } from "../tensor.ts";
import { reshape, swapLast } from "./shape.ts";

const matmulOp = defineOp<null>({
  name: "matmul",
  infer: ([a, b]) => {
    ensure(a!.rank >= 2 && b!.rank >= 2, "matmul", `expected matrices, got ${a} and ${b}`);
    const [m, k] = a!.shape.slice(-2) as [number, number];
    const [rows, n] = b!.shape.slice(-2) as [number, number];
    ensure(k === rows, "matmul", `expected ${k} rows on the right of ${a}, got ${b}`);
    const batch = broadcastShapes(a!.shape.slice(0, -2), b!.shape.slice(0, -2), "matmul");
    return { dtype: "float32", shape: [...batch, m, n] };
  },
  // C = AB:  dA = dC·Bᵀ, dB = Aᵀ·dC. A plain matrix on the right was used by every row of the batch, which then count as rows of one matrix.
  vjp: (node, dy, _, wants) => {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const rows = (x: Tensor) => (b.rank === 2 ? reshape(x, [-1, x.shape.at(-1)!]) : x);
    return [wants(0) ? matmul(dy, swapLast(b)) : undefined, wants(1) ? matmul(swapLast(rows(a)), rows(dy)) : undefined];
  },
  emit: (inputs, _, e) => e.node("MatMul", inputs),
  flops: ({ shape, inputs }) => 2 * sizeOf(shape) * inputs[0]!.shape.at(-1)!,
});

const matmulTransposedOp = defineOp<null>({
  name: "matmulTransposed",
  infer: ([a, b]) => {
    ensure(a!.rank >= 2 && b!.rank === 2, "matmulTransposed", `expected [...,M,K] and [N,K], got ${a} and ${b}`);
    const [n, k] = b!.shape as [number, number];
    ensure(a!.shape.at(-1) === k, "matmulTransposed", `expected ${k} columns on the left of ${b}, got ${a}`);
    return { dtype: "float32", shape: [...a!.shape.slice(0, -1), n] };
  },
  // C = ABᵀ:  dA = dC·B, dB = dCᵀ·A, over all rows of the batch.
  vjp: (node, dy, _, wants) => {
    const [a, b] = node.inputs as [Tensor, Tensor];
    const rows = (x: Tensor) => reshape(x, [-1, x.shape.at(-1)!]);
    return [wants(0) ? matmul(dy, b) : undefined, wants(1) ? matmul(swapLast(rows(dy)), rows(a)) : undefined];
  },
  emit: (inputs, _, e) => e.node("FusedMatMul", inputs, { transB: 1 }, "com.microsoft"),
  flops: ({ shape, inputs }) => 2 * sizeOf(shape) * inputs[0]!.shape.at(-1)!,
});

const transposedMatmulOp = defineOp<null>({
  name: "transposedMatmul",
  infer: ([a, b]) => {
    const lengths = a!.rank >= 2 && a!.rank === b!.rank && a!.shape.at(-2) === b!.shape.at(-2);
    ensure(lengths, "transposedMatmul", `expected [...,K,M] and [...,K,N], got ${a} and ${b}`);
    const batch = broadcastShapes(a!.shape.slice(0, -2), b!.shape.slice(0, -2), "transposedMatmul");
    return { dtype: "float32", shape: [...batch, a!.shape.at(-1)!, b!.shape.at(-1)!] };
  },
  // C = AᵀB:  dA = B·dCᵀ, dB = A·dC.
  vjp: (node, dy, _, wants) => {
    const [a, b] = node.inputs as [Tensor, Tensor];
    return [wants(0) ? matmul(b, swapLast(dy)) : undefined, wants(1) ? matmul(a, dy) : undefined];
  },
  emit: (inputs, _, e) => e.node("FusedMatMul", inputs, { transA: 1 }, "com.microsoft"),
  flops: ({ shape, inputs }) => 2 * sizeOf(shape) * inputs[0]!.shape.at(-2)!,
});

/** [...,K,M]ᵀ · [...,K,N] → [...,M,N]: a product with a weight turned round as it is read. */
export function transposedMatmul(a: Tensor, b: Tensor): Tensor {
  return transposedMatmulOp([a, b], null);
}

/** [...,M,K] · [N,K]ᵀ → [...,M,N]: a product with a weight as PyTorch stores it, which is read where it lies instead of being turned round first. */
export function matmulTransposed(a: Tensor, b: Tensor): Tensor {
  return matmulTransposedOp([a, b], null);
}

/** [...,M,K] · [...,K,N] → [...,M,N]; leading axes broadcast. */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return matmulOp([a, b], null);
}
