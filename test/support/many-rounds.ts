import { mined } from "../../scripts/support/mined.ts";
import { at } from "./rounds.ts";
import { CLASSIC_TERMS, type Deployment, schedule, type Schedule } from "./staking.ts";

/** Opens so many rounds and locks one batch of each, all on one schedule. */
export async function lockRounds(
  d: Deployment,
  tournament: bigint,
  first: bigint,
  count: bigint,
  batch = 0,
): Promise<Schedule> {
  const times = await schedule(d);
  const { interface: abi } = d.staking;
  await each(d, first, count, (round) =>
    abi.encodeFunctionData("openRound", [tournament, round, CLASSIC_TERMS, times]),
  );
  await at(d, times.closesAt);
  await each(d, first, count, (round) => abi.encodeFunctionData("lock", [tournament, round, batch]));
  return times;
}

/** Voids so many rounds. */
export async function voidRounds(d: Deployment, tournament: bigint, first: bigint, count: bigint): Promise<void> {
  await each(d, first, count, (round) => d.staking.interface.encodeFunctionData("voidRound", [tournament, round]));
}

/** A call for each of so many rounds, fifty a transaction. */
async function each(d: Deployment, first: bigint, count: bigint, call: (round: bigint) => string): Promise<void> {
  const calls = Array.from({ length: Number(count) }, (_, index) => call(first + BigInt(index)));
  for (let start = 0; start < calls.length; start += 50) {
    await mined(d.staking.multicall(calls.slice(start, start + 50)));
  }
}
