import { expect } from "chai";
import type { AddressLike } from "ethers";
import { unpackStakes } from "../../oracle/src/core/words.ts";
import type { NumeraireStaking } from "../../types/contracts/NumeraireStaking.js";

type Holder = { balanceOf(account: AddressLike): Promise<bigint> };

/** A staking contract and its token, whatever the token is. */
export type Books = { staking: NumeraireStaking; token: Holder };

/** A position, wei. */
export type Held = { active: bigint; pending: bigint };

/** How many views are asked for in one call. */
const CHUNK = 256;

/** Some positions of a tournament, wei. */
export async function stakesAt(
  staking: NumeraireStaking,
  tournament: bigint,
  positions: readonly number[],
): Promise<Held[]> {
  const held: Held[] = [];
  for (let start = 0; start < positions.length; start += CHUNK) {
    const calls = positions
      .slice(start, start + CHUNK)
      .map((position) => staking.interface.encodeFunctionData("stakeOf", [tournament, position]));
    for (const answer of await staking.multicall.staticCall(calls)) {
      const [active, pending] = staking.interface.decodeFunctionResult("stakeOf", answer) as unknown as bigint[];
      held.push({ active: active ?? 0n, pending: pending ?? 0n });
    }
  }
  return held;
}

/** Every position of a tournament, in order, wei. */
export async function positionsOf(staking: NumeraireStaking, tournament: bigint): Promise<Held[]> {
  const { positions } = await staking.tournamentOf(tournament);
  return stakesAt(staking, tournament, [...Array(Number(positions)).keys()]);
}

/** What every view of every tournament is asked, and answers: states that answer the same are the same to all who look. */
export async function everything(staking: NumeraireStaking): Promise<{ questions: string[]; answers: string[] }> {
  const questions: string[] = [];
  const ask = (name: string, args: readonly unknown[]) =>
    questions.push(staking.interface.encodeFunctionData(name as "stakeOf", args as [bigint, bigint]));
  const count = await staking.tournaments();
  ask("tournaments", []);
  for (let tournament = 1n; tournament <= count; ++tournament) {
    const { positions, latestRound, reporterSet } = await staking.tournamentOf(tournament);
    const batches = (positions + 1_023n) / 1_024n;
    ask("tournamentOf", [tournament]);
    ask("reserveOf", [tournament]);
    for (let set = 1n; set <= reporterSet; ++set) ask("reportersOf", [tournament, set]);
    for (let position = 0n; position < positions; ++position) {
      for (const name of ["stakeOf", "stakerOf", "withdrawable"]) ask(name, [tournament, position]);
    }
    for (let batch = 0n; batch < batches; ++batch) ask("stakesOf", [tournament, batch]);
    for (let round = 1n; round <= latestRound; ++round) {
      ask("roundOf", [tournament, round]);
      for (let batch = 0n; batch < batches; ++batch) ask("batchOf", [tournament, round, batch]);
    }
  }
  return { questions, answers: await staking.multicall.staticCall(questions) };
}

/** Σ of what is active and pending in a tournament, wei. Pending is asked for only where somebody ever requested it. */
async function stakedIn(staking: NumeraireStaking, tournament: bigint): Promise<bigint> {
  const { positions } = await staking.tournamentOf(tournament);
  let nano = 0n;
  for (let batch = 0n; batch * 1_024n < positions; ++batch) {
    for (const stake of unpackStakes([...(await staking.stakesOf(tournament, batch))])) nano += stake;
  }
  const requests = await staking.queryFilter(staking.filters.WithdrawalRequested(tournament));
  const leaving = [...new Set(requests.map(({ args }) => Number(args.position)))];
  const held = await stakesAt(staking, tournament, leaving);
  return held.reduce((sum, { pending }) => sum + pending, nano * (await staking.WEI_PER_NANO()));
}

/**
 * S-1, where nobody donated, and S-2: the contract holds what stakers and reserves have, and every reserve covers what
 * is earmarked. `label` tells which of many states it was.
 */
export async function expectBooks({ staking, token }: Books, label = ""): Promise<void> {
  let held = 0n;
  const count = await staking.tournaments();
  for (let tournament = 1n; tournament <= count; ++tournament) {
    const { total, earmarked } = await staking.reserveOf(tournament);
    expect(earmarked, `S-2 ${label}`).to.be.at.most(total);
    held += total + (await stakedIn(staking, tournament));
  }
  expect(await token.balanceOf(staking), `S-1 ${label}`).to.equal(held);
}
