import { setTimeout as sleep } from "node:timers/promises";
import {
  type Address,
  formatGwei,
  type Hash,
  type Hex,
  keccak256,
  type PublicClient,
  TransactionReceiptNotFoundError,
} from "viem";
import type { Action } from "../core/actions.ts";
import type { Sender, UnsignedTransaction } from "../core/transaction.ts";
import { bundled, type Call, dataOf } from "./bundles.ts";
import { ChainRefusal, ChainTrouble } from "./errors.ts";
import { feeOn, limited, type Moment, rungAt, topRungAt } from "./fee.ts";
import { refusedOrUnreachable, type Result } from "./outcome.ts";
import { meaningIn } from "./refusals.ts";
import { type Load, type Look, lookFor, sift, sized } from "./trial.ts";

export type Executor = {
  /**
   * Carries actions out, in as few transactions as possible; starts none after `until` (this machine's clock,
   * milliseconds), and waits for none longer. Has no result for what it didn't come to. That a transaction is in a block
   * is no proof of anything: only the contract's state, read anew, is. Never rejects.
   */
  send(actions: readonly Action[], from: Sender, until: number): Promise<Result[]>;
};

export type ExecutorOptions = {
  readonly client: PublicClient;
  readonly chainId: number;
  readonly contract: Address;
  /** The calldata of an action. */
  readonly encode: (action: Action) => Hex;
  /** How many transactions of a sender may be under way at once. */
  readonly window: number;
  readonly receiptTimeoutMs: number;
  /** The most that is ever offered for a unit of gas, wei. */
  readonly maxFeePerGas: bigint;
};

const MOST_CLIMBS = 3;
const FIRST_LOOK_MS = 20;
const LAST_LOOK_MS = 1_000;

export function executor(options: ExecutorOptions): Executor {
  return {
    async send(actions, from, until) {
      const { calls, results } = encoded(actions, options);
      let waiting: readonly Call[] = calls;
      while (waiting.length > 0 && Date.now() < until) {
        const carried = await nextWindow(waiting, options, from, until);
        results.push(...carried);
        if (carried.some(isHeldUp)) break;
        const over = new Set(results.map(({ action }) => action));
        waiting = waiting.filter(({ action }) => !over.has(action));
      }
      return results;
    },
  };
}

function encoded(actions: readonly Action[], { encode }: ExecutorOptions) {
  const calls: Call[] = [];
  const results: Result[] = [];
  for (const action of actions) {
    try {
      calls.push({ action, data: encode(action) });
    } catch (error) {
      results.push({ action, error });
    }
  }
  return { calls, results };
}

/** Whatever else the sender would send has to queue behind it, or can't be signed, paid for or sent either. */
function isHeldUp(result: Result): boolean {
  if (!("error" in result)) return false;
  const { error } = result;
  if (error instanceof ChainTrouble) return error.code !== "chain_moved";
  // What the chain didn't say, the key did.
  return !(error instanceof ChainRefusal) || error.code === "funds_low";
}

/** The next transactions, from the confirmed nonce on without a gap; always with a result for at least one call. */
async function nextWindow(
  waiting: readonly Call[],
  options: ExecutorOptions,
  from: Sender,
  until: number,
): Promise<Result[]> {
  const bundles = bundled(waiting).slice(0, options.window);
  try {
    const look = await lookFor(options, from.address);
    const sifted = await Promise.all(bundles.map((bundle) => sift(bundle, options, from.address, look)));
    const results = sifted.flatMap(({ results }) => results);
    const good = sifted.map(({ good }) => good).filter(({ length }) => length > 0);
    const loads = await Promise.all(good.map((calls) => sized(calls, options, from.address, look)));
    const sent = await publishAll(loads, options, from, look);
    return [...results, ...(await Promise.all(sent.map((one) => outcomesOf(one, options, until)))).flat()];
  } catch (error) {
    const own = refusedOrUnreachable(error);
    return (bundles[0] ?? []).map(({ action }) => ({ action, error: own }));
  }
}

