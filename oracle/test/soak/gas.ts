import { isAddressEqual } from "viem";
import { MAX_GAS } from "../../src/chain/bundles.ts";
import type { World } from "../reconciler-world.ts";

/** What the relayers' transactions came to. */
export type Gas = {
  readonly transactions: number;
  readonly reverted: number;
  /** Of all of them together. */
  readonly used: bigint;
  /** How near one came to its own limit, percent. */
  readonly nearest: number;
  readonly faults: readonly string[];
};

/** Reads every block. */
export async function gasOfRelayers(world: World): Promise<Gas> {
  const { chain, relayers } = world;
  const sum = { transactions: 0, reverted: 0, used: 0n, nearest: 0 };
  const faults: string[] = [];
  for (let number = await chain.getBlockNumber(); number > 0n; number -= 1n) {
    const { transactions } = await chain.getBlock({ blockNumber: number, includeTransactions: true });
    for (const { hash, from, gas } of transactions) {
      if (!relayers.some((relayer) => isAddressEqual(relayer, from))) continue;
      const { status, gasUsed } = await chain.getTransactionReceipt({ hash });
      sum.transactions += 1;
      sum.used += gasUsed;
      sum.nearest = Math.max(sum.nearest, Number((gasUsed * 1_000n) / gas) / 10);
      if (status === "reverted") sum.reverted += 1;
      if (gasUsed >= gas) faults.push(`transaction ${hash} ran out of its ${gas.toString()} gas`);
      if (gas > MAX_GAS) faults.push(`transaction ${hash} may use ${gas.toString()} gas`);
    }
  }
  return { ...sum, faults };
}
