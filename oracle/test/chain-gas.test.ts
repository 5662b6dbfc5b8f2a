import { describe, expect, it } from "vitest";
import { MAX_GAS } from "../src/chain/bundles.ts";
import { buildWorld } from "./reconciler-world.ts";
import { chanceOf } from "./simulation/chance.ts";
import { gasOf, minedOf } from "./soak/gas.ts";

const SEED = 1 + Math.floor(Math.random() * 2 ** 29);
const HOUR = 3_600;
const SETTLED = 4;

describe("gas limits on a real chain", { timeout: 300_000 }, () => {
  it.each([
    ["a position or few", 1, 8],
    ["part of a batch", 9, 1_023],
    ["two batches, the second of any size", 1_025, 1_500],
  ])("suffice for a whole round, whatever it pays to whom: %s", async (_, least, most) => {
    const chance = chanceOf(SEED, `${least}`);
    const world = await buildWorld({ positions: chance.within(least, most) });
    try {
      // Whom a reward, a burn or nothing falls to decides which slots are written, and which calldata is zero.
      const rewarded = chance.within(0, 10) / 10;
      world.writeRound((file) => {
        const models = file.roundDetails.models.map((model) => {
          const size = chance.is(0.2) ? 0 : chance.within(1, 90_000_000) / 1e9;
          const score = chance.is(rewarded) ? size : -size;
          return { ...model, v2Corr20: score, mmc: score / 10 };
        });
        return { ...file, roundDetails: { ...file.roundDetails, models } };
      });
      const node = world.oracle();
      const { closesAt, resolvesAt } = world.times;
      for (const time of [world.times.opensAt, closesAt, resolvesAt, resolvesAt + 2 * HOUR]) {
        await world.moveTo(time);
        expect((await node.reconciler.tick()).failures).toEqual([]);
      }
      expect((await world.round()).state, `seed ${SEED}`).toBe(SETTLED);
      const mined = await minedOf(world, [world.relayer]);
      const { reverted, nearest, faults } = gasOf(mined);
      expect({ reverted, faults }, `seed ${SEED}`).toEqual({ reverted: 0, faults: [] });
      expect(mined.length).toBeGreaterThanOrEqual(3);
      for (const { gas } of mined) expect(gas).toBeLessThanOrEqual(MAX_GAS);
      // Whoever comes first to a slot pays more than the rehearsal: some of the limit must be left.
      expect(nearest, `seed ${SEED}`).toBeLessThan(90);
    } finally {
      await world.close();
    }
  });
});
