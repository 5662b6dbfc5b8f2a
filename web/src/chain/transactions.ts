import { type Address, type Hash, type Hex, TransactionNotFoundError, TransactionReceiptNotFoundError } from "viem";
import { call, getBlock, getTransaction, getTransactionCount, getTransactionReceipt } from "viem/actions";
import type { Chain } from "./client.ts";
import { type Refusal, refusalIn } from "./revert.ts";

/** A transaction as the chain has it. */
export type Sent = {
  readonly hash: Hash;
  readonly nonce: number;
  readonly to: Address | null;
  readonly data: Hex;
  readonly from: Address;
};

export type Receipt = Awaited<ReturnType<typeof getTransactionReceipt>>;

/** Null where it is in no block. */
export async function receiptOf({ client }: Chain, hash: Hash): Promise<Receipt | null> {
  try {
    return await getTransactionReceipt(client, { hash });
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return null;
    throw error;
  }
}

/** Null where the node doesn't know it, in a block or in its pool. */
export async function transactionOf({ client }: Chain, hash: Hash): Promise<Sent | null> {
  try {
    const { nonce, to, input, from } = await getTransaction(client, { hash });
    return { hash, nonce, to, data: input, from };
  } catch (error) {
    if (error instanceof TransactionNotFoundError) return null;
    throw error;
  }
}

/** How many transactions of the account are in blocks, and with those that wait for one. */
export async function countsOf({ client }: Chain, address: Address): Promise<{ mined: number; known: number }> {
  const [mined, known] = await Promise.all([
    getTransactionCount(client, { address, blockTag: "latest" }),
    getTransactionCount(client, { address, blockTag: "pending" }),
  ]);
  // A pool that forgets, or a node that counts no pool, is never behind the chain.
  return { mined, known: Math.max(mined, known) };
}

/**
 * The transaction that used a number of the account, in a block after `since`; null where none did, or where the node
 * contradicts itself. Searched by halves, for the states of the blocks between.
 */
export async function transactionAt(chain: Chain, from: Address, nonce: number, since: bigint): Promise<Sent | null> {
  const { client } = chain;
  const { number: newest } = await getBlock(client);
  let [low, high] = [since, newest];
  if ((await usedBy(chain, from, high)) <= nonce) return null;
  while (low < high) {
    const middle = (low + high) / 2n;
    if ((await usedBy(chain, from, middle)) > nonce) high = middle;
    else low = middle + 1n;
  }
  const { transactions } = await getBlock(client, { blockNumber: low, includeTransactions: true });
  const found = transactions.find((each) => isFrom(each.from, from) && each.nonce === nonce);
  return found === undefined ? null : { ...found, data: found.input };
}

/** What the account has waiting, as far as the node shows its pool: many show nothing of it, or refuse the question. */
export async function waitingOf({ client }: Chain, from: Address): Promise<Sent[]> {
  const pending = { blockTag: "pending", includeTransactions: true } as const;
  const { transactions } = await getBlock(client, pending).catch(() => ({ transactions: [] }));
  return transactions.filter((each) => isFrom(each.from, from)).map((each) => ({ ...each, data: each.input }));
}

/**
 * A transaction that failed in a block, called again on the state before that block; null where it passes there. Others
 * before it in its block may have changed what it found.
 */
export async function replay({ client }: Chain, { from, to, data }: Sent, block: bigint): Promise<Refusal | null> {
  try {
    await call(client, { account: from, to, data, blockNumber: block - 1n });
    return null;
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal === null) throw error;
    return refusal;
  }
}

function usedBy({ client }: Chain, address: Address, blockNumber: bigint): Promise<number> {
  return getTransactionCount(client, { address, blockNumber });
}

function isFrom(a: Address, b: Address): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
