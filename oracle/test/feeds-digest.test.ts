import { describe, expect, it } from "vitest";
import { readRound } from "../src/feeds/read.ts";
import { configuredBody, jsonOf } from "./feeds-bodies.ts";
import { changed } from "./feeds-spoils.ts";

describe("the digest", () => {
  const digest = (...changes: [path: string, value: unknown][]): string =>
    readRound(jsonOf(changed(configuredBody(), ...changes)), { now: 2_000_000_000 }).details.digest;

  it("is the same for the same values, whatever their writing, order and surroundings", () => {
    const models = configuredBody()["roundDetails"]?.["models"];
    expect(digest()).toMatch(/^0x[0-9a-f]{64}$/);
    expect(digest(["roundDetails.models", models?.toReversed()])).toBe(digest());
    expect(digest(["roundDetails.models[0].selectedStakeValue", "1234.50"])).toBe(digest());
    expect(digest(["roundDetails.models[0].mmc", 0.0100000000001])).toBe(digest());
    expect(digest(["roundDetails.models[0].fncV3", 0.5])).toBe(digest());
    expect(digest(["roundDetails.totalPayout", 7])).toBe(digest());
  });

  it.each<[string, ...[path: string, value: unknown][]]>([
    ["a score", ["roundDetails.models[0].mmc", 0.010000001]],
    ["a score that appears", ["roundDetails.models[1].mmc", 0]],
    ["a stake", ["roundDetails.models[0].selectedStakeValue", "1234.500000001"]],
    ["a payout", ["roundDetails.models[0].payoutSettled", "-1.500000001"]],
    ["a name", ["roundDetails.models[0].modelName", "x"]],
    ["a model", ["roundDetails.models[0].id", "76a262f2-39c1-13dd-4cc8-0d2337108916"]],
    ["the state", ["round.resolvedStaking", false], ["roundDetails.roundResolved", false]],
    ["the number", ["round.number", 701], ["roundDetails.roundNumber", 701]],
    ["which score it is", ["round.roundScoreConfigs[0].isPayout", false]],
  ])("changes with %s", (_, ...changes) => {
    expect(digest(...changes)).not.toBe(digest());
  });
});
