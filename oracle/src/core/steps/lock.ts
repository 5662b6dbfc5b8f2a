import type { Plan } from "../actions.ts";
import type { BatchFacts, ChainFacts, RoundFacts } from "../facts.ts";
import { earmarkDown } from "../payout.ts";
import { formatNmr } from "../units.ts";
import { unpackStakes } from "../words.ts";
import { collect, reason, type Step } from "./step.ts";

/** What earlier locks of the same plan leave for later ones. */
export type Room = { freeReserve: bigint; roundsInFlight: number };

/** Locks the batches of a round between its close and `lockedBy`; takes what that needs from `room`. */
export function lockSteps(round: RoundFacts, facts: ChainFacts, room: Room): Plan {
  const { closesAt, lockedBy } = round.schedule;
  if (facts.block.timestamp < closesAt) {
    return collect([reason(round, null, "round_open", "takes stakes until it closes", closesAt)]);
  }
  if (round.batches.length === 0) {
    return collect([reason(round, null, "no_positions", "has no position to lock", lockedBy)]);
  }
  if (round.state === "open") {
    const most = facts.limits.maxRoundsInFlight;
    if (room.roundsInFlight >= most) {
      const message = `must wait: ${most} rounds hold stakes already`;
      return collect([reason(round, null, "too_many_in_flight", message, lockedBy)]);
    }
    room.roundsInFlight += 1;
  }
  const unlocked = round.batches.filter(({ state }) => state === "unlocked");
  return collect(unlocked.map((batch) => lockStep(round, batch, room)));
}

function lockStep(round: RoundFacts, { index, stakes }: BatchFacts, room: Room): Step {
  const { closesAt, lockedBy } = round.schedule;
  const staked = unpackStakes(stakes).reduce((sum, stake) => sum + stake, 0n);
  const needed = earmarkDown(staked, round.terms);
  if (needed > room.freeReserve) {
    const message = `needs ${formatNmr(needed - room.freeReserve)} NMR more in the tournament's reserve`;
    return reason(round, index, "lock_missing_reserve", message, lockedBy);
  }
  room.freeReserve -= needed;
  return { kind: "lock", round: round.number, batch: index, eligibleAt: closesAt, deadline: lockedBy };
}