type Sent = { readonly calls: readonly Call[]; readonly published: Hash | Error };

/** One after the other: behind one that no node takes there would be a gap. Only the first pays for being late. */
async function publishAll(loads: readonly Load[], options: ExecutorOptions, from: Sender, look: Look) {
  const sent: Sent[] = [];
  for (const [index, load] of loads.entries()) {
    const published = await publish(load, index, options, from, look);
    sent.push({ calls: load.calls, published });
    if (typeof published !== "string") break;
  }
  return sent;
}

async function publish(
  { calls, gas }: Load,
  place: number,
  { client, chainId, contract: to, maxFeePerGas }: ExecutorOptions,
  from: Sender,
  { timestamp: now, baseFee, tip, nonce }: Look,
): Promise<Sent["published"]> {
  const moments = calls.map(({ action: { eligibleAt, deadline } }): Moment => ({ now, eligibleAt, deadline }));
  const first = place === 0 ? Math.max(...moments.map(rungAt)) : 0;
  const last = Math.min(first + MOST_CLIMBS, Math.max(...moments.map(topRungAt)));
  for (let rung = first; ; rung += 1) {
    const wanted = feeOn(rung, baseFee, tip);
    const fee = { ...limited(wanted, maxFeePerGas), nonce: nonce + place, gas, chainId, to, data: dataOf(calls) };
    const serializedTransaction = await signed({ type: "eip1559", ...fee }, from);
    if (serializedTransaction instanceof Error) return serializedTransaction;
    try {
      await client.sendRawTransaction({ serializedTransaction });
      return keccak256(serializedTransaction);
    } catch (error) {
      if (meaningIn(error) === "underpriced" && rung < last) continue;
      return withLimit(refusedOrUnreachable(error), wanted.maxFeePerGas > maxFeePerGas ? maxFeePerGas : null);
    }
  }
}

/** What the key says is no node's fault. */
async function signed(transaction: UnsignedTransaction, from: Sender): Promise<Hex | Error> {
  try {
    return await from.signTransaction(transaction);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Says of a transaction that waits for its turn that no higher fee will come to help it. */
function withLimit(error: ChainTrouble | ChainRefusal, limit: bigint | null): ChainTrouble | ChainRefusal {
  if (limit === null || error.code !== "tx_pending") return error;
  const reached = `its fee is at the limit of ${formatGwei(limit)} gwei; raise config.maxFeePerGasGwei to offer more`;
  return new ChainTrouble("tx_fee_capped", `${error.message}; ${reached}`, { cause: error });
}

async function outcomesOf({ calls, published }: Sent, options: ExecutorOptions, until: number): Promise<Result[]> {
  if (typeof published !== "string") return calls.map(({ action }) => ({ action, error: published }));
  try {
    const gasUsed = await gasUsedBy(published, options, until);
    return calls.map(({ action }) => ({ action, outcome: { kind: "done", hash: published, gasUsed } }));
  } catch (error) {
    return calls.map(({ action }) => ({ action, error: refusedOrUnreachable(error) }));
  }
}

async function gasUsedBy(hash: Hash, { client, receiptTimeoutMs }: ExecutorOptions, until: number): Promise<bigint> {
  const begun = Date.now();
  const giveUpAt = Math.min(begun + receiptTimeoutMs, until);
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, LAST_LOOK_MS)) {
    const receipt = await receiptOf(client, hash);
    if (receipt?.status === "success") return receipt.gasUsed;
    if (receipt !== null) throw new ChainTrouble("chain_moved", `transaction ${hash} reverted: somebody was faster`);
    if (Date.now() + pause > giveUpAt) {
      const seconds = Math.round((Date.now() - begun) / 1_000);
      throw new ChainTrouble("tx_unmined", `transaction ${hash} is not in a block after ${seconds} s`);
    }
    await sleep(pause);
  }
}

async function receiptOf(client: PublicClient, hash: Hash) {
  try {
    return await client.getTransactionReceipt({ hash });
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return null;
    throw error;
  }
}
