import { copy } from "../copy/en.ts";
import type { Verdict } from "../core/check-verdict.ts";

const MARKS: Readonly<Record<Verdict, string>> = { true: "✓", false: "✗", unknown: "?" };
const TONES: Readonly<Record<Verdict, string>> = { true: "gain", false: "burn", unknown: "pending" };

/** A verdict by mark, word and colour. */
export function VerdictChip({ verdict }: { verdict: Verdict }) {
  return (
    <span className={`chip ${TONES[verdict]}`}>
      <span aria-hidden="true">{MARKS[verdict]}</span>
      {copy.check.verdicts[verdict]}
    </span>
  );
}
