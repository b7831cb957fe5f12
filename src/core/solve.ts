/** X with A·X = B, by Gaussian elimination with pivoting; A [n, n] and B [n, m] are used up. */
export function solve(a: number[][], b: number[][]): number[][] {
  const n = a.length;
  for (let column = 0; column < n; column++) {
    const rows = Array.from({ length: n - column }, (_, i) => column + i);
    const pivot = rows.reduce((best, row) => (Math.abs(a[row]![column]!) > Math.abs(a[best]![column]!) ? row : best));
    for (const matrix of [a, b]) [matrix[column], matrix[pivot]] = [matrix[pivot]!, matrix[column]!];
    for (let row = 0; row < n; row++) {
      if (row === column) continue;
      const factor = a[row]![column]! / a[column]![column]!;
      for (const matrix of [a, b]) {
        matrix[row] = matrix[row]!.map((value, i) => value - factor * matrix[column]![i]!);
      }
    }
  }
  return b.map((row, i) => row.map((value) => value / a[i]![i]!));
}
