import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "../reconciler-world.ts";
import { type Chance, chanceOf } from "../simulation/chance.ts";
import { dataOf, type Fleet, fleetOf } from "./fleet.ts";
import { type Gas, gasOf, minedOf } from "./gas.ts";
import { faultsOnChain, waitingIn } from "./judge.ts";
import { type Listener, listenTo } from "./listener.ts";
import { type Mining, miningOf } from "./mining.ts";
import { anvilWorld, enter, isDone, momentsOf, nameOf, until } from "./moments.ts";
import { replayAll } from "./replays.ts";
import { announce, numberOf } from "./rounds.ts";

// Processes of several operators on a real chain, killed at random moments while rounds overlap: docs/quorum.md.

export type Options = {
  readonly seed: number;
  readonly kills: number;
  readonly operators: number;
  readonly quorum: number;
  readonly rounds: number;
  readonly batches: number;
  /** Delete an operator's data folder whenever it is killed. */
  readonly freshFolder: boolean;
};

export type Outcome = {
  readonly kills: number;
  /** Of a reporter, with at least one signature that was heard or found. */
  readonly signedAttempts: number;
  readonly blocks: bigint;
  readonly gas: Gas;
  /** Rounds of an operator. */
  readonly replayed: number;
  /** Whatever isn't as it should be, one a line. */
  readonly faults: readonly string[];
};

export type Say = (progress: string) => void;

const BLOCK_MS = 150;
/** Seconds of a chain whose every block is at least one of them later. */
const TURN_SECONDS = 4;
const LAST_BLOCKS = 10;
/** About as long as a process takes to start and to take a turn. */
const LIFE_MS = 2_500;

type Soak = {
  readonly options: Options;
  readonly world: World;
  readonly mining: Mining;
  readonly fleet: Fleet;
  readonly listener: Listener;
  readonly chance: Chance;
  /** Kills an operator and gives it a new life. */
  readonly restart: (operator: number) => Promise<void>;
  readonly kills: () => number;
};

/** @throws Error where the rounds don't go on */
export async function soak(options: Options, say: Say): Promise<Outcome> {
  const { operators, quorum, batches } = options;
  const world = await anvilWorld(operators, quorum, batches);
  const mining = miningOf(world, BLOCK_MS);
  const fleet = await fleetOf(world, { operators, turnSeconds: TURN_SECONDS });
  const listener = listenTo(fleet.urls);
  let kills = 0;
  const restart = async (operator: number): Promise<void> => {
    await fleet.kill(operator);
    kills += 1;
    listener.forget(operator);
    listener.read(dataOf(world, operator));
    if (options.freshFolder) rmSync(dataOf(world, operator), { recursive: true, force: true });
    fleet.start(operator);
  };
  const chance = chanceOf(options.seed, "kills");
  try {
    mining.start();
    const running = { options, world, mining, fleet, listener, chance, restart, kills: () => kills };
    await live(running, say);
    return await judged(running);
  } finally {
    await listener.stop();
    await fleet.killAll();
    await mining.stop();
    await world.close();
  }
}

/** All rounds from their opening to their settlement, under fire. */
async function live(running: Soak, say: Say): Promise<void> {
  const { options, world, mining, fleet, listener, chance, restart, kills } = running;
  const places = Array.from({ length: options.operators }, (_, place) => place);
  const announceAll = (index: number): void => {
    if (index >= options.rounds) return;
    for (const place of places) announce(world, index, place);
    listener.rounds.add(numberOf(index));
  };
  announceAll(0);
  places.forEach(fleet.start);
  const moments = momentsOf(world, options.rounds);
  for (const [place, moment] of moments.entries()) {
    const { what, index } = moment;
    await mining.stop();
    await enter(world, moment);
    if (what === "lock") announceAll(index + 1);
    if (what === "report") await spoil(running, index);
    mining.start();
    const due = Math.floor((options.kills * (place + 1)) / moments.length);
    while (kills() < due) {
      await sleep(chance.within(0, LIFE_MS));
      await restart(chance.pick(places));
    }
    await until(nameOf(moment), () => isDone(world, moment, options));
    if (what === "settle") listener.rounds.delete(numberOf(index));
    say(`${nameOf(moment)}: done; ${kills()} of ${options.kills} kills`);
  }
}

/**
 * Of one operator, when it has signed and while nothing gets into a block: a quorum of others having heard its signatures,
 * it is killed and its feed says something else from then on. Whoever forgets, or asks nobody, signs a second time.
 */
async function spoil({ options, world, listener, chance, restart }: Soak, index: number): Promise<void> {
  const { operators, quorum, batches } = options;
  const victim = chance.within(0, operators - 1);
  const reporter = world.reporters[victim];
  if (reporter === undefined) throw new Error(`there is no reporter ${victim}`);
  const round = numberOf(index);
  const everyBatch = (holds: (servers: ReadonlySet<number>) => boolean) => () =>
    Promise.resolve(
      Array.from({ length: batches }, (_, batch) => holds(listener.servedBy(reporter, round, batch))).every(Boolean),
    );
  const where = `round ${round.toString()}: signatures of operator ${victim}`;
  await until(
    `${where} are heard`,
    everyBatch((servers) => [...servers].filter((server) => server !== victim).length >= quorum),
  );
  announce(world, index, victim, true);
  await restart(victim);
  await until(
    `${where} are its own in its next life`,
    everyBatch((servers) => servers.has(victim)),
  );
}

async function judged({ options, world, fleet, listener, kills }: Soak): Promise<Outcome> {
  const { rounds, batches, operators, quorum, freshFolder } = options;
  await fleet.killAll();
  await listener.stop();
  for (let operator = 0; operator < operators; operator += 1) listener.read(dataOf(world, operator));
  // What nobody pushes any more has to get into these blocks by itself.
  await world.chain.mine({ blocks: LAST_BLOCKS });
  const waiting = await waitingIn(world);
  const heard = listener.attempts;
  const atLeast = rounds * batches * quorum;
  const replays = freshFolder ? { replayed: 0, faults: [] } : await replayAll(fleet.configs, rounds);
  const gas = gasOf(await minedOf(world, world.relayers));
  return {
    kills: kills(),
    signedAttempts: heard,
    blocks: await world.chain.getBlockNumber({ cacheTime: 0 }),
    gas,
    replayed: replays.replayed,
    faults: [
      ...fleet.faults,
      ...listener.contradictions.map((said) => `two scores signed for one attempt: ${said}`),
      ...(heard < atLeast ? [`signatures for ${heard} attempts were heard, ${atLeast} were needed`] : []),
      ...(waiting > 0 ? [`${waiting} transactions are stuck in the pool`] : []),
      ...gas.faults,
      ...(await faultsOnChain(world, rounds, batches)),
      ...replays.faults,
    ],
  };
}
