import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import { type Gate, isAtRisk } from "../src/feeds/gates.ts";
import { performancesQueries, withPerformances } from "../src/feeds/performances.ts";
import { readRound } from "../src/feeds/read.ts";
import { configuredBody, jsonOf } from "./feeds-bodies.ts";
import { changed, MISSING } from "./feeds-spoils.ts";

const AFTER = { now: 2_000_000_000 };
const MODEL = "roundDetails.models[0]";
const GATED: [string, unknown][] = [
  [`${MODEL}.prevWeekChurnMax`, 0.1],
  [`${MODEL}.churnThreshold`, 0.15],
  [`${MODEL}.prevWeekTurnoverMax`, 0.2],
  [`${MODEL}.turnoverThreshold`, 0.25],
];

function gate(measure: string | null, limit: string): Gate {
  return {
    measure: { name: "measure", text: measure, field: "row.measure" },
    limit: { name: "limit", text: limit, field: "row.limit" },
  };
}

describe("a gate", () => {
  it.each<[string | null, string, boolean]>([
    ["0.15", "0.15", false],
    ["0.149999999999999999999999999999", "0.15", true],
    ["0.150000000000000000000000000001", "0.15", false],
    ["1.5e-1", "0.15", false],
    ["0", "0.15", true],
    ["0", "0", false],
    ["1e300", "0.15", false],
    [null, "0.15", false],
  ])("with a measure of %s and a limit of %s lets through: %s", (measure, limit, expected) => {
    expect(isAtRisk([gate(measure, limit)])).toBe(expected);
  });

  it("lets through what is below its limit, for whole numbers of millionths", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (measure, limit) => {
        expect(isAtRisk([gate(`${measure}e-6`, `${limit}e-6`)])).toBe(measure < limit);
      }),
    );
  });

  it("must be passed beside all others, and is read whatever they say", () => {
    expect(isAtRisk([])).toBe(true);
    expect(isAtRisk([gate("0.1", "0.2"), gate("0.3", "0.2")])).toBe(false);
    expect(isAtRisk([gate("0.3", "0.2"), gate("0.1", "0.2")])).toBe(false);
    expect(() => isAtRisk([gate("0.3", "0.2"), gate("x", "0.2")])).toThrow('row.measure: "x" is not a number');
    expect(() => isAtRisk([gate(null, "-1")])).toThrow("row.limit: -1 is negative");
  });
});

describe("a model of Signals", () => {
  const first = (...changes: [string, unknown][]) =>
    readRound(jsonOf(changed(configuredBody(), ...GATED, ...changes)), AFTER).details.models[0];

  it("counts below both limits, and the texts that decided it are kept", () => {
    expect(first()).toMatchObject({
      scores: [20_000_000n, 10_000_000n],
      raw: {
        v2Corr20: "0.02",
        mmc: "0.01",
        prevWeekChurnMax: "0.1",
        churnThreshold: "0.15",
        prevWeekTurnoverMax: "0.2",
        turnoverThreshold: "0.25",
      },
    });
  });

  it.each<[string, [string, unknown]]>([
    ["churn at the limit", [`${MODEL}.prevWeekChurnMax`, 0.15]],
    ["turnover above the limit", [`${MODEL}.prevWeekTurnoverMax`, 0.3]],
    ["nothing submitted the week before", [`${MODEL}.prevWeekChurnMax`, null]],
  ])("is not at risk with %s", (_, change) => {
    expect(first(change)?.scores).toBe(null);
    expect(first(change)?.raw).toMatchObject({ v2Corr20: "0.02", mmc: "0.01" });
  });

  it("has no gate where the round has no limit", () => {
    const open = first([`${MODEL}.churnThreshold`, null], [`${MODEL}.prevWeekChurnMax`, 0.9]);
    expect(open?.scores).toEqual([20_000_000n, 10_000_000n]);
    expect(open?.raw).not.toHaveProperty("prevWeekChurnMax");
  });

  it("is refused without gates where they are asked for, and by its scores whatever the gates say", () => {
    const body = jsonOf(changed(configuredBody(), ...GATED));
    const signals = [
      ["round.tournament", 11],
      ["roundDetails.tournament", 11],
    ] as [string, unknown][];
    const ofSignals = jsonOf(changed(configuredBody(), ...GATED, ...signals));
    expect(() => readRound(ofSignals, AFTER)).toThrow("roundDetails.models[1].prevWeekChurnMax: is missing");
    expect(readRound(ofSignals, { ...AFTER, gated: false }).details.models).toHaveLength(3);
    expect(() => readRound(body, { ...AFTER, gated: true })).toThrow(
      "roundDetails.models[1].prevWeekChurnMax: is missing",
    );
    expect(() => first([`${MODEL}.prevWeekChurnMax`, 0.9], [`${MODEL}.mmc`, 3])).toThrow(
      `${MODEL}.mmc: 3 is out of range`,
    );
    expect(() => first([`${MODEL}.churnThreshold`, MISSING])).toThrow(`${MODEL}.churnThreshold: is missing`);
    expect(() => first([`${MODEL}.turnoverThreshold`, -1])).toThrow(`${MODEL}.turnoverThreshold: -1 is negative`);
  });
});

