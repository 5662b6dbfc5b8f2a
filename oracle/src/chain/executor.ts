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
import type { Sender, UnsignedTransaction } from "../core/transaction.ts";
import { ChainRefusal, ChainTrouble, isRevert, revertOf, sayWhy, type Revert } from "./errors.ts";
import { feeAfter, limited } from "./fee.ts";

/** A transaction to send. `eligibleAt`: since when (unix seconds) it has been possible; decides its fee. */
export type Transaction = { readonly data: Hex; readonly from: Sender; readonly eligibleAt: number };

/** "done": it is in a block. "already_done": the contract says that somebody was faster; nothing was sent. */
export type Outcome =
  | { readonly kind: "done"; readonly hash: Hash; readonly gasUsed: bigint }
  | { readonly kind: "already_done"; readonly message: string };

export type Executor = {
  /**
   * Tries the transaction on the latest state, sends it and waits for its receipt. That it is in a block is no proof of
   * anything: only the contract's state, read anew, is.
   * @throws ChainTrouble, ChainRefusal, and what the sender's key throws
   */
  send(transaction: Transaction): Promise<Outcome>;
};

export type ExecutorOptions = {
  readonly reading: PublicClient;
  readonly sending: PublicClient;
  readonly chainId: number;
  readonly contract: Address;
  readonly receiptTimeoutMs: number;
  /** The most that is ever offered for a unit of gas, wei. */
  readonly maxFeePerGas: bigint;
};

type Prepared = { readonly transaction: UnsignedTransaction; readonly isFeeLimited: boolean };

/** The most that a transaction may use (EIP-7825). */
const MAX_GAS = 16_777_216n;
const FIRST_LOOK_MS = 20;
const LAST_LOOK_MS = 1_000;

export function executor(options: ExecutorOptions): Executor {
  return {
    async send(transaction) {
      const prepared = await unlessDone(() => prepare(options, transaction));
      if ("kind" in prepared) return prepared;
      const signed = await transaction.from.signTransaction(prepared.transaction);
      try {
        const hash = await publish(options.sending, signed);
        return { kind: "done", hash, gasUsed: await gasUsedBy(options, hash) };
      } catch (error) {
        throw prepared.isFeeLimited ? withLimit(error, options.maxFeePerGas) : error;
      }
    },
  };
}

/** Says of a transaction that waits for its turn that no higher fee will come to help it. */
function withLimit(error: unknown, limit: bigint): unknown {
  if (!(error instanceof ChainTrouble) || !["tx_pending", "tx_unmined"].includes(error.code)) return error;
  const reached = `its fee is at the limit of ${formatGwei(limit)} gwei; raise config.maxFeePerGasGwei to offer more`;
  return new ChainTrouble(error.code, `${error.message}; ${reached}`, { cause: error });
}

