import type { ChainFacts, RoundFacts } from "../../core/facts.ts";
import { type Projection, projectRound } from "../../core/projection.ts";
import type { KnownSheet, Sheets } from "../sheets.ts";

export type Projected = { readonly projection: Projection; readonly sheet: KnownSheet | null };

export type Projections = { of(round: RoundFacts, facts: ChainFacts): Projected };

type Kept = Projected & { readonly round: RoundFacts };

/** Works a round out once for each turn and each reading of its scores, however often it is asked for. */
export function projections(sheets: Pick<Sheets, "of">): Projections {
  const kept = new Map<bigint, Kept>();
  return {
    of(round, facts) {
      const sheet = sheets.of(round.number);
      const before = kept.get(round.number);
      if (before?.round === round && before.sheet === sheet) return before;
      const now = { round, sheet, projection: projectRound(round, facts, sheet?.scores ?? new Map()) };
      kept.set(round.number, now);
      for (const number of kept.keys()) {
        if (!facts.rounds.some((each) => each.number === number)) kept.delete(number);
      }
      return now;
    },
  };
}
