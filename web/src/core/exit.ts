import { holds, isOver, mayLock, type Moment, type PositionRound, voidableAt } from "./rounds.ts";

/** A round that a withdrawal waits for; times in unix seconds. */
export type HoldingRound = {
  readonly number: bigint;
  readonly settledBy: number;
  /** From when anybody may void it, whatever others do meanwhile. */
  readonly over: number;
};

/** A call that anybody may make, or, for `withdraw`, the staker. */
export type ExitCall = { readonly call: "voidRound"; readonly round: bigint } | { readonly call: "withdraw" };

/** How a withdrawal comes out. Amounts in wei, times in unix seconds. */
export type Exit = {
  /** What `withdraw` pays now. */
  readonly free: bigint;
  /** The rounds that it waits for, in order. */
  readonly holding: readonly HoldingRound[];
  /** How many of the rounds that it waited for are over. */
  readonly overCount: number;
  /** Out by then at the latest, whatever anybody does or doesn't do: from then on `exitCalls` go through. */
  readonly outBy: number;
};

/** What is pending, wei, since when, and every round that had locked the position's batch by then, over or not. */
export type Leaving = {
  readonly pending: bigint;
  /** The place of the latest request in the chain's order; null: nothing was requested. */
  readonly requestedAt: Moment | null;
  readonly rounds: readonly PositionRound[];
  /** The latest block's time. */
  readonly now: number;
};

/** How the pending withdrawal comes out. A withdrawal waits for the rounds that had locked its batch before its request. */
export function exitOf({ pending, requestedAt, rounds, now }: Leaving): Exit {
  const waitedFor = rounds.filter(({ lockedAt }) => requestedAt !== null && isBefore(lockedAt, requestedAt));
  const holding = holdingOf(waitedFor.filter(holds), now);
  return {
    free: holding.length === 0 ? pending : 0n,
    holding,
    overCount: waitedFor.filter(isOver).length,
    outBy: latest(holding, now),
  };
}

/**
 * How a withdrawal would come out that is requested now and mined by `minedBy`: it waits for every round that has locked
 * the batch, or may until then, even for those that hold nothing of the position. What was pending before waits with it.
 */
export function exitIfRequested(batch: number, rounds: readonly PositionRound[], now: number, minedBy: number): Exit {
  const holding = holdingOf(
    rounds.filter((round) => holds(round) || mayLock(round, batch, now, minedBy)),
    now,
  );
  return { free: 0n, holding, overCount: 0, outBy: latest(holding, minedBy) };
}

/**
 * The calls that end it, in order; they go through from `outBy` on.
 * A round that somebody else ends first makes its own call revert: ask again, and leave it out.
 */
export function exitCalls({ holding }: Exit): ExitCall[] {
  return [...holding.map(({ number }): ExitCall => ({ call: "voidRound", round: number })), { call: "withdraw" }];
}

/** Whether `exitCalls` go through in a block of this time. */
export function canExit({ outBy, holding }: Exit, now: number): boolean {
  return holding.length === 0 || now >= outBy;
}

function holdingOf(rounds: readonly PositionRound[], now: number): HoldingRound[] {
  return rounds
    .map((round) => ({ number: round.number, settledBy: round.schedule.settledBy, over: overBy(round, now) }))
    .sort((a, b) => (a.number < b.number ? -1 : 1));
}

/**
 * A round that is still locking may be voided from `lockedBy` on, but if it is fully locked before, only from `settledBy`.
 * After `lockedBy` nothing can lock it any more.
 */
function overBy(round: PositionRound, now: number): number {
  return now >= voidableAt(round) ? voidableAt(round) : round.schedule.settledBy;
}

function latest(holding: readonly HoldingRound[], now: number): number {
  return Math.max(now, ...holding.map(({ over }) => over));
}

function isBefore(a: Moment | null, b: Moment): boolean {
  return a !== null && (a.block < b.block || (a.block === b.block && a.logIndex < b.logIndex));
}
