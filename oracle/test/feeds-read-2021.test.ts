import { describe, expect, it } from "vitest";
import { readRound, readRounds } from "../src/feeds/read.ts";
import { termsOfOwnMultipliers } from "../src/feeds/scores.ts";
import { jsonOf, ownMultipliersBody } from "./feeds-bodies.ts";

const ONE = 10n ** 9n;
const AFTER = { now: 2_000_000_000 };

describe("a round of 2021", () => {
  it("has the models' multipliers inside the scores", () => {
    const { round: read, details: rows } = readRound(jsonOf(ownMultipliersBody()), AFTER);
    expect(rows.models.map(({ scores }) => scores)).toEqual([
      [20_000_000n, 20_000_000n],
      null,
      [-300_000_000n, -10_000_000n],
    ]);
    expect(rows.models.slice(0, 2).map(({ raw }) => raw)).toEqual([
      { corr: "0.02", corrMultiplier: "1", mmc: "0.01", mmcMultiplier: "2" },
      { corr: null, corrMultiplier: "1", mmc: null, mmcMultiplier: "0" },
    ]);
    expect(rows.models[0]?.stake).toBe(100_000_000_000n);
    expect(read.scoreNames).toEqual(["corr", "mmc"]);
    // Half of 100 + 0.1 + 0.01 NMR.
    expect(read.terms).toEqual({
      multipliers: [ONE, ONE],
      clip: ONE / 4n,
      stakeThreshold: 50_055_000_000n,
      exposure: ONE,
    });
  });

  it("has in a list, where nothing is known of its stakes, the threshold that is published", () => {
    const [read] = readRounds(jsonOf({ rounds: [ownMultipliersBody()["round"]] }), AFTER).rounds;
    expect(read?.terms.stakeThreshold).toBe(72_000n * ONE);
  });

  it.each([
    ["1", 0n],
    ["1.5", 0n],
    ["1.0000", 0n],
    ["0.8058553", 805_855_299n],
    ["1e-9", 0n],
    ["0.9999999999999999999", 999_999_998n],
  ])("turns a factor of %s into a threshold, rounded down", (factor, threshold) => {
    expect(termsOfOwnMultipliers(factor, 999_999_999n).stakeThreshold).toBe(threshold);
  });
});
