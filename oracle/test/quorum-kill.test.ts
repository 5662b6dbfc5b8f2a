import { describe, expect, it } from "vitest";
import { soak } from "./soak/kills.ts";
import { twinSoak } from "./soak/twins.ts";

const SEED = 1 + Math.floor(Math.random() * 2 ** 29);

/** The short form of `npm run soak:kills`. */
describe("operators' processes on a real chain", { timeout: 600_000 }, () => {
  it.each([
    [13, false],
    [12, true],
  ])(
    "of five end a round as if nothing were, killed %i times, the data folder deleted each time: %s",
    async (kills, fresh) => {
      const options = { seed: SEED, kills, operators: 5, quorum: 3, rounds: 1, batches: 2, freshFolder: fresh };
      const outcome = await soak(options, () => undefined);
      expect(outcome.faults, `--seed ${SEED} --kills ${kills} --rounds 1`).toEqual([]);
      expect(outcome.kills).toBe(kills);
      expect(outcome.replayed).toBe(fresh ? 0 : 5);
    },
  );

  it("with the keys of one, two at once, spend no gas on each other", async () => {
    // A busy machine says nothing of how soon the one notices the other.
    const options = { rounds: 1, batches: 2, blocks: 8, alarmWithin: Infinity };
    const { gas, faults } = await twinSoak(options, () => undefined);
    expect(faults).toEqual([]);
    expect(gas.transactions).toBe(4);
  });
});