describe("Numerai's performances", () => {
  const id = (index: number): string => `66a262f2-39c1-13dd-4cc8-${index.toString().padStart(12, "0")}`;
  const detailsOf = (ids: unknown[]) => jsonOf({ roundNumber: 700, models: ids.map((each) => ({ id: each, mmc: 1 })) });
  const row = { roundNumber: 700, prevWeekChurnMax: 0.1, churnThreshold: 0.15, prevWeekTurnoverMax: null };

  it("are asked for a hundred models at a time, each by the place of its row", () => {
    const queries = performancesQueries(detailsOf(Array.from({ length: 201 }, (_, index) => id(index))), 11, 700n);
    expect(queries.map((query) => query.split("v2RoundModelPerformances(").length - 1)).toEqual([100, 100, 1]);
    expect(queries[2]).toContain(
      `m200: v2RoundModelPerformances(modelId: "${id(200)}", tournament: 11, roundNumber__eq: 700) ` +
        "{ roundNumber prevWeekChurnMax churnThreshold prevWeekTurnoverMax turnoverThreshold }",
    );
  });

  it("are asked for by UUIDs alone: no other id gets into a query", () => {
    expect(performancesQueries(detailsOf(['") { secret }', 7, null, id(1)]), 11, 700n)).toEqual([
      expect.stringMatching(/^query \{\s+m3: v2RoundModelPerformances\(modelId: "66a2[^"]*", [^"]*\}$/),
    ]);
    for (const odd of [null, 7, [], {}, { models: null }, { models: [null, []] }]) {
      expect(performancesQueries(jsonOf(odd), 11, 700n)).toEqual([]);
      expect(withPerformances(jsonOf(odd), 700n, {})).toEqual(jsonOf(odd));
    }
    expect(performancesQueries(undefined, 11, 700n)).toEqual([]);
  });

  it("go into the models' rows, the fields of the gates alone", () => {
    const answer = jsonOf([
      { ...row, mmc: 9, roundNumber: 699 },
      { ...row, mmc: 9 },
    ]);
    expect(withPerformances(detailsOf([id(0), id(1)]), 700n, { m1: answer })).toEqual(
      jsonOf({
        roundNumber: 700,
        models: [
          { id: id(0), mmc: 1 },
          { id: id(1), mmc: 1, prevWeekChurnMax: 0.1, churnThreshold: 0.15, prevWeekTurnoverMax: null },
        ],
      }),
    );
  });

  it.each<[string, unknown, number]>([
    ["are of another round", [{ ...row, roundNumber: 701 }], 0],
    ["name the round as text", [{ ...row, roundNumber: "700" }], 0],
    ["are none", [], 0],
    ["are two", [row, row], 2],
    ["are null", null, 0],
    ["are no list", row, 0],
    ["hold no rows", [7, null, []], 0],
  ])("are refused where they %s", (_, answer, count) => {
    const call = () => withPerformances(detailsOf([id(0)]), 700n, { m0: jsonOf(answer) });
    expect(call).toThrow(InputError);
    expect(call).toThrow(
      `roundDetails.models[0].prevWeekChurnMax: v2RoundModelPerformances has ${count} rows for the model in this round`,
    );
  });
});
