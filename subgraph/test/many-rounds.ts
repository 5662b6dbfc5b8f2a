// So many rounds that every window of settled rounds is full and moves, 64 of them in flight at once.
import { encodeFunctionData, type Hex } from "viem";
import { type Chain, NANO, NMR, scoresWords } from "./chain.ts";
import { createTournament, lockedStakes, modelOf } from "./history.ts";

export const AT_ONCE = 64;
const TERMS = {
  multipliers: [10n ** 9n, 10n ** 9n],
  clip: 10n ** 6n,
  stakeThreshold: 150n * 10n ** 9n,
  exposure: 10n ** 9n,
};

/** A tournament of four positions: one leaves for good, one leaves with rewards in its withdrawal, one comes late. */
export async function startManyRounds(chain: Chain): Promise<void> {
  const { send, owner, accounts } = chain;
  await createTournament(chain, "Many rounds", accounts[4] as Hex, { maxRoundsInFlight: AT_ONCE });
  await send(owner, "fundReserve", 1, 1_000n * NMR);
  for (const name of ["stays", "leaves", "goes", "other"]) {
    await send(owner, "openPosition", 1, modelOf(name), 100n * NMR + NANO, 0n, "0x");
  }
}

/** Opens so many rounds and locks them all. */
export async function lockRounds(chain: Chain, first: number, count = AT_ONCE): Promise<bigint[]> {
  const rounds = Array.from({ length: count }, (_, index) => BigInt(first + index));
  const closesAt = (await chain.now()) + 3_700;
  const schedule = {
    ...{ closesAt, lockedBy: closesAt + 3_600, resolvesAt: closesAt + 3_600 },
    ...{ settledBy: closesAt + 86_400, disputeWindow: 0 },
  };
  await all(
    chain,
    rounds.map((round) => call(chain, "openRound", 1, round, TERMS, schedule)),
  );
  await chain.travelTo(closesAt);
  await all(
    chain,
    rounds.map((round) => call(chain, "lock", 1, round, 0)),
  );
  await chain.travelTo(schedule.resolvesAt);
  return rounds;
}

/** Reports and settles rounds, in an order of its own. */
export async function settleRounds(chain: Chain, rounds: readonly bigint[]): Promise<void> {
  const calls: Hex[] = [];
  for (let index = 0; index < rounds.length; index++) {
    const round = rounds[(index * 37) % rounds.length] ?? 0n;
    const stakes = await lockedStakes(chain, 1, round, 0);
    const of = (position: number): [number, number] => [Math.round(4e6 * Math.sin(Number(round) * 7 + position)), 0];
    const scores = scoresWords([of(0), of(1), of(2), of(3), of(4)], stakes.length);
    const report = await chain.signedReport(1, round, 0, 0, stakes, scores);
    calls.push(call(chain, "report", ...report), call(chain, "settle", 1, round, 0, stakes, scores));
  }
  await all(chain, calls);
}

function call(chain: Chain, functionName: string, ...args: unknown[]): Hex {
  return encodeFunctionData({ abi: chain.staking.abi, functionName, args });
}

/** In few transactions. */
async function all({ send, owner }: Chain, calls: readonly Hex[]): Promise<void> {
  for (let first = 0; first < calls.length; first += 32) await send(owner, "multicall", calls.slice(first, first + 32));
}
