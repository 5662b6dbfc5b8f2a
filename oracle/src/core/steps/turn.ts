import { type Action, describe, type Plan, type Reason } from "../actions.ts";
import type { ChainFacts, Settings } from "../facts.ts";
import { waitsUntil } from "../turns.ts";

/** Leaves to the others what is their turn to relay. */
export function inTurn(due: readonly Action[], facts: ChainFacts, settings: Settings): Plan {
  const timed = due.map((action) => ({ action, until: untilTurn(action, facts, settings) }));
  return {
    actions: timed.filter(({ until }) => until === null).map(({ action }) => action),
    waiting: timed.flatMap(({ action, until }): Reason[] => (until === null ? [] : [notMine(action, until)])),
    notes: [],
  };
}

function untilTurn(action: Action, facts: ChainFacts, settings: Settings): number | null {
  const round = facts.rounds.find(({ number }) => number === action.round);
  return round === undefined ? null : waitsUntil(action, round, facts, settings);
}

function notMine(action: Action, until: number): Reason {
  const batch = "batch" in action ? action.batch : null;
  const message = `${describe(action)}: due, and another operator's turn to send it`;
  return { code: "not_my_turn", round: action.round, batch, until, message };
}
