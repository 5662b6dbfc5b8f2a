import type { Address, PublicClient } from "viem";
import { BUNDLE_GAS, type Call, dataOf, gasOf, MAX_GAS } from "./bundles.ts";
import { ChainRefusal } from "./errors.ts";
import { isContractsAnswer, refused, type Result } from "./outcome.ts";
import { meaningIn } from "./refusals.ts";

/** The chain as transactions are made for it: one block, and what the sender has confirmed there. */
export type Look = {
  readonly number: bigint;
  readonly timestamp: number;
  readonly baseFee: bigint;
  readonly tip: bigint;
  readonly nonce: number;
};

/** Calls that one transaction carries, and what they may use. */
export type Load = { readonly calls: readonly Call[]; readonly gas: bigint };

/** Where calls go. */
export type Target = { readonly client: PublicClient; readonly contract: Address };

/** Reads it. */
export async function lookFor({ client }: Target, address: Address): Promise<Look> {
  const [block, tip] = await Promise.all([client.getBlock(), client.estimateMaxPriorityFeePerGas({ chain: null })]);
  // The confirmed nonce at that block and nothing remembered: whatever is stuck there is replaced.
  const nonce = await client.getTransactionCount({ address, blockNumber: block.number });
  return { number: block.number, timestamp: Number(block.timestamp), baseFee: block.baseFeePerGas ?? 0n, tip, nonce };
}

/** Tries calls on the state of the block: all at once, or else each alone, so that one that fails stops no other. */
export async function sift(
  calls: readonly Call[],
  options: Target,
  sender: Address,
  look: Look,
): Promise<{ good: readonly Call[]; results: Result[] }> {
  const fault = await faultOf(calls, options, sender, look);
  if (fault === null) return { good: calls, results: [] };
  const [only] = calls;
  if (only !== undefined && calls.length === 1) return { good: [], results: [refused(only.action, fault)] };
  const alone = await Promise.all(calls.map((call) => sift([call], options, sender, look)));
  const good = alone.flatMap(({ good }) => good);
  const results = alone.flatMap(({ results }) => results);
  // What works alone but not together is sent one by one, each after a new look.
  const together = good.length < 2 || (await faultOf(good, options, sender, look)) === null;
  return { good: together ? good : good.slice(0, 1), results };
}

/** The contract's refusal of calls in one transaction; null where it takes them. */
async function faultOf(calls: readonly Call[], options: Target, account: Address, look: Look) {
  try {
    await options.client.call({ account, to: options.contract, data: dataOf(calls), blockNumber: look.number });
    return null;
  } catch (error) {
    if (isContractsAnswer(error)) return error;
    throw error;
  }
}

/** As many of the calls as a transaction has gas for, the first ones. */
export async function sized(calls: readonly Call[], options: Target, sender: Address, look: Look): Promise<Load> {
  const estimate = await estimateOf(calls, options, sender, look);
  if (estimate <= (calls.length > 1 ? BUNDLE_GAS : MAX_GAS)) return { calls, gas: limitOf(calls, estimate) };
  if (calls.length > 1) return sized(calls.slice(0, Math.ceil(calls.length / 2)), options, sender, look);
  const message = `needs ${estimate.toString()} gas, and no transaction may use more than ${MAX_GAS.toString()}`;
  throw new ChainRefusal("tx_too_large", message);
}

async function estimateOf(calls: readonly Call[], options: Target, account: Address, look: Look) {
  const { client, contract } = options;
  try {
    return await client.estimateGas({ account, to: contract, data: dataOf(calls), blockNumber: look.number });
  } catch (error) {
    if (calls.length > 1 && meaningIn(error) === "gas") return MAX_GAS;
    throw error;
  }
}

/** By the formula, or a quarter more than estimated: whoever comes first to a fresh slot pays more than the rehearsal did. */
function limitOf(calls: readonly Call[], estimate: bigint): bigint {
  const formula = gasOf(calls.map(({ action }) => action));
  const padded = estimate + estimate / 4n;
  const larger = formula > padded ? formula : padded;
  return larger < MAX_GAS ? larger : MAX_GAS;
}
