// A chain with a tournament of a usual size and as many settled rounds as it takes for so many payouts.
import { encodeFunctionData, type Hex, numberToHex } from "viem";
import { type Chain, NMR, type OwnChain, scoresWords, startChain } from "../../subgraph/test/chain.ts";
import {
  createTournament,
  DISPUTE_WINDOW,
  lockAll,
  lockedStakes,
  modelOf,
  openRound,
  scheduleOf,
} from "../../subgraph/test/history.ts";
import type { Say } from "../../scripts/support/terminal.ts";

const TOURNAMENT = 1;
export const POSITIONS = 4_096;
const BATCHES = POSITIONS / 1_024;
const STAKERS = POSITIONS / 2;
/** Small, so that a stake lasts for all rounds. */
const CLIP = 0.001;

/** An account that the chain lets act without a key. */
const stakerOf = (index: number): Hex => numberToHex(0x57a6e5 + index, { size: 20 });

export async function playRounds(payouts: number, say: Say): Promise<OwnChain> {
  const chain = await startChain();
  const { owner } = chain;
  await createTournament(chain, "Classic", owner);
  await chain.send(owner, "fundReserve", TOURNAMENT, 1_000_000n * NMR);
  for (let index = 0; index < STAKERS; index++) {
    await openTwo(chain, stakerOf(index), index);
    if (index % 64 === 0) say(`${2 * index} of ${POSITIONS} positions`);
  }
  const rounds = Math.ceil(payouts / POSITIONS);
  for (let round = 1; round <= rounds; round++) {
    await playRound(chain, round);
    say(`${round} of ${rounds} rounds`);
  }
  return chain;
}

async function openTwo(chain: Chain, staker: Hex, index: number): Promise<void> {
  await chain.client.impersonateAccount({ address: staker });
  await chain.client.setBalance({ address: staker, value: NMR });
  await chain.provide(staker, 200n * NMR);
  const calls = [0, 1].map((which) => {
    const args = [TOURNAMENT, modelOf(`model ${2 * index + which}`), BigInt(10 + (index % 80)) * NMR, 0n, "0x"];
    return encodeFunctionData({ abi: chain.staking.abi, functionName: "openPosition", args });
  });
  await chain.send(staker, "multicall", calls);
}

async function playRound(chain: Chain, number: number): Promise<void> {
  const round = BigInt(number);
  await openRound(chain, TOURNAMENT, round, CLIP);
  await lockAll(chain, TOURNAMENT, round);
  await chain.travelTo((await scheduleOf(chain, TOURNAMENT, round)).resolvesAt);
  const words: [bigint[], bigint[]][] = [];
  for (let batch = 0; batch < BATCHES; batch++) {
    const stakes = await lockedStakes(chain, TOURNAMENT, round, batch);
    const scores = scoresWords(scoresOf(number * BATCHES + batch), stakes.length);
    await chain.report(chain.owner, TOURNAMENT, round, batch, 0, stakes, scores);
    words.push([stakes, scores]);
  }
  await chain.travelTo((await chain.now()) + DISPUTE_WINDOW);
  for (const [batch, pair] of words.entries())
    await chain.send(chain.owner, "settle", TOURNAMENT, round, batch, ...pair);
}

/** Scores up to ±1e-3, no two alike. */
function scoresOf(seed: number): [number, number][] {
  const score = (index: number): number =>
    ((((seed + 1) * 7_919_333 + index * 104_729_111) % 2_000_003) - 1_000_001) | 0;
  return Array.from({ length: 1_024 }, (_, lane) => [score(2 * lane), score(2 * lane + 1)]);
}

/** One event in a block of its own. */
export async function stakeMore(chain: Chain): Promise<number> {
  await chain.send(stakerOf(0), "increaseStake", TOURNAMENT, 0, 10n ** 9n);
  return Number(await chain.client.getBlockNumber());
}
