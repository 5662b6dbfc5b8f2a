import { type Action, describe, type Plan, type Reason } from "./actions.ts";
import type { Testimony } from "./attestation.ts";
import type { ChainFacts, FeedView, Settings } from "./facts.ts";
import { dissentSteps, peerNotes } from "./steps/dissent.ts";
import { lockSteps, type Room } from "./steps/lock.ts";
import { openSteps } from "./steps/open.ts";
import { reportSteps } from "./steps/quorum.ts";
import { type RoundReports, wantedReports } from "./steps/report.ts";
import { settleSteps } from "./steps/settle.ts";
import { inTurn } from "./steps/turn.ts";
import { voidStep } from "./steps/void.ts";

/**
 * What is due now, from what the chain, the feed and the reporters say and nothing else: the same input gives the same
 * plan, and the plan of a chain on which it was carried out has nothing of it again. Opens come first, lowest number first,
 * then everything else by deadline. Fulfils no wish that the contract would refuse: those are in `waiting`, with the
 * reason. `reports`: what `wantedReports` says of the same input, where it is known already.
 */
export function plan(
  facts: ChainFacts,
  feed: FeedView,
  testimony: Testimony,
  settings: Settings,
  reports: ReadonlyMap<bigint, RoundReports> = wantedReports(facts, feed, settings),
): Plan {
  const room: Room = { freeReserve: facts.freeReserve, roundsInFlight: facts.roundsInFlight };
  const opens = openSteps(facts, feed, settings);
  const steps = facts.rounds.map((round) => {
    const voiding = voidStep(round, facts);
    if (voiding !== null) return { actions: [voiding], waiting: [], notes: [] };
    if (round.state !== "locked") return lockSteps(round, facts, room);
    return join(reportSteps(round, facts, reports.get(round.number), testimony, settings), settleSteps(round, facts));
  });
  const due = steps.flatMap(({ actions }) => actions).toSorted(byDeadline);
  const relayed = settings.relayer === null ? withoutRelayer(due) : inTurn(due, facts, settings);
  const dissent = dissentSteps(facts, reports, testimony, settings, due);
  return {
    actions: [...opens.actions, ...relayed.actions],
    waiting: [...opens.waiting, ...steps.flatMap(({ waiting }) => waiting), ...dissent.waiting, ...relayed.waiting],
    notes: [...steps.flatMap(({ notes }) => notes), ...dissent.notes, ...peerNotes(testimony)],
  };
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

function withoutRelayer(due: readonly Action[]): Plan {
  const waiting = due.map((action): Reason => ({
    code: "no_relayer",
    round: action.round,
    batch: "batch" in action ? action.batch : null,
    until: action.deadline,
    message: `${describe(action)}: due, but there is no relayer key here to send it with`,
  }));
  return { actions: [], waiting, notes: [] };
}
