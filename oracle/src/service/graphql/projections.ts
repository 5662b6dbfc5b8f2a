import { canonicalText } from "../../core/canonical.ts";
import type { ChainFacts, RoundFacts } from "../../core/facts.ts";
import { type Projection, projectRound } from "../../core/projection.ts";
import type { KnownSheet, Sheets } from "../sheets.ts";

export type Projected = { readonly projection: Projection; readonly sheet: KnownSheet | null };

export type Projections = { of(round: RoundFacts, facts: ChainFacts): Projected };

type Kept = Projected & { readonly round: RoundFacts };

/** Works a round out once for its words and each reading of its scores, however often it is asked for. */
export function projections(sheets: Pick<Sheets, "of">): Projections {
  const kept = new Map<bigint, Kept>();
  return {
    of(round, facts) {
      const sheet = sheets.of(round.number);
      const before = kept.get(round.number);
      if (before?.sheet === sheet && isSame(before.round, round)) return before;
      const now = { round, sheet, projection: projectRound(round, facts, sheet?.scores ?? new Map()) };
      kept.set(round.number, now);
      for (const number of kept.keys()) {
        if (!facts.rounds.some((each) => each.number === number)) kept.delete(number);
      }
      return now;
    },
  };
}

/** Words stay the same lists from turn to turn while nothing happens to them; compared as numbers they would cost more. */
function isSame(before: RoundFacts, now: RoundFacts): boolean {
  if (before === now) return true;
  return (
    before.batches.length === now.batches.length &&
    now.batches.every(({ stakes, scores }, index) => {
      const batch = before.batches[index];
      return batch !== undefined && isList(batch.stakes, stakes) && isList(batch.scores, scores);
    }) &&
    canonicalText(before.terms) === canonicalText(now.terms)
  );
}

function isList(before: readonly bigint[], now: readonly bigint[]): boolean {
  return before === now || (before.length === 0 && now.length === 0);
}
