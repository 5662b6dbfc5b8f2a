import { type Action, describe, type Reason } from "../core/actions.ts";
import type { BatchFacts, ChainFacts, RoundFacts } from "../core/facts.ts";
import { pageOf, REASONS } from "./reasons.ts";
import { stakedIn } from "./staked.ts";
import { pending, type Tick, triedIn } from "./tick.ts";

// What the service shows. Numbers that may be large are strings; Nano: 1e-9 (of an NMR, or of one); times: unix seconds.

/** All rounds in flight, and how the others ended. */
export function roundsView(tick: Tick, facts: ChainFacts) {
  return {
    tournament: facts.tournament,
    block: { number: facts.block.number.toString(), hash: facts.block.hash, timestamp: facts.block.timestamp },
    freeReserveNano: facts.freeReserve.toString(),
    rounds: facts.rounds.map((round) => ({ ...summary(round), waiting: waitingOf(tick, round.number) })),
    finished: [...facts.finished].map(([round, state]) => ({ round: round.toString(), state })),
    waiting: tick.plan.waiting
      .filter(({ round }) => !facts.rounds.some(({ number }) => number === round))
      .map(reasonView),
    notes: tick.plan.notes.filter(({ round }) => round === null).map(reasonView),
  };
}

/** One round; null where neither chain nor plan knows it. */
export function roundView(tick: Tick, facts: ChainFacts, number: bigint) {
  const state = facts.finished.get(number);
  if (state !== undefined) return { round: number.toString(), state };
  const round = facts.rounds.find((candidate) => candidate.number === number);
  return round === undefined ? null : { ...summary(round), ...details(tick, round) };
}

function summary({ number, state, schedule, batches }: RoundFacts) {
  const count = (of: BatchFacts["state"]): number => batches.filter((batch) => batch.state === of).length;
  return {
    round: number.toString(),
    state,
    schedule,
    batches: batches.length,
    unlocked: count("unlocked"),
    locked: count("locked"),
    reported: count("reported"),
    settled: count("settled"),
  };
}

function details(tick: Tick, { number, terms, reporters, quorum, batches }: RoundFacts) {
  const { multipliers, clip, stakeThreshold, exposure } = terms;
  return {
    terms: {
      multipliersNano: multipliers.map(String),
      clipNano: clip.toString(),
      stakeThresholdNano: stakeThreshold.toString(),
      exposureNano: exposure.toString(),
    },
    reporters,
    quorum,
    each: batches.map(batchView),
    due: pending(tick)
      .filter(({ round }) => round === number)
      .map(actionView),
    waiting: waitingOf(tick, number),
    notes: tick.plan.notes.filter(({ round }) => round === number).map(reasonView),
    errors: tick.failures
      .filter(({ action, unsigned }) => (unsigned ?? action)?.round === number)
      .map((failure) => ({
        action: triedIn(failure),
        code: failure.code,
        message: failure.message,
        remedy: REASONS[failure.code].remedy,
        page: pageOf(failure.code),
      })),
  };
}

function batchView({ index, state, attempt, reportedAt, stakes }: BatchFacts) {
  const staked = stakedIn(stakes).toString();
  return { batch: index, state, attempt, reportedAt: reportedAt || null, stakedNano: staked };
}

function actionView(action: Action) {
  return { action: describe(action), eligibleAt: action.eligibleAt, deadline: action.deadline };
}

function waitingOf(tick: Tick, number: bigint) {
  return tick.plan.waiting.filter(({ round }) => round === number).map(reasonView);
}

function reasonView({ code, round, batch, until, message }: Reason) {
  return {
    code,
    round: round?.toString() ?? null,
    batch,
    until,
    message,
    remedy: REASONS[code].remedy,
    page: pageOf(code),
  };
}
