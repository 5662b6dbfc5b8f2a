import { encodeFunctionData, type Hex, size } from "viem";
import type { Action } from "../core/actions.ts";
import { POSITIONS_PER_BATCH } from "../core/words.ts";
import { numeraireStakingAbi as abi } from "./generated/abi.ts";

/** An action with its calldata. */
export type Call = { readonly action: Action; readonly data: Hex };

/** The most that a transaction may use (EIP-7825). */
export const MAX_GAS = 16_777_216n;
/** What several actions together may need by the formula: the rest is for what it doesn't see. */
export const BUNDLE_GAS = 16_000_000n;
/** Nodes take transactions of 128 KiB. Signature and fees are in them too. */
export const MAX_BYTES = 128 * 1_024 - 1_024;

const WORD_BYTES = 32;
const POSITIONS_PER_WORD = 4;
const TRANSACTION_GAS = 21_000n;
/** What a position costs at most, and what a call costs apart from its positions: signatures, slots of the round. */
const GAS = {
  open: { position: 0n, fixed: 400_000n },
  lock: { position: 710n, fixed: 200_000n },
  report: { position: 340n, fixed: 250_000n },
  settle: { position: 2_000n, fixed: 250_000n },
  void: { position: 0n, fixed: 200_000n },
} as const;
/** In percent, on top of the formula. */
const HEADROOM = 15n;

/** A keeper's order: a settlement before a lock leaves warm words behind, and room. Opens wait for nothing. */
const ORDER: Readonly<Record<Action["kind"], number>> = { open: 0, report: 1, settle: 2, void: 3, lock: 4 };

/** The gas that actions need in one transaction, by their positions. */
export function gasOf(actions: readonly Action[]): bigint {
  const needed = actions.reduce((sum, action) => {
    const { position, fixed } = GAS[action.kind];
    return sum + fixed + position * BigInt(positionsOf(action));
  }, TRANSACTION_GAS);
  return needed + (needed * HEADROOM) / 100n;
}

/** A lock's stakes are known to the contract alone: a whole batch. */
function positionsOf(action: Action): number {
  switch (action.kind) {
    case "report":
    case "settle":
      return action.scores.length * POSITIONS_PER_WORD;
    default:
      return POSITIONS_PER_BATCH;
  }
}

/** One call goes plain, several as one multicall: each is then carried out in the others' presence, or none is. */
export function dataOf(calls: readonly Call[]): Hex {
  const [only] = calls;
  if (only !== undefined && calls.length === 1) return only.data;
  return encodeFunctionData({ abi, functionName: "multicall", args: [calls.map(({ data }) => data)] });
}

/** All calls in a keeper's order, in as few transactions as gas and size allow. A call too large for any goes alone. */
export function bundled(calls: readonly Call[]): Call[][] {
  const bundles: Call[][] = [];
  for (const call of calls.toSorted((a, b) => ORDER[a.action.kind] - ORDER[b.action.kind])) {
    const last = bundles.at(-1);
    if (last !== undefined && fits([...last, call])) last.push(call);
    else bundles.push([call]);
  }
  return bundles;
}

function fits(calls: readonly Call[]): boolean {
  return gasOf(calls.map(({ action }) => action)) <= BUNDLE_GAS && bytesOf(calls) <= MAX_BYTES;
}

/** How long the calldata of several calls is, without writing it. */
export function bytesOf(calls: readonly Call[]): number {
  return calls.reduce(
    (sum, { data }) => sum + 2 * WORD_BYTES + Math.ceil(size(data) / WORD_BYTES) * WORD_BYTES,
    4 + 2 * WORD_BYTES,
  );
}
