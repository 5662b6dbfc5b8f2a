import { type Address, type Hex, isAddressEqual } from "viem";
import { MAX_GAS } from "../../src/chain/bundles.ts";
import type { World } from "../reconciler-world.ts";

/** A transaction that is in a block. */
export type Mined = {
  readonly hash: Hex;
  readonly block: bigint;
  readonly gas: bigint;
  readonly gasUsed: bigint;
  readonly isReverted: boolean;
};

/** Of these senders, from a block on; reads every block. */
export async function minedOf({ chain }: World, senders: readonly Address[], from = 1n): Promise<Mined[]> {
  const mined: Mined[] = [];
  for (let block = await chain.getBlockNumber({ cacheTime: 0 }); block >= from; block -= 1n) {
    const { transactions } = await chain.getBlock({ blockNumber: block, includeTransactions: true });
    for (const { hash, gas } of transactions.filter((sent) => senders.some((one) => isAddressEqual(one, sent.from)))) {
      const { status, gasUsed } = await chain.getTransactionReceipt({ hash });
      mined.push({ hash, block, gas, gasUsed, isReverted: status === "reverted" });
    }
  }
  return mined.toReversed();
}

/** What transactions came to. */
export type Gas = {
  readonly transactions: number;
  readonly reverted: number;
  /** Share of the gas that reverted ones used, percent. */
  readonly wasted: number;
  /** How near one came to its own limit, percent. */
  readonly nearest: number;
  readonly faults: readonly string[];
};

export function gasOf(mined: readonly Mined[]): Gas {
  const sum = (some: readonly Mined[]): number => Number(some.reduce((used, { gasUsed }) => used + gasUsed, 0n));
  const reverted = mined.filter(({ isReverted }) => isReverted);
  const shares = mined.map(({ gas, gasUsed }) => Number((gasUsed * 1_000n) / gas) / 10);
  return {
    transactions: mined.length,
    reverted: reverted.length,
    wasted: Math.round((sum(reverted) / Math.max(1, sum(mined))) * 1_000) / 10,
    nearest: Math.max(0, ...shares),
    faults: mined.flatMap(({ hash, gas, gasUsed }) => [
      ...(gasUsed >= gas ? [`transaction ${hash} ran out of its ${gas.toString()} gas`] : []),
      ...(gas > MAX_GAS ? [`transaction ${hash} may use ${gas.toString()} gas`] : []),
    ]),
  };
}
