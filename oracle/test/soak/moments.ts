import { setTimeout as sleep } from "node:timers/promises";
import { startNode } from "../../../scripts/stack/clients.ts";
import { buildWorld, TOURNAMENT, type World } from "../reconciler-world.ts";
import { numberOf, timesOf } from "./rounds.ts";

const STARTS_AT = 1_900_000_000;
const [OPEN, LOCKED, SETTLED] = [1, 3, 4];
/** Blocks until anvil calls one final. */
const FINAL = 64;
const PATIENCE_MS = 180_000;

/** Something that is due at a time of the chain's. */
export type Moment = {
  readonly time: number;
  readonly what: "open" | "lock" | "report" | "settle";
  readonly index: number;
};

type Size = { readonly rounds: number; readonly batches: number };

/** Anvil with the contracts, and nothing in a block until somebody mines. */
export async function anvilWorld(operators: number, quorum: number, batches: number): Promise<World> {
  const startAnvil = () => startNode("anvil", 0, STARTS_AT, () => undefined);
  // Enough for hundreds of rounds that all pay.
  const reserve = 1_000_000n;
  const positions = (batches - 1) * 1_024 + 3;
  const world = await buildWorld({ positions, operators, quorum, reserve, startNode: startAnvil });
  await world.chain.setAutomine(false);
  return world;
}

/** What is due, in the order of time; from the second round on a round opens while the one before it is locked. */
export function momentsOf(world: World, rounds: number): Moment[] {
  const each = Array.from({ length: rounds }, (_, index): Moment[] => {
    const { closesAt, resolvesAt, settlesAt } = timesOf(world, index);
    return [
      { time: closesAt, what: "lock", index },
      { time: resolvesAt, what: "report", index },
      { time: settlesAt, what: "settle", index },
    ];
  });
  const opening: Moment = { time: world.times.opensAt, what: "open", index: 0 };
  return [opening, ...each.flat().toSorted((one, other) => one.time - other.time)];
}

export async function isDone({ chain, staking }: World, { what, index }: Moment, { rounds, batches }: Size) {
  const read = (round: number) =>
    chain.readContract({ ...staking, functionName: "roundOf", args: [TOURNAMENT, numberOf(round)] });
  const round = await read(index);
  switch (what) {
    case "open":
      return round.state >= OPEN;
    case "lock":
      return round.state >= LOCKED && (index + 1 === rounds || (await read(index + 1)).state >= OPEN);
    case "report":
      return round.reportedBatches === batches || round.state === SETTLED;
    case "settle":
      return round.state === SETTLED;
  }
}

/** Lets the moment come, and all before it be final. */
export async function enter({ moveTo, chain }: World, { time }: Moment): Promise<void> {
  // On a slow machine the chain's own clock may be there already.
  const { timestamp } = await chain.getBlock();
  if (time > timestamp) await moveTo(time);
  await chain.mine({ blocks: FINAL });
}

export function nameOf({ what, index }: Moment): string {
  return `${what} round ${numberOf(index).toString()}`;
}

/** @throws Error where it doesn't come to that */
export async function until(what: string, reached: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + PATIENCE_MS;
  while (!(await reached())) {
    if (Date.now() > giveUpAt) throw new Error(`${what}: not within ${PATIENCE_MS / 1_000} s`);
    await sleep(50);
  }
}
