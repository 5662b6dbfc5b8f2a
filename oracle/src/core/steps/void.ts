import type { VoidAction } from "../actions.ts";
import type { ChainFacts, RoundFacts } from "../facts.ts";

/** Ends a round that missed its deadline, so that its stakes and its part of the reserve are free again. */
export function voidStep({ number, state, schedule }: RoundFacts, facts: ChainFacts): VoidAction | null {
  const eligibleAt = state === "locked" ? schedule.settledBy : schedule.lockedBy;
  if (facts.block.timestamp < eligibleAt) return null;
  return { kind: "void", round: number, eligibleAt, deadline: null };
}
