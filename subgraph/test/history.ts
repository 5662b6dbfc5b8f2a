// A small history with everything in it that an index can get wrong.
import { encodeFunctionData, type Hex, keccak256, toHex, zeroAddress } from "viem";
import { type Chain, NANO, NMR, scoresWords } from "./chain.ts";

const LIMITS = { maxClip: 10n ** 9n, maxExposure: 10n ** 9n, maxRoundsInFlight: 4 };
const ONE = 10 ** 9; // a score of 1, 1e-9
export const DISPUTE_WINDOW = 600;

export const modelOf = (name: string): Hex => keccak256(toHex(name));

/** Plays a tournament up to the first settled round, which has a veto, cut burns and a leaver. */
export async function playFirstHalf(chain: Chain): Promise<void> {
  const { send, owner, accounts } = chain;
  const [, ann, bob, cid, guardian] = accounts as [Hex, Hex, Hex, Hex, Hex];
  for (const account of [ann, bob, cid]) await chain.provide(account, 10_000n * NMR);

  await createTournament(chain, "Crypto", guardian);
  await createTournament(chain, "Signals \u{1f40b}", guardian);
  await send(owner, "fundReserve", 1, 5_000n * NMR);
  await send(owner, "fundReserve", 2, 100n * NMR);
  await send(owner, "withdrawReserve", 2, 40n * NMR + NANO, bob);
  await send(owner, "transferOrganizer", 2, ann);
  await send(ann, "acceptOrganizer", 2);
  await send(ann, "transferOrganizer", 2, bob);
  await send(ann, "transferOrganizer", 2, zeroAddress);

  // Tournament 1: positions 0 to 5; what is left of each when the round settles decides how its burn or reward goes.
  for (const [staker, name, amount] of [
    [ann, "ann", 100n * NMR],
    [bob, "bob", 200n * NMR + 7n * NANO],
    [cid, "cid", 300n * NMR],
    [ann, "ann 2", 50n * NMR],
    [bob, "bob 2", 60n * NMR],
    [cid, "cid 2", 70n * NMR],
  ] as const) {
    await send(staker, "openPosition", 1, modelOf(name), amount, 0n, "0x");
  }
  await send(ann, "openPosition", 2, modelOf("ann"), 10n * NMR, 0n, "0x");
  await send(ann, "increaseStake", 1, 0, 11n * NMR + 3n * NANO);
  await send(bob, "requestWithdrawal", 1, 1, 30n * NMR);
  await send(bob, "cancelWithdrawal", 1, 1);
  await send(cid, "requestWithdrawal", 1, 2, 20n * NMR);
  await send(cid, "requestWithdrawal", 1, 2, 5n * NMR + NANO);
  await send(cid, "withdraw", 1, 2, bob);

  // A second round holds the same stakes, so that the first to settle leaves too little for it to burn.
  await openRound(chain, 1, 7n, 0.5);
  await openRound(chain, 1, 9n, 1);
  await lockAll(chain, 1, 7n);
  await lockAll(chain, 1, 9n);
  await send(ann, "requestWithdrawal", 1, 0, 111n * NMR + 3n * NANO); // all of it: a reward goes to pending
  await send(bob, "requestWithdrawal", 1, 1, 199n * NMR); // a burn takes active, then pending
  await send(ann, "openPosition", 1, modelOf("late"), 5n * NMR, 0n, "0x"); // its batch is locked already

  const wrong = scoresWords([[ONE, ONE]], 2);
  const scores = scoresWords(
    [
      [ONE / 4, 0], // a reward, to pending
      [-ONE / 2, -ONE / 2], // a burn over active and pending
      [123_456_789, -987_654_321],
      [-2 * ONE, -2 * ONE], // clipped
      [0, 0], // not scored
      [0.3 * ONE, 7],
    ],
    2,
  );
  await chain.travelTo((await scheduleOf(chain, 1, 7n)).resolvesAt);
  const stakes = await lockedStakes(chain, 1, 7n, 0);
  await chain.report(cid, 1, 7n, 0, 0, stakes, wrong);
  await send(guardian, "veto", 1, 7n, 0);
  await chain.report(cid, 1, 7n, 0, 1, stakes, scores);
  await chain.travelTo((await chain.now()) + DISPUTE_WINDOW);
  await send(ann, "settle", 1, 7n, 0, stakes, scores);
}

