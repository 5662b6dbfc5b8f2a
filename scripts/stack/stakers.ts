import type { NetworkConnection } from "hardhat/types/network";
import { modelId } from "../../oracle/src/core/models.ts";
import { nanoFromDecimalDown, nanoFromWei, weiFromNano } from "../../oracle/src/core/units.ts";
import { POSITIONS_PER_BATCH, unpackStakes } from "../../oracle/src/core/words.ts";
import type { SimulatedRound, Source } from "../../oracle/src/simulator/source.ts";
import type { Contracts } from "../support/contracts.ts";
import { mined } from "../support/mined.ts";
import type { Say } from "../support/terminal.ts";

/** Calls a transaction: of 45,000 to 75,000 gas each, under the 16,777,216 of a transaction. */
const CALLS_PER_TRANSACTION = 150;
const GAS_LIMIT = 16_000_000n;
/** A round burns a quarter of a stake at most; two overlap here at their worst. */
const MOST_BURNED = 2n;

/** What the stakers do by themselves: before each round they bring their stakes to where the source says they were. */
export type Stakers = {
  /** Returns the number of calls that it took. */
  prepare(round: SimulatedRound, say: Say): Promise<number>;
};

/** Stakes of a round by model, nano-NMR. */
export function stakesOf(round: SimulatedRound): Map<string, bigint> {
  return new Map(round.models().map(({ id, stake }) => [modelId(id), nanoFromDecimalDown(stake, `stake of ${id}`)]));
}

/**
 * What stakers can need at most, by staker, nano-NMR: every raise from one round to the next, and what a round may have
 * burned of a stake before it.
 */
export function needsOf({ rounds }: Source, stakers: number): bigint[] {
  const needs = new Array<bigint>(stakers).fill(0n);
  let before = new Map<string, bigint>();
  for (const round of rounds) {
    const stakes = stakesOf(round);
    for (const [model, stake] of stakes) {
      const staker = stakerOf(model, stakers);
      const held = before.get(model) ?? 0n;
      const raise = stake > held ? stake - held : 0n;
      needs[staker] = (needs[staker] ?? 0n) + raise + held / MOST_BURNED;
    }
    before = stakes;
  }
  return needs;
}

/** A few stakers have many models, many have few. */
function stakerOf(model: string, stakers: number): number {
  const uniform = Number(BigInt(model.slice(0, 10))) / 2 ** 32;
  return Math.floor(stakers * uniform ** 2);
}

export function newStakers(
  { ethers }: NetworkConnection,
  { staking }: Contracts,
  tournament: number,
  addresses: readonly string[],
): Stakers {
  /** Position by model. */
  const positions = new Map<string, number>();
  const leaving = new Set<string>();
  const encode = staking.interface.encodeFunctionData.bind(staking.interface);

  async function activeStakes(): Promise<bigint[]> {
    const batches = Math.ceil(positions.size / POSITIONS_PER_BATCH);
    const words = [];
    for (let batch = 0; batch < batches; batch++) words.push(...(await staking.stakesOf(tournament, batch)));
    return unpackStakes(words);
  }

  /** What is pending is taken out where it is free, and taken back first where it is not. */
  async function settlePending(model: string, number: number, active: bigint) {
    if (!leaving.delete(model)) return { calls: [], active };
    const { pending } = await staking.stakeOf(tournament, number);
    if (pending === 0n) return { calls: [], active };
    const free = (await staking.withdrawable(tournament, number)) > 0n;
    const staker = await staking.stakerOf(tournament, number);
    if (free) return { calls: [encode("withdraw", [tournament, number, staker])], active };
    return {
      calls: [encode("cancelWithdrawal", [tournament, number])],
      active: active + nanoFromWei(pending, "pending"),
    };
  }

  async function callsFor(model: string, target: bigint, active: readonly bigint[]): Promise<string[]> {
    const position = positions.get(model);
    if (position === undefined) {
      return target === 0n ? [] : [encode("openPosition", [tournament, model, weiFromNano(target), 0n, "0x"])];
    }
    const settled = await settlePending(model, position, active[position] ?? 0n);
    const change = target - settled.active;
    if (change > 0n) return [...settled.calls, encode("increaseStake", [tournament, position, weiFromNano(change)])];
    if (change === 0n) return settled.calls;
    leaving.add(model);
    return [...settled.calls, encode("requestWithdrawal", [tournament, position, weiFromNano(-change)])];
  }

  return {
    async prepare(round, say) {
      const targets = stakesOf(round);
      for (const model of positions.keys()) if (!targets.has(model)) targets.set(model, 0n);
      const active = await activeStakes();
      const plans = addresses.map((address) => ({ address, calls: [] as string[] }));
      for (const [model, target] of targets) {
        plans[stakerOf(model, plans.length)]?.calls.push(...(await callsFor(model, target, active)));
      }
      const total = plans.reduce((sum, { calls }) => sum + calls.length, 0);
      let done = 0;
      for (const { address, calls: own } of plans) {
        const signer = await ethers.getSigner(address);
        for (let start = 0; start < own.length; start += CALLS_PER_TRANSACTION) {
          const chunk = own.slice(start, start + CALLS_PER_TRANSACTION);
          await mined(staking.connect(signer).multicall(chunk, { gasLimit: GAS_LIMIT }));
          done += chunk.length;
          say(`${done} of ${total}`);
        }
      }
      for (const { args } of await staking.queryFilter(staking.filters.PositionOpened(tournament))) {
        positions.set(args.model, Number(args.position));
      }
      return total;
    },
  };
}
