/** A matrix as rows. */
type Matrix = readonly (readonly number[])[];

/**
 * The three transforms of minimal filtering F(m×m, 3×3), t = m + 2. Of a tile d [t, t] and a kernel g [3, 3], each written as one column, the m² results
 * are output · ((kernel · g) ∘ (input · d)).
 */
export interface Transforms {
  /** m: how many results a tile has on a side. */
  readonly side: number;
  /** [t², t²] */
  readonly input: Matrix;
  /** [t², 9] */
  readonly kernel: Matrix;
  /** [m², t²] */
  readonly output: Matrix;
}

/**
 * Cook and Toom's construction: polynomials are multiplied by multiplying their values at m + 1 points and at infinity, and filtering is the transpose
 * of that.
 */
export function transforms(points: readonly number[], side: number): Transforms {
  const others = (i: number) => points.filter((_, j) => j !== i);
  const scales = points.map((a, i) => others(i).reduce((product, b) => product * (a - b), 1));
  const powers = (count: number) => points.map((a) => Array.from({ length: count }, (_, k) => a ** k));
  const infinity = (count: number) => Array.from({ length: count }, (_, k) => (k === count - 1 ? 1 : 0));
  const input = [...points.map((_, i) => [...withRoots(others(i)), 0]), withRoots(points)];
  const kernel = [...powers(3).map((row, i) => row.map((x) => x / scales[i]!)), infinity(3)];
  const output = transposed([...powers(side), infinity(side)]);
  return { side, input: squared(input), kernel: squared(kernel), output: squared(output) };
}

/** The coefficients, lowest first, of the polynomial with these roots. */
function withRoots(roots: readonly number[]): number[] {
  let polynomial = [1];
  for (const root of roots) {
    polynomial = Array.from(
      { length: polynomial.length + 1 },
      (_, k) => (polynomial[k - 1] ?? 0) - root * (polynomial[k] ?? 0),
    );
  }
  return polynomial;
}

function transposed(matrix: Matrix): Matrix {
  return matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
}

/** The Kronecker product with itself: what a transform of rows and columns is to a picture written as one column. */
function squared(matrix: Matrix): Matrix {
  return matrix.flatMap((a) => matrix.map((b) => a.flatMap((x) => b.map((y) => x * y))));
}
