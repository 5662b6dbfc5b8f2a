import { POSITIONS_PER_BATCH } from "@numeraire-staking/oracle/core/words";
import { type Exit, exitIfRequested, exitOf } from "./exit.ts";
import type { Moment, PositionRound } from "./rounds.ts";
import { type RiskLimits, type Standing, type WorstCase, worstCase } from "./worst-case.ts";

/** A position as the chain has it at a block of this time (unix seconds); amounts in wei. */
export type Held = {
  readonly position: number;
  readonly active: bigint;
  readonly pending: bigint;
  readonly requestedAt: Moment | null;
  readonly rounds: readonly PositionRound[];
  readonly tournament: { readonly limits: RiskLimits };
};

/** What may become of a position: the most it can lose, and how it comes out. */
export type Prospect = {
  readonly standing: Standing;
  readonly worst: WorstCase;
  /** How the pending withdrawal comes out; null: nothing is pending. */
  readonly exit: Exit | null;
  /** How it would come out if everything were requested now; null: nothing is active. */
  readonly exitIfAsked: Exit | null;
};

/** How long a transaction that is signed now may take to be mined, for what is said of it to hold, seconds. */
export const MINED_WITHIN = 1_800;

export function prospectOf(held: Held, now: number): Prospect {
  const { position, active, pending, requestedAt, rounds, tournament } = held;
  const batch = Math.floor(position / POSITIONS_PER_BATCH);
  const minedBy = now + MINED_WITHIN;
  const standing = { active, pending, batch, rounds, limits: tournament.limits, now, minedBy };
  return {
    standing,
    worst: worstCase(standing),
    exit: pending === 0n ? null : exitOf({ pending, requestedAt, rounds, now }),
    exitIfAsked: active === 0n ? null : exitIfRequested(batch, rounds, now, minedBy),
  };
}
