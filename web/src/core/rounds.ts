import type { Terms } from "@numeraire-staking/oracle/core/payout";

/** Where a round stands, in the order of the contract's `RoundState`. */
export const ROUND_STATES = ["none", "open", "locking", "locked", "settled", "void"] as const;
export type RoundState = (typeof ROUND_STATES)[number];

/** Where a batch of a round stands, in the order of the contract's `BatchState`. */
export const BATCH_STATES = ["none", "locked", "reported", "settled"] as const;
export type BatchState = (typeof BATCH_STATES)[number];

/** When a round's steps may happen, unix seconds; windows include their first second and exclude their last. */
export type Schedule = Readonly<Record<"closesAt" | "lockedBy" | "resolvesAt" | "settledBy", number>>;

/** A place in the chain's order of events. */
export type Moment = { readonly block: bigint; readonly logIndex: number };

/** A round, and what it has of one position. */
export type PositionRound = {
  readonly number: bigint;
  readonly state: RoundState;
  readonly terms: Terms;
  readonly schedule: Schedule;
  /** How many batches it has; 0 before its first lock. */
  readonly batches: number;
  /** How many of them have a standing report or are settled. */
  readonly reportedBatches: number;
  /** Where it stands with the position's batch. */
  readonly batch: BatchState;
  /** When it locked the position's batch; null: not yet, or the batch is not one of its. */
  readonly lockedAt: Moment | null;
  /** The position's lane at that lock, nano-NMR; 0: it holds nothing of it. */
  readonly stake: bigint;
};

/** The contract's MIN_NOTICE: a round that is not open yet can't lock anything for so long, seconds. */
export const MIN_NOTICE = 3_600;

/** Whether a round counts as over: a round that only missed a deadline does not, until somebody calls `voidRound`. */
export function isOver({ state }: PositionRound): boolean {
  return state === "settled" || state === "void";
}

/** Whether a round has locked the position's batch and is not over: a withdrawal requested now waits for it. */
export function holds(round: PositionRound): boolean {
  return round.batch !== "none" && !isOver(round);
}

/** Whether a round may still settle the position's batch. `now`: the latest block's time, unix seconds. */
export function maySettle(round: PositionRound, now: number): boolean {
  const { settledBy, lockedBy } = round.schedule;
  if (!holds(round) || round.batch === "settled" || now >= settledBy) return false;
  return round.state !== "locking" || now < lockedBy;
}

/** Whether a round that is open may still lock a batch that it hasn't, in a block from `now` to `until`, unix seconds. */
export function mayLock(round: PositionRound, batch: number, now: number, until = Infinity): boolean {
  const { closesAt, lockedBy } = round.schedule;
  if (round.batch !== "none" || now >= lockedBy || closesAt > until) return false;
  // Its first lock fixes how many batches a round has.
  return round.state === "open" || (round.state === "locking" && batch < round.batches);
}

/** From when anybody may void a round that is not over, unix seconds, as its state stands. */
export function voidableAt({ state, schedule }: PositionRound): number {
  return state === "locked" ? schedule.settledBy : schedule.lockedBy;
}
