/** What embeddings [P] of length 1 tell about a CLIP. */
import { cosine, type Embedding } from "../../src/metrics/index.ts";

/** For each query, whether its own target (of the same place) is more alike than every other, 1 or 0. */
export function retrieved(queries: readonly Embedding[], targets: readonly Embedding[]): number[] {
  return queries.map((query, own) => {
    const alike = targets.map((target) => cosine(query, target));
    return alike.every((value, i) => i === own || value < alike[own]!) ? 1 : 0;
  });
}

/** after − before, of length 1. */
export function direction(before: Embedding, after: Embedding): Embedding {
  const change = after.map((value, i) => value - before[i]!);
  const length = Math.hypot(...change) || 1;
  return change.map((value) => value / length);
}

/** Cosines of every two members of a group. */
export function within(group: readonly Embedding[]): number[] {
  return group.flatMap((a, i) => group.slice(i + 1).map((b) => cosine(a, b)));
}

/** Mean cosine of each member to the members of the other groups, one value per group. */
export function across(groups: readonly (readonly Embedding[])[]): number[] {
  return groups.map((own) => {
    const others = groups.filter((group) => group !== own).flat();
    const values = own.flatMap((a) => others.map((b) => cosine(a, b)));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}
