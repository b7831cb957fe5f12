/** What was seen in a blind look, against what was shown. */
import type { Kind } from "./cases.ts";

/** What the judge writes of one sheet, before the key is opened. */
export interface Verdict {
  /** Whether the result shows the edit of the example. */
  readonly edit: boolean;
  /** Whether its subject can still be recognised. */
  readonly subject: boolean;
  readonly artefacts: "none" | "slight" | "severe";
  readonly note?: string;
}

export interface Score {
  readonly right: number;
  readonly cases: number;
  readonly accepted: number;
  readonly decoys: number;
  /** At least three quarters of the cases right, at most one decoy accepted. */
  readonly met: boolean;
}

/** Right: the edit is there, the subject is kept, and nothing is badly damaged. */
export const isRight = ({ edit, subject, artefacts }: Verdict): boolean => edit && subject && artefacts !== "severe";

/** Throws a RangeError naming sheets without a verdict, and verdicts without a sheet. */
export function scoreOf(
  key: Readonly<Record<string, { kind: Kind }>>,
  verdicts: Readonly<Record<string, Verdict>>,
): Score {
  const missing = Object.keys(key).filter((id) => !Object.hasOwn(verdicts, id));
  if (missing.length > 0) throw new RangeError(`look: no verdict on ${missing.join(", ")}`);
  const unknown = Object.keys(verdicts).filter((id) => !Object.hasOwn(key, id));
  if (unknown.length > 0) throw new RangeError(`look: no sheet is called ${unknown.join(", ")}`);
  const rights = (decoy: boolean) =>
    Object.entries(key)
      .filter(([, { kind }]) => (kind !== "case") === decoy)
      .map(([id]) => isRight(verdicts[id]!));
  const [cases, decoys] = [rights(false), rights(true)];
  const count = (values: readonly boolean[]) => values.filter(Boolean).length;
  const [right, accepted] = [count(cases), count(decoys)];
  return {
    ...{ right, cases: cases.length, accepted, decoys: decoys.length },
    met: cases.length > 0 && right >= 0.75 * cases.length && accepted <= 1,
  };
}
