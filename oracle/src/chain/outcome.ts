import type { Hash } from "viem";
import type { Action } from "../core/actions.ts";
import { ChainRefusal, ChainTrouble, isRevert, ownErrorIn, type Revert, revertOf, sayWhy } from "./errors.ts";
import { meaningIn } from "./refusals.ts";

/** "done": it is in a block. "already_done": the contract says that somebody was faster; nothing was sent. */
export type Outcome =
  | { readonly kind: "done"; readonly hash: Hash; readonly gasUsed: bigint }
  | { readonly kind: "already_done"; readonly message: string };

/** What became of an action. */
export type Result =
  { readonly action: Action; readonly outcome: Outcome } | { readonly action: Action; readonly error: unknown };

/** What the contract's refusal of an action comes to: nothing left to do, a chain that moved, or a fault. */
export function refused(action: Action, error: unknown): Result {
  const revert = revertOf(error);
  if (revert !== null && isAlreadyDone(revert))
    return { action, outcome: { kind: "already_done", message: revert.text } };
  const text = revert?.text ?? sayWhy(error);
  const isMoved = revert !== null && MOVED.has(revert.name);
  return {
    action,
    error: isMoved
      ? new ChainTrouble("chain_moved", `the contract answers ${text}`, { cause: error })
      : new ChainRefusal("tx_reverts", `the contract refuses it: ${text}`, { cause: error }),
  };
}

/** What a node's refusal of a transaction, or of a question, comes to. */
export function refusedOrUnreachable(error: unknown): ChainTrouble | ChainRefusal {
  const own = ownErrorIn(error);
  if (own !== null) return own;
  const why = sayWhy(error);
  switch (meaningIn(error)) {
    case "funds":
      return new ChainRefusal("funds_low", `the sender can't pay for it: ${why}`, { cause: error });
    case "nonce_low":
    case "nonce_high":
    case "underpriced":
    case "pool_full":
      return new ChainTrouble("tx_pending", `another transaction of the sender is under way: ${why}`, { cause: error });
    // Only a limited fee is ever below the base fee.
    case "below_base_fee":
      return new ChainTrouble("tx_pending", `the node doesn't take it at this fee: ${why}`, { cause: error });
    case "reverts":
      return new ChainTrouble("chain_moved", `the contract refuses now what it took before: ${why}`, { cause: error });
    default:
      return new ChainTrouble("rpc_down", `the node can't be asked: ${why}`, { cause: error });
  }
}

/** Whether it is the contract, not a node, that refuses a call. */
export function isContractsAnswer(error: unknown): boolean {
  return ownErrorIn(error) === null && isRevert(error) && meaningIn(error) !== "funds";
}

/** Somebody else took the step, or a later one. States only go forward, save for a veto. */
function isAlreadyDone({ name, values }: Revert): boolean {
  const { expected, actual, state } = values;
  switch (name) {
    case "RoundNotIncreasing":
      return true;
    case "BatchStateUnexpected":
    case "RoundStateUnexpected":
      return Number(actual) > Number(expected);
    case "RoundNotVoidable":
      return Number(state) >= SETTLED;
    default:
      return false;
  }
}

const SETTLED = 4;
/** What the contract answers where the chain went on, or a veto came, between reading and sending. */
const MOVED = new Set([
  "BatchStateUnexpected",
  "RoundStateUnexpected",
  "RoundNotVoidable",
  "BatchesUnreported",
  "WindowNotOpen",
  "WindowClosed",
  "StakesMismatch",
  "ScoresMismatch",
]);