/** Settles the second round, where burns are cut, and voids two more in different states. */
export async function playSecondHalf(chain: Chain): Promise<void> {
  const { send, accounts } = chain;
  const [, ann, bob, cid] = accounts as [Hex, Hex, Hex, Hex];

  const stakes = await lockedStakes(chain, 1, 9n, 0);
  const scores = scoresWords(
    [0, 1, 2, 3, 4, 5].map((position): [number, number] => (position === 5 ? [ONE, ONE] : [-ONE, -ONE])),
    2,
  );
  await chain.report(bob, 1, 9n, 0, 0, stakes, scores);
  await chain.travelTo((await chain.now()) + DISPUTE_WINDOW);
  await send(bob, "settle", 1, 9n, 0, stakes, scores);
  for (const [staker, position] of [
    [ann, 0],
    [bob, 1],
  ] as const) {
    const [, pending] = await chain.read<[bigint, bigint]>("stakeOf", 1, position);
    if (pending > 0n) await send(staker, "withdraw", 1, position, staker);
  }
  await send(cid, "requestWithdrawal", 1, 5, NMR);

  await openRound(chain, 1, 10n, 0.1);
  await openRound(chain, 1, 11n, 0.1);
  await openRound(chain, 2, 1n, 0.1, { organizer: ann });
  await lockAll(chain, 1, 10n);
  await chain.travelTo((await scheduleOf(chain, 1, 10n)).resolvesAt);
  await chain.report(bob, 1, 10n, 0, 0, await lockedStakes(chain, 1, 10n, 0), scoresWords([], 2));
  await chain.travelTo((await scheduleOf(chain, 1, 11n)).settledBy);
  await send(bob, "voidRound", 1, 10n); // locked and reported
  await send(bob, "voidRound", 1, 11n); // never locked
  await send(bob, "voidRound", 2, 1n);
}

/** A round over two batches: a position joins while it locks, another comes too late, one batch is settled, then void. */
export async function playManyPositions(chain: Chain): Promise<void> {
  const { send, owner, accounts } = chain;
  const guardian = accounts[4] as Hex;
  await createTournament(chain, "Many", guardian);
  const tournament = 3;
  await send(owner, "fundReserve", tournament, 10_000n * NMR);
  const open = (from: number, to: number) => openPositions(chain, tournament, from, to);
  await open(0, 1_026);

  for (const round of [1n, 2n]) await openRound(chain, tournament, round, 0.25);
  await chain.travelTo((await scheduleOf(chain, tournament, 1n)).closesAt);
  await send(owner, "lock", tournament, 1n, 0);
  await open(1_026, 1_027); // joins batch 1 of round 1
  await send(owner, "lock", tournament, 1n, 1);
  await open(1_027, 1_031); // joins the same batches later, too late for round 1
  for (const batch of [1, 0]) await send(owner, "lock", tournament, 2n, batch);

  await chain.travelTo((await scheduleOf(chain, tournament, 1n)).resolvesAt);
  const all = { 1: [] as [bigint[], bigint[]][], 2: [] as [bigint[], bigint[]][] };
  for (const round of [1, 2] as const) {
    for (const batch of [0, 1]) {
      const stakes = await lockedStakes(chain, tournament, BigInt(round), batch);
      const scores = scoresWords(
        Array.from({ length: 4 * stakes.length }, (_, lane): [number, number] =>
          // The last batch is only scored where there are positions; lanes beyond them must stay empty.
          batch === 1 && lane > 3 ? [0, 0] : [(lane * 7_919_333) % ONE, -((lane * 104_729_111) % ONE)],
        ),
        stakes.length,
      );
      await chain.report(owner, tournament, BigInt(round), batch, 0, stakes, scores);
      all[round].push([stakes, scores]);
    }
  }
  await chain.travelTo((await chain.now()) + DISPUTE_WINDOW);
  for (const [batch, words] of all[1].entries()) await send(owner, "settle", tournament, 1n, batch, ...words);
  await send(owner, "settle", tournament, 2n, 1, ...(all[2][1] ?? []));
  await chain.travelTo((await scheduleOf(chain, tournament, 2n)).settledBy);
  await send(owner, "voidRound", tournament, 2n); // half settled
}

