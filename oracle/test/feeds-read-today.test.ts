import { describe, expect, it } from "vitest";
import { modelId } from "../src/core/models.ts";
import { readRound } from "../src/feeds/read.ts";
import { configuredBody, jsonOf, type Tree } from "./feeds-bodies.ts";
import { MISSING, put } from "./feeds-spoils.ts";

const ONE = 10n ** 9n;
const AFTER = { now: 2_000_000_000 };

describe("a round of today", () => {
  it("is read to the last digit", () => {
    const read = readRound(jsonOf(configuredBody()), AFTER);
    expect(read.round).toEqual({
      tournament: 8,
      number: 700n,
      opensAt: 1717243200,
      closesAt: 1717246800,
      resolvesAt: 1719950400,
      status: "resolved",
      resolved: true,
      terms: { multipliers: [ONE / 2n, 2n * ONE], clip: 50_000_000n, stakeThreshold: 72_000n * ONE, exposure: ONE },
      scoreNames: ["v2_corr20", "mmc"],
    });
    expect(read.details.models).toEqual([
      {
        id: "66a262f2-39c1-13dd-4cc8-0d2337108916",
        name: "model_0",
        model: modelId("66a262f2-39c1-13dd-4cc8-0d2337108916"),
        stake: 1_234_500_000_000n,
        scores: [20_000_000n, 10_000_000n],
        raw: { v2Corr20: "0.02", mmc: "0.01" },
        settled: -1_500_000_000n,
      },
      expect.objectContaining({ stake: 0n, scores: null, raw: { v2Corr20: null, mmc: null }, settled: null }),
      expect.objectContaining({
        stake: 10n * ONE,
        scores: [-9894n, 0n],
        raw: { v2Corr20: "-0.00000989382", mmc: null },
        settled: 1n,
      }),
    ]);
  });

  it("puts the scores in the same order whatever order the feed lists them in", () => {
    const turned = configuredBody();
    const configs = turned["round"]?.["roundScoreConfigs"] as unknown as Tree[];
    configs.reverse();
    const [a, b] = [configuredBody(), turned].map((body) => readRound(jsonOf(body), AFTER));
    expect(b).toEqual({ ...a, raw: expect.anything() as unknown });
    expect(b?.details.digest).toBe(a?.details.digest);
  });

  it("may pay on one score alone", () => {
    const body = configuredBody();
    put(body, "round.roundScoreConfigs[0].isPayout", false);
    const { round: one, details: read } = readRound(jsonOf(body), AFTER);
    expect(one.terms.multipliers).toEqual([2n * ONE, 0n]);
    expect(one.scoreNames).toEqual(["mmc", ""]);
    expect(read.models.map(({ scores }) => scores)).toEqual([[10_000_000n, 0n], null, null]);
    expect(read.models.map(({ raw }) => raw)).toEqual([{ mmc: "0.01" }, { mmc: null }, { mmc: null }]);
  });

  it("may have a clip of 1, and none above", () => {
    const body = configuredBody();
    for (const index of [0, 1]) put(body, `round.roundScoreConfigs[${index}].clipThreshold`, 1);
    expect(readRound(jsonOf(body), AFTER).round.terms.clip).toBe(ONE);
    for (const index of [0, 1]) put(body, `round.roundScoreConfigs[${index}].clipThreshold`, 1.000000001);
    expect(() => readRound(jsonOf(body), AFTER)).toThrow("roundScoreConfigs[0].clipThreshold: 1.000000001 is out of");
  });

  it("takes a version as a number, and a stake that is null for none", () => {
    const body = configuredBody();
    put(body, "round.roundScoreConfigs[0].version", 6);
    put(body, "roundDetails.models[0].selectedStakeValue", null);
    expect(readRound(jsonOf(body), AFTER).details.models[0]?.stake).toBe(0n);
  });

  it.each([
    [1717243199, "upcoming"],
    [1717243200, "open"],
    [1717246799, "open"],
    [1717246800, "resolving"],
    [1719950400, "resolving"],
  ])("is at %i %s while its stakes aren't settled", (now, status) => {
    const body = configuredBody();
    put(body, "round.resolvedStaking", false);
    const read = readRound(jsonOf(body), { now });
    expect([read.round.status, read.round.resolved, read.details.resolved]).toEqual([status, false, false]);
  });

  it("closes when staking does, or when submissions do where that is unknown", () => {
    const body = configuredBody();
    put(body, "round.closeStakingTime", null);
    expect(readRound(jsonOf(body), AFTER).round.closesAt).toBe(1717252200);
    put(body, "round.closeStakingTime", MISSING);
    expect(readRound(jsonOf(body), AFTER).round.closesAt).toBe(1717252200);
  });
});