/** Tells what a refusal of the contract comes to: nothing left to do, a chain that moved, or a fault. */
async function unlessDone(prepared: () => Promise<Prepared>): Promise<Prepared | Outcome> {
  try {
    return await prepared();
  } catch (error) {
    if (!isRevert(error)) throw error instanceof ChainRefusal ? error : refusedOrUnreachable(error);
    const revert = revertOf(error);
    if (revert !== null && isAlreadyDone(revert)) return { kind: "already_done", message: revert.text };
    const text = revert?.text ?? sayWhy(error);
    if (revert !== null && MOVED.has(revert.name)) {
      throw new ChainTrouble("chain_moved", `the contract answers ${text}`, { cause: error });
    }
    throw new ChainRefusal("tx_reverts", `the contract refuses it: ${text}`, { cause: error });
  }
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

/** Tries the call on the latest state, then gives it the gas and the fee that it needs now. */
async function prepare(options: ExecutorOptions, { data, from, eligibleAt }: Transaction): Promise<Prepared> {
  const { reading, chainId, contract, maxFeePerGas } = options;
  const call = { account: from.address, to: contract, data };
  // First of all, because nodes give the contract's answer to a call more reliably than to an estimate.
  await reading.call(call);
  const [estimate, block, tip, nonce] = await Promise.all([
    reading.estimateGas(call),
    reading.getBlock(),
    reading.estimateMaxPriorityFeePerGas({ chain: null }),
    // The confirmed nonce and nothing remembered: whatever is stuck there is replaced.
    reading.getTransactionCount({ address: from.address, blockTag: "latest" }),
  ]);
  const wanted = feeAfter(Number(block.timestamp) - eligibleAt, block.baseFeePerGas ?? 0n, tip);
  const fee = limited(wanted, maxFeePerGas);
  const gas = withHeadroom(estimate);
  const transaction = { type: "eip1559", chainId, to: contract, data, nonce, gas, ...fee } as const;
  return { transaction, isFeeLimited: wanted.maxFeePerGas > maxFeePerGas };
}

/** A quarter more than estimated: whoever comes first to a fresh slot pays more than the rehearsal did. */
function withHeadroom(estimate: bigint): bigint {
  if (estimate > MAX_GAS) {
    throw new ChainRefusal(
      "tx_too_large",
      `needs ${estimate.toString()} gas, and no transaction may use more than ${MAX_GAS.toString()}`,
    );
  }
  const padded = estimate + estimate / 4n;
  return padded < MAX_GAS ? padded : MAX_GAS;
}

async function publish(sending: PublicClient, serializedTransaction: Hex): Promise<Hash> {
  try {
    return await sending.sendRawTransaction({ serializedTransaction });
  } catch (error) {
    // The same transaction from an earlier life of this process: the same keys, nonce and fee make the same bytes.
    if (/already known|known transaction|already imported/i.test(sayWhy(error)))
      return keccak256(serializedTransaction);
    throw refusedOrUnreachable(error);
  }
}

async function gasUsedBy({ reading, receiptTimeoutMs }: ExecutorOptions, hash: Hash): Promise<bigint> {
  const giveUpAt = Date.now() + receiptTimeoutMs;
  for (let pause = FIRST_LOOK_MS; ; pause = Math.min(pause * 2, LAST_LOOK_MS)) {
    const receipt = await receiptOf(reading, hash);
    if (receipt?.status === "success") return receipt.gasUsed;
    if (receipt !== null) throw new ChainTrouble("chain_moved", `transaction ${hash} reverted: somebody was faster`);
    if (Date.now() + pause > giveUpAt) {
      throw new ChainTrouble("tx_unmined", `transaction ${hash} is not in a block after ${receiptTimeoutMs / 1_000} s`);
    }
    await sleep(pause);
  }
}

async function receiptOf(reading: PublicClient, hash: Hash) {
  try {
    return await reading.getTransactionReceipt({ hash });
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return null;
    throw unreachable(error);
  }
}

/** Nodes word their refusals differently; these are the ones of geth, erigon, nethermind, besu, reth, anvil, Hardhat. */
function refusedOrUnreachable(error: unknown): ChainTrouble | ChainRefusal {
  const why = sayWhy(error);
  if (
    /insufficient funds|doesn't have enough funds|insufficient balance|exceeds the balance|upfront.?cost/i.test(why)
  ) {
    return new ChainRefusal("funds_low", `the sender can't pay for it: ${why}`, { cause: error });
  }
  if (/nonce|underpriced|replac|mempool|txpool/i.test(why)) {
    return new ChainTrouble("tx_pending", `another transaction of the sender is under way: ${why}`, { cause: error });
  }
  // Only a limited fee is ever below the base fee.
  if (/base.?fee/i.test(why)) {
    return new ChainTrouble("tx_pending", `the node doesn't take it at this fee: ${why}`, { cause: error });
  }
  return unreachable(error);
}

function unreachable(error: unknown): ChainTrouble {
  return new ChainTrouble("rpc_down", `the node can't be asked: ${sayWhy(error)}`, { cause: error });
}
