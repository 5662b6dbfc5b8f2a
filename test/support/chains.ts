import { id } from "ethers";
import { privateKeyToAddress } from "viem/accounts";
import { type Account, type Chain, startChain } from "../../scripts/stack/chain.ts";
import { type Client, CLIENTS } from "../../scripts/stack/clients.ts";

/** Time of the first block, unix seconds. */
export const STARTS_AT = 1_900_000_000;

const ACCOUNTS = Array.from({ length: 7 }, (_, index): Account => {
  const key = id(`account ${index}`) as `0x${string}`;
  return { key, address: privateKeyToAddress(key) };
});

/** One chain on each client, for the tests of a `describe`: the same first second, the same accounts. */
export function useSameChains(): (client: Client) => Chain {
  const chains = new Map<Client, Chain>();

  before(async () => {
    for (const client of CLIENTS) {
      chains.set(client, await startChain({ client, startsAt: STARTS_AT, accounts: ACCOUNTS }));
    }
  });
  after(async () => {
    for (const chain of chains.values()) await chain.stop();
  });

  return (client) => {
    const chain = chains.get(client);
    if (chain === undefined) throw new Error("the chains are there from `before` on");
    return chain;
  };
}

/** Everything that transactions have done on a chain so far, in their order: what each used, and every byte it logged. */
export async function historyOf({ connection: { ethers } }: Chain) {
  const history = [];
  const latest = await ethers.provider.getBlockNumber();
  for (let number = 1; number <= latest; number++) {
    const block = await ethers.provider.getBlock(number, true);
    for (const { hash, data } of block?.prefetchedTransactions ?? []) {
      const receipt = await ethers.provider.getTransactionReceipt(hash);
      if (receipt === null) throw new Error(`transaction ${hash} has no receipt`);
      const { from, to, status, gasUsed, logs } = receipt;
      const logged = logs.map(({ address, topics, data: body }) => ({ address, topics, data: body }));
      history.push({ from, to, calldata: data, status, gasUsed, logs: logged });
    }
  }
  return history;
}
