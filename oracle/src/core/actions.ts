import type { Address, Hex } from "viem";
import type { Schedule } from "./facts.ts";
import type { Terms } from "./payout.ts";

/** The signature of a reporter, by its place in the round's set. */
export type Signature = { readonly index: number; readonly address: Address; readonly signature: Hex };

/** `eligibleAt` is the first second at which the action may happen, `deadline` the first at which it no longer may. */
type Timed = { readonly round: bigint; readonly eligibleAt: number; readonly deadline: number | null };

export type OpenAction = Timed & { readonly kind: "open"; readonly terms: Terms; readonly schedule: Schedule };
export type LockAction = Timed & { readonly kind: "lock"; readonly batch: number };
export type ReportAction = Timed & {
  readonly kind: "report";
  readonly batch: number;
  readonly attempt: number;
  readonly stakesHash: Hex;
  readonly scoresHash: Hex;
  readonly scores: readonly bigint[];
  /** As many as the quorum, lowest place first. */
  readonly signatures: readonly Signature[];
};
export type SettleAction = Timed & {
  readonly kind: "settle";
  readonly batch: number;
  readonly stakes: readonly bigint[];
  readonly scores: readonly bigint[];
};
export type VoidAction = Timed & { readonly kind: "void" };

/** One transaction that is due. */
export type Action = OpenAction | LockAction | ReportAction | SettleAction | VoidAction;

/** Why nothing is done, or what an operator should look at. `service/reasons.ts` has the remedy of each. */
export type ReasonCode =
  | "round_open"
  | "no_positions"
  | "too_many_in_flight"
  | "lock_missing_reserve"
  | "round_running"
  | "feed_down"
  | "feed_refused"
  | "feed_changed"
  | "feed_confirming"
  | "feed_missing"
  | "feed_unsettled"
  | "not_a_reporter"
  | "signatures_missing"
  | "quorum_unreachable"
  | "disagreement"
  | "equivocation_guard"
  | "not_my_turn"
  | "peer_down"
  | "peer_refused"
  | "lock_unfinalized"
  | "vetoed"
  | "batches_unreported"
  | "dispute_window"
  | "deadline_missed"
  | "no_relayer"
  | "not_organizer"
  | "terms_out_of_limits"
  | "schedule_impossible"
  | "unknown_model"
  | "terms_differ";

/** A reason in plain words. `until` is when it ends by itself or the round moves on without; null: unknown. */
export type Reason = {
  readonly code: ReasonCode;
  readonly round: bigint | null;
  readonly batch: number | null;
  readonly until: number | null;
  readonly message: string;
};

/** What is due, what is waited for, and what deserves a look though it stops nothing. */
export type Plan = {
  readonly actions: readonly Action[];
  readonly waiting: readonly Reason[];
  readonly notes: readonly Reason[];
};

/** What one action does, for people and logs. */
export function describe(action: Action): string {
  const where = "batch" in action ? ` batch ${action.batch}` : "";
  return `${action.kind} round ${action.round.toString()}${where}`;
}
