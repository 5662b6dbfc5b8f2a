import type { Hex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Oracle } from "../src/service/oracle.ts";
import { buildWorld, type World } from "./reconciler-world.ts";
import { chanceOf } from "./simulation/chance.ts";

const SEED = 1 + Math.floor(Math.random() * 2 ** 29);
const HOUR = 3_600;
const DEEPEST = 7;
const REORGANISATIONS = 200;
/** Blocks after which what was taken away must stand again. */
const MOST_BLOCKS = 2;

describe("reorganisations of a real chain", { timeout: 300_000 }, () => {
  let world: World;
  let clean: Hex;
  beforeAll(async () => {
    world = await buildWorld({ positions: 5 });
    await world.chain.setAutomine(false);
    clean = await world.chain.snapshot();
  }, 60_000);
  afterAll(() => world.close());

  /** What is due at which time, and how it is seen that it is done. */
  const phases = (): readonly [number, () => Promise<boolean>][] => {
    const { opensAt, closesAt, resolvesAt } = world.times;
    return [
      [opensAt, async () => (await world.round()).state === 1],
      [closesAt, async () => (await world.round()).state === 3],
      [resolvesAt, async () => (await world.round()).reportedBatches === 1],
      [resolvesAt + 2 * HOUR, async () => (await world.round()).state === 4],
    ];
  };

  /** The node takes turns, a block after each, until it is done; gives how many blocks it took. */
  const untilDone = async (node: Oracle, isDone: () => Promise<boolean>): Promise<number> => {
    for (let blocks = 0; blocks <= MOST_BLOCKS; blocks += 1) {
      if (await isDone()) return blocks;
      await node.reconciler.tick();
      await world.chain.mine({ blocks: 1 });
    }
    return Infinity;
  };

  const ending = async () => {
    const { rewarded, burned, staked, earmarked } = await world.round();
    const events = (await world.events()).toSorted();
    return {
      rewarded,
      burned,
      staked,
      earmarked,
      events,
      stakes: await world.stakes(),
      payouts: await world.payouts(),
    };
  };

  it("are made up for within two blocks, and change nothing in the end", async () => {
    const options = { receiptTimeoutMs: 100 };
    const calm = world.oracle(options);
    for (const [time, isDone] of phases()) {
      await world.moveTo(time);
      expect(await untilDone(calm, isDone)).toBeLessThanOrEqual(MOST_BLOCKS);
    }
    const undisturbed = await ending();
    await world.chain.revert({ id: clean });

    const chance = chanceOf(SEED, "reorganisations");
    const node = world.oracle(options);
    for (const [time, isDone] of phases()) {
      await world.moveTo(time);
      for (let count = 0; count < REORGANISATIONS / 4; count += 1) {
        const before = await world.chain.snapshot();
        const depth = chance.within(1, DEEPEST);
        expect(await untilDone(node, isDone), `seed ${SEED}`).toBeLessThanOrEqual(MOST_BLOCKS);
        await world.chain.mine({ blocks: depth });
        if (chance.is(0.5)) await node.reconciler.tick();
        await world.chain.revert({ id: before });
        // The other branch is longer, and its blocks are others: their times differ.
        const { timestamp } = await world.chain.getBlock();
        await world.chain.setNextBlockTimestamp({ timestamp: timestamp + BigInt(chance.within(2, 9)) });
        await world.chain.mine({ blocks: depth + MOST_BLOCKS + 1 });
        expect(await isDone()).toBe(false);
      }
      expect(await untilDone(node, isDone), `seed ${SEED}`).toBeLessThanOrEqual(MOST_BLOCKS);
    }
    expect(await ending(), `seed ${SEED}`).toEqual(undisturbed);
  });
});