/** Opens positions of one staker, many to a transaction. */
export async function openPositions(
  chain: Chain,
  tournament: number,
  from: number,
  to: number,
  atOnce = 16,
): Promise<void> {
  const { owner, send, staking } = chain;
  for (let first = from; first < to; first += atOnce) {
    const calls = [];
    for (let index = first; index < Math.min(first + atOnce, to); index++) {
      const args = [tournament, modelOf(`model ${index}`), NMR + BigInt(index) * NANO, 0n, "0x"];
      calls.push(encodeFunctionData({ abi: staking.abi, functionName: "openPosition", args }));
    }
    await send(owner, "multicall", calls);
  }
}

export async function createTournament(chain: Chain, name: string, guardian: Hex, more: object = {}): Promise<void> {
  const reporters = chain.reporters.map((reporter) => reporter.address);
  const limits = { ...LIMITS, maxDuration: 30 * 86_400, minDisputeWindow: 0, ...more };
  await chain.send(chain.owner, "createTournament", name, limits, guardian, zeroAddress, NANO, reporters, 2);
}

/** Opens a round that closes in an hour; clip as a fraction. */
export async function openRound(
  chain: Chain,
  tournament: number,
  round: bigint,
  clip: number,
  {
    organizer = chain.owner,
    terms = {},
    settleWithin = 86_400,
  }: { organizer?: Hex; terms?: object; settleWithin?: number } = {},
): Promise<void> {
  const closesAt = (await chain.now()) + 3_700;
  const usualTerms = {
    multipliers: [500_000_000n, 2_000_000_000n],
    clip: BigInt(clip * ONE),
    stakeThreshold: 500n * ONE_NMR_IN_NANO,
    exposure: 900_000_001n,
  };
  const schedule = {
    closesAt,
    lockedBy: closesAt + 3_600,
    resolvesAt: closesAt + 7_200,
    settledBy: closesAt + 7_200 + settleWithin,
    disputeWindow: DISPUTE_WINDOW,
  };
  await chain.send(organizer, "openRound", tournament, round, { ...usualTerms, ...terms }, schedule);
}

const ONE_NMR_IN_NANO = 10n ** 9n;

interface Schedule {
  closesAt: number;
  resolvesAt: number;
  settledBy: number;
}

export async function scheduleOf(chain: Chain, tournament: number, round: bigint): Promise<Schedule> {
  return (await chain.read<{ schedule: Schedule }>("roundOf", tournament, round)).schedule;
}

export async function lockAll(chain: Chain, tournament: number, round: bigint): Promise<void> {
  const { closesAt } = await scheduleOf(chain, tournament, round);
  if ((await chain.now()) < closesAt) await chain.travelTo(closesAt);
  const { positions } = await chain.read<{ positions: number }>("tournamentOf", tournament);
  for (let batch = 0; batch * 1024 < positions; batch++)
    await chain.send(chain.owner, "lock", tournament, round, batch);
}

/** The stakes words of a batch's lock, from the chain's events. */
export async function lockedStakes(chain: Chain, tournament: number, round: bigint, batch: number): Promise<bigint[]> {
  const logs = await chain.client.getContractEvents({
    abi: chain.staking.abi,
    address: chain.address,
    eventName: "BatchLocked",
    args: { tournament, round, batch } as never,
    fromBlock: 0n,
  });
  return [...(logs[0] as unknown as { args: { stakes: bigint[] } }).args.stakes];
}
