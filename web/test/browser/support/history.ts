// Forty days of two tournaments, with a round in every state a reader may meet. It ends now.
import { encodeFunctionData, type Hex } from "viem";
import { type Chain, NANO, NMR, scoresWords } from "../../../../subgraph/test/chain.ts";
import {
  createTournament,
  DISPUTE_WINDOW,
  lockAll,
  lockedStakes,
  modelOf,
  openRound,
  scheduleOf,
} from "../../../../subgraph/test/history.ts";

const DAY = 86_400;
const ONE = 10 ** 9; // a score of 1, 1e-9
const SETTLED_ROUNDS = 5;
const DAYS_BETWEEN = 6;
/** Longer than all that happens, so that it ends in the present. */
export const HISTORY_DAYS = 40;

/** Tournaments of the history. */
export const CLASSIC = 1;
export const SIGNALS = 2;
const POSITIONS = { [CLASSIC]: 28, [SIGNALS]: 12 } as const;

/** Rounds of `CLASSIC`; 1 to 5 are settled. */
export const ROUNDS = { settled: 5n, void: 6n, vetoed: 7n, reported: 8n, locked: 9n, open: 10n } as const;

export const modelName = (index: number): string => `model ${index}`;

/** Plays everything; the chain must have started `HISTORY_DAYS` ago. */
export async function playHistory(chain: Chain): Promise<void> {
  await openTournaments(chain);
  for (let round = 1; round <= SETTLED_ROUNDS; round++) {
    for (const tournament of [CLASSIC, SIGNALS]) await playRound(chain, tournament, BigInt(round));
    if (round === 2) await moveStakes(chain);
    await chain.travelTo((await chain.now()) + DAYS_BETWEEN * DAY);
  }
  await leaveInFlight(chain);
  await chain.travelTo(Math.floor(Date.now() / 1_000));
  for (const [tournament, round] of [
    [CLASSIC, ROUNDS.open],
    [SIGNALS, 6n],
  ] as const) {
    await openRound(chain, tournament, round, 0.05, { settleWithin: 20 * DAY });
  }
}

async function openTournaments(chain: Chain): Promise<void> {
  const { owner, accounts } = chain;
  const stakers = accounts.slice(1, 8);
  for (const staker of stakers) await chain.provide(staker, 100_000n * NMR);
  for (const [tournament, name] of [
    [CLASSIC, "Classic"],
    [SIGNALS, "Signals"],
  ] as const) {
    await createTournament(chain, name, accounts[8] as Hex, { maxRoundsInFlight: 8 });
    await chain.send(owner, "fundReserve", tournament, 20_000n * NMR);
    for (const [at, staker] of stakers.entries()) {
      const own = Array.from({ length: POSITIONS[tournament] }, (_, index) => index).filter(
        (index) => index % 7 === at,
      );
      const calls = own.map((index) => {
        const stake = BigInt(20 + ((index * 37) % 180)) * NMR + BigInt(index) * NANO;
        return encode(chain, "openPosition", tournament, modelOf(modelName(index)), stake, 0n, "0x");
      });
      await chain.send(staker, "multicall", calls);
    }
  }
}

/** Opens, locks, reports and settles a round; about as many gain as lose. */
async function playRound(chain: Chain, tournament: number, round: bigint): Promise<void> {
  await openRound(chain, tournament, round, 0.05);
  await lockAll(chain, tournament, round);
  await chain.travelTo((await scheduleOf(chain, tournament, round)).resolvesAt);
  const [stakes, scores] = await report(chain, tournament, round);
  await chain.travelTo((await chain.now()) + DISPUTE_WINDOW);
  await chain.send(chain.owner, "settle", tournament, round, 0, stakes, scores);
}

/** @returns the words that the batch settles with */
async function report(chain: Chain, tournament: number, round: bigint): Promise<[bigint[], bigint[]]> {
  const stakes = await lockedStakes(chain, tournament, round, 0);
  const seed = Number(round) * 31 + tournament;
  const pairs = Array.from({ length: POSITIONS[tournament as 1 | 2] }, (_, index): [number, number] => [
    ((seed * (index + 3) * 7_919_333) % (ONE / 10)) - ONE / 20,
    ((seed * (index + 5) * 6_700_417) % (ONE / 25)) - ONE / 50,
  ]);
  const scores = scoresWords(pairs, stakes.length);
  await chain.report(chain.owner, tournament, round, 0, 0, stakes, scores);
  return [stakes, scores];
}

/** One is leaving, one has changed its mind, one has left with a part, one has added. */
async function moveStakes(chain: Chain): Promise<void> {
  const { send, accounts } = chain;
  const [, ann, bob, cid, dan] = accounts as [Hex, Hex, Hex, Hex, Hex];
  // Position n of a tournament is the n-th that was opened: each staker's four follow each other.
  await send(ann, "requestWithdrawal", CLASSIC, 0, 10n * NMR);
  await send(bob, "requestWithdrawal", CLASSIC, 4, 5n * NMR);
  await send(bob, "cancelWithdrawal", CLASSIC, 4);
  await send(cid, "requestWithdrawal", CLASSIC, 8, 3n * NMR + NANO);
  await send(cid, "withdraw", CLASSIC, 8, cid);
  await send(dan, "increaseStake", CLASSIC, 12, 12n * NMR + 3n * NANO);
}

async function leaveInFlight(chain: Chain): Promise<void> {
  const { send, owner, accounts } = chain;
  const guardian = accounts[8] as Hex;
  await openRound(chain, CLASSIC, ROUNDS.void, 0.05);
  for (const round of [ROUNDS.vetoed, ROUNDS.reported, ROUNDS.locked]) {
    await openRound(chain, CLASSIC, round, 0.05, { settleWithin: 20 * DAY });
  }
  for (const round of [ROUNDS.vetoed, ROUNDS.reported, ROUNDS.locked]) await lockAll(chain, CLASSIC, round);
  await chain.travelTo((await scheduleOf(chain, CLASSIC, ROUNDS.reported)).resolvesAt);
  await report(chain, CLASSIC, ROUNDS.vetoed);
  await report(chain, CLASSIC, ROUNDS.reported);
  await send(guardian, "veto", CLASSIC, ROUNDS.vetoed, 0);
  await send(owner, "voidRound", CLASSIC, ROUNDS.void);
}

function encode(chain: Chain, functionName: string, ...args: unknown[]): Hex {
  return encodeFunctionData({ abi: chain.staking.abi, functionName, args });
}
