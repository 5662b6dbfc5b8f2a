import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "../reconciler-world.ts";
import { type Fleet, fleetOf } from "./fleet.ts";
import { type Gas, gasOf, minedOf, type Mined } from "./gas.ts";
import { faultsOnChain } from "./judge.ts";
import type { Say } from "./kills.ts";
import { miningOf } from "./mining.ts";
import { anvilWorld, enter, isDone, momentsOf, nameOf, until } from "./moments.ts";
import { announce } from "./rounds.ts";

// Two processes with one operator's keys, as where an update overlaps or somebody tries something out: docs/quorum.md.

export type TwinOptions = {
  readonly rounds: number;
  readonly batches: number;
  readonly blocks: number;
  /** Blocks after which one must have noticed what the other did. */
  readonly alarmWithin: number;
};

export type TwinOutcome = {
  readonly blocks: number;
  readonly gas: Gas;
  /** Transactions that one of them knew nothing of, each seen by the other one. */
  readonly foreign: number;
  /** Blocks from such a transaction's own to the alarm, at most. */
  readonly latestAlarm: number;
  readonly faults: readonly string[];
};

const TWINS = 2;
const BLOCK_MS = 2_000;
/** Left for the last alarm. */
const LAST_BLOCKS = 3;
/** Of the gas of all, percent. */
const MOST_WASTED = 5;

export async function twinSoak(options: TwinOptions, say: Say): Promise<TwinOutcome> {
  const { rounds, batches, alarmWithin } = options;
  const world = await anvilWorld(1, 1, batches);
  const fleet = await fleetOf(world, { operators: TWINS, turnSeconds: 0, isTwins: true });
  const first = await world.chain.getBlockNumber({ cacheTime: 0 });
  /** When each block came, milliseconds. */
  const minedAt = new Map<bigint, number>();
  const mining = miningOf(world, BLOCK_MS, async () => {
    minedAt.set(await world.chain.getBlockNumber({ cacheTime: 0 }), Date.now());
  });
  try {
    mining.start();
    await live(options, { world, fleet, mining }, say);
    await fleet.killAll();
    const { opener } = world;
    const mined = await minedOf(world, [opener, ...world.relayers], first + 1n);
    const gas = gasOf(mined);
    const alarms = alarmsOf(fleet, mined, minedAt);
    return {
      blocks: minedAt.size,
      gas,
      foreign: alarms.length,
      latestAlarm: Math.max(0, ...alarms),
      faults: [
        ...fleet.faults,
        ...gas.faults,
        ...(gas.wasted > MOST_WASTED ? [`${gas.wasted} % of the gas was for nothing`] : []),
        ...alarms.filter((blocks) => blocks > alarmWithin).map((blocks) => `an alarm came after ${blocks} blocks`),
        ...(await faultsOnChain(world, rounds, batches)),
      ],
    };
  } finally {
    await fleet.killAll();
    await mining.stop();
    await world.close();
  }
}

type Twins = { readonly world: World; readonly fleet: Fleet; readonly mining: ReturnType<typeof miningOf> };

async function live(options: TwinOptions, { world, fleet, mining }: Twins, say: Say): Promise<void> {
  const announceToBoth = (index: number): void => {
    if (index < options.rounds) for (let twin = 0; twin < TWINS; twin += 1) announce(world, index, twin);
  };
  fleet.urls.forEach((_, twin) => {
    fleet.start(twin);
  });
  // What happens before a life's first look can't be told from what its own earlier life did.
  await until("both look", async () => (await Promise.all(fleet.urls.map(hasLooked))).every(Boolean));
  announceToBoth(0);
  const moments = momentsOf(world, options.rounds);
  for (const moment of moments) {
    await mining.stop();
    await enter(world, moment);
    if (moment.what === "lock") announceToBoth(moment.index + 1);
    mining.start();
    await sleep((options.blocks * BLOCK_MS) / moments.length);
    await until(nameOf(moment), () => isDone(world, moment, options));
    say(`${nameOf(moment)}: done`);
  }
  await sleep(LAST_BLOCKS * BLOCK_MS);
}

/** Whether it knows the number of its transactions. */
async function hasLooked(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/metrics`).catch(() => null);
  return /^oracle_nonce_confirmed\{.*relayer/m.test((await answer?.text()) ?? "");
}

/** Of every transaction that a twin did not carry out itself: after how many blocks it said so. */
function alarmsOf(fleet: Fleet, mined: readonly Mined[], minedAt: ReadonlyMap<bigint, number>): number[] {
  return [0, 1].flatMap((twin) => {
    const lines = fleet.said(twin);
    const told = lines
      .filter((line) => line.includes('"code":"foreign_transaction"'))
      .map((line) => (JSON.parse(line) as { time: number }).time);
    return mined
      .filter(({ hash }) => !lines.some((line) => line.includes(hash)))
      .map(({ block }) => {
        // Blocks that came at once, to leave time behind, came with the one after them.
        const [, since = 0] = [...minedAt].find(([number]) => number >= block) ?? [];
        const alarm = told.find((time) => time >= since) ?? Infinity;
        const later = [...minedAt.values()].filter((time) => time > since && time <= alarm).length;
        return alarm === Infinity ? Infinity : later;
      });
  });
}
