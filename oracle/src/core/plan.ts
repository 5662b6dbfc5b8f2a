import { type Action, describe, type Plan, type Reason } from "./actions.ts";
import type { ChainFacts, FeedView, RoundFacts, Settings } from "./facts.ts";
import { lockSteps, type Room } from "./steps/lock.ts";
import { openSteps } from "./steps/open.ts";
import { reportSteps } from "./steps/report.ts";
import { settleSteps } from "./steps/settle.ts";
import { voidStep } from "./steps/void.ts";

/**
 * What is due now, from what the chain and the feed say and nothing else: the same input gives the same plan, and the
 * plan of a chain on which it was carried out has nothing of it again. Opens come first, lowest number first, then
 * everything else by deadline. Fulfils no wish that the contract would refuse: those are in `waiting`, with the reason.
 */
export function plan(facts: ChainFacts, feed: FeedView, settings: Settings): Plan {
  const room: Room = { freeReserve: facts.freeReserve, roundsInFlight: facts.roundsInFlight };
  const opens = openSteps(facts, feed, settings);
  const steps = facts.rounds.map((round) => roundSteps(round, facts, feed, settings, room));
  const due = steps.flatMap(({ actions }) => actions).toSorted(byDeadline);
  const relayed = settings.relayer !== null;
  return {
    actions: [...opens.actions, ...(relayed ? due : [])],
    waiting: [
      ...opens.waiting,
      ...steps.flatMap(({ waiting }) => waiting),
      ...(relayed ? [] : due.map(withoutRelayer)),
    ],
    notes: steps.flatMap(({ notes }) => notes),
  };
}

function roundSteps(round: RoundFacts, facts: ChainFacts, feed: FeedView, settings: Settings, room: Room): Plan {
  const voiding = voidStep(round, facts);
  if (voiding !== null) return { actions: [voiding], waiting: [], notes: [] };
  return round.state === "locked"
    ? join(reportSteps(round, facts, feed, settings), settleSteps(round, facts))
    : lockSteps(round, facts, room);
}

function join(a: Plan, b: Plan): Plan {
  return {
    actions: [...a.actions, ...b.actions],
    waiting: [...a.waiting, ...b.waiting],
    notes: [...a.notes, ...b.notes],
  };
}

function byDeadline(a: Action, b: Action): number {
  return (a.deadline ?? Infinity) - (b.deadline ?? Infinity) || 0;
}

function withoutRelayer(action: Action): Reason {
  return {
    code: "no_relayer",
    round: action.round,
    batch: "batch" in action ? action.batch : null,
    until: action.deadline,
    message: `${describe(action)}: due, but there is no relayer key here to send it with`,
  };
}
