import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import { modelId } from "../src/core/models.ts";
import { readRound, readRounds } from "../src/feeds/read.ts";
import { termsOfOwnMultipliers } from "../src/feeds/scores.ts";
import { configuredBody, INFINITY, jsonOf, NAN, ownMultipliersBody, type Tree } from "./feeds-bodies.ts";

const ONE = 10n ** 9n;
const AFTER = { now: 2_000_000_000 };

type Change = (body: Tree) => void;
const set =
  (...path: (string | number)[]) =>
  (value: unknown): Change =>
  (body) => {
    let node: Tree = body;
    for (const key of path.slice(0, -1)) node = node[key as keyof Tree] as unknown as Tree;
    const last = path.at(-1) as keyof Tree;
    if (value === undefined) Reflect.deleteProperty(node, last);
    else Reflect.set(node, last, value);
  };
const round = (field: string, value: unknown): Change => set("round", field)(value);
const details = (field: string, value: unknown): Change => set("roundDetails", field)(value);
const model = (index: number, field: string, value: unknown): Change =>
  set("roundDetails", "models", index, field)(value);
const config = (index: number, field: string, value: unknown): Change =>
  set("round", "roundScoreConfigs", index, field)(value);
const both =
  (...changes: Change[]): Change =>
  (body) =>
    changes.forEach((change) => change(body));

/** Paid in a tournament of the past, and means nothing here. */
const OTHER_SCORE = {
  name: "correlation",
  version: "1",
  displayName: "corr",
  isPayout: true,
  defaultMultiplier: 1,
  clipThreshold: 0.25,
  stakeThreshold: 72000,
};

const MODEL_1 = "roundDetails.models[1]";

/** What is wrong, where it must be said to be, and what must be said. */
type Malformed = [name: string, change: Change, field: string, message: string];

const MALFORMED: Malformed[] = [
  ["no round", set("round")(undefined), "round", "is missing; expected an object"],
  ["no details", set("roundDetails")(undefined), "roundDetails", "is missing; expected an object"],
  ["null details", set("roundDetails")(null), "roundDetails", "null is not an object"],
  ["a list for a round", set("round")([]), "round", "a list of 0 is not an object"],
  ["no number", round("number", undefined), "round.number", "is missing; expected a number"],
  ["a number as text", round("number", "700"), "round.number", '"700" is not a number'],
  ["a broken number", round("number", 700.5), "round.number", "700.5 is not a whole number from 1 to"],
  ["round 0", round("number", 0), "round.number", "0 is not a whole number"],
  ["a negative round", round("number", -700), "round.number", "-700 is not a whole number"],
  ["a round in exponent form", round("number", 7e22), "round.number", "7e+22 is not a whole number"],
  [
    "a round beyond uint64",
    details("roundNumber", 18446744073709552000),
    "roundDetails.roundNumber",
    "18446744073709552000",
  ],
  [
    "a tournament beyond uint32",
    round("tournament", 4294967296),
    "round.tournament",
    "4294967296 is not a whole number",
  ],
  ["no tournament", round("tournament", null), "round.tournament", "null is not a number"],
  ["a bare NaN for the round", round("number", NAN), "round.number", "NaN is not a number"],
  ["details of another round", details("roundNumber", 701), "roundDetails.roundNumber", "701, but asked was 700"],
  ["details of another tournament", details("tournament", 11), "roundDetails.tournament", "11, but asked was 8"],
  ["no opening", round("openTime", undefined), "round.openTime", "is missing; expected text"],
  ["an opening in seconds", round("openTime", 1717243200), "round.openTime", "1717243200 is not text"],
  ["a time without Z", round("openTime", "2024-06-01T12:00:00"), "round.openTime", "is not a time such as"],
  ["a time with an offset", round("openTime", "2024-06-01T12:00:00+02:00"), "round.openTime", "is not a time such as"],
  ["30 February", round("openTime", "2024-02-30T12:00:00Z"), "round.openTime", '"2024-02-30T12:00:00Z" is not a time'],
  ["hour 25", round("openTime", "2024-06-01T25:00:00Z"), "round.openTime", "is not a time"],
  [
    "no end of staking at all",
    both(round("closeTime", null), round("closeStakingTime", null)),
    "round.closeStakingTime",
    "missing",
  ],
  [
    "an end of staking that is no time",
    round("closeStakingTime", "soon"),
    "round.closeStakingTime",
    '"soon" is not a time',
  ],
  [
    "a close before the opening",
    round("closeStakingTime", "2024-06-01T11:59:59Z"),
    "round.closeStakingTime",
    "is not after openTime",
  ],
  [
    "a close at the opening",
    round("closeStakingTime", "2024-06-01T12:00:00Z"),
    "round.closeStakingTime",
    "is not after openTime",
  ],
  [
    "the fallback close before the opening",
    both(round("closeStakingTime", null), round("closeTime", "2024-06-01T10:00:00Z")),
    "round.closeTime",
    "2024-06-01T10:00:00Z is not after openTime",
  ],
  [
    "a resolution before the close",
    round("resolveTime", "2024-06-01T13:00:00Z"),
    "round.resolveTime",
    "is not after closeStakingTime",
  ],
  ["no time of resolution", round("resolveTime", null), "round.resolveTime", "null is not text"],
  ["a flag as text", round("resolvedStaking", "true"), "round.resolvedStaking", '"true" is not true or false'],
  ["no flag", round("resolvedStaking", null), "round.resolvedStaking", "null is not true or false"],
  [
    "details that disagree on resolution",
    details("roundResolved", false),
    "roundDetails.roundResolved",
    "false, though",
  ],
  ["models that are no list", details("models", {}), "roundDetails.models", "an object is not a list"],
  ["no models", details("models", undefined), "roundDetails.models", "is missing; expected a list"],
  ["a model that is text", set("roundDetails", "models", 1)("x"), MODEL_1, '"x" is not an object'],
  ["a null model", set("roundDetails", "models", 1)(null), MODEL_1, "null is not an object"],
  ["a model without id", model(1, "id", undefined), `${MODEL_1}.id`, "is missing; expected text"],
  [
    "an unknown model",
    model(1, "id", "integration_test"),
    `${MODEL_1}.id`,
    'unknown model "integration_test"; a model\'s id is a UUID',
  ],
  ["an id without hyphens", model(1, "id", "3dd9c0995d54c0abd51a90f1d57b1ce7"), `${MODEL_1}.id`, "unknown model"],
  [
    "a model twice",
    model(2, "id", "66a262f2-39c1-13dd-4cc8-0d2337108916"),
    "roundDetails.models[2].id",
    "66a262f2-39c1-13dd-4cc8-0d2337108916 is also roundDetails.models[0]",
  ],
  [
    "a model twice, in another case",
    model(2, "id", "66A262F2-39C1-13DD-4CC8-0D2337108916"),
    "roundDetails.models[2].id",
    "is also roundDetails.models[0]",
  ],
  ["a model without name", model(1, "modelName", null), `${MODEL_1}.modelName`, "null is not text"],
  ["a stake as a number", model(1, "selectedStakeValue", 10.5), `${MODEL_1}.selectedStakeValue`, "10.5 is not text"],
  ["no stake", model(1, "selectedStakeValue", undefined), `${MODEL_1}.selectedStakeValue`, "is missing; expected text"],
  ["a negative stake", model(1, "selectedStakeValue", "-0.01"), `${MODEL_1}.selectedStakeValue`, "-0.01 is negative"],
  ["a stake of NaN", model(1, "selectedStakeValue", "NaN"), `${MODEL_1}.selectedStakeValue`, '"NaN" is not a number'],
  [
    "misplaced commas",
    model(1, "selectedStakeValue", "12,34.5"),
    `${MODEL_1}.selectedStakeValue`,
    '"12,34.5" is not a number',
  ],
  ["an empty stake", model(1, "selectedStakeValue", ""), `${MODEL_1}.selectedStakeValue`, '"" is not a number'],
  [
    "a stake beyond the ledger",
    model(1, "selectedStakeValue", "2e10"),
    `${MODEL_1}.selectedStakeValue`,
    "2e10 is too much",
  ],
  [
    "a settled payout of words",
    model(1, "payoutSettled", "none"),
    `${MODEL_1}.payoutSettled`,
    '"none" is not a number',
  ],
  ["a settled payout as a number", model(1, "payoutSettled", 1.5), `${MODEL_1}.payoutSettled`, "1.5 is not text"],
  ["a NaN in a field that nobody needs", model(1, "fncV3", NAN), `${MODEL_1}.fncV3`, "NaN is not a number"],
  ["an infinite total", details("totalPayout", INFINITY), "roundDetails.totalPayout", "-Infinity is not a number"],
];

const MALFORMED_CONFIGURED: Malformed[] = [
  [
    "a paying score missing",
    model(1, "v2Corr20", undefined),
    `${MODEL_1}.v2Corr20`,
    "is missing; expected a number or null",
  ],
  [
    "the second paying score missing",
    model(1, "mmc", undefined),
    `${MODEL_1}.mmc`,
    "is missing; expected a number or null",
  ],
  ["a bare NaN for a score", model(1, "v2Corr20", NAN), `${MODEL_1}.v2Corr20`, "NaN is not a number"],
  ["an infinite score", model(1, "mmc", INFINITY), `${MODEL_1}.mmc`, "-Infinity is not a number"],
  ["a NaN as text", model(1, "mmc", "NaN"), `${MODEL_1}.mmc`, '"NaN" is not a number'],
  ["a score as text", model(1, "v2Corr20", "0.02"), `${MODEL_1}.v2Corr20`, '"0.02" is not a number'],
  ["a score as a flag", model(1, "mmc", true), `${MODEL_1}.mmc`, "true is not a number"],
  ["a score as a list", model(1, "mmc", [0.02]), `${MODEL_1}.mmc`, "a list of 1 is not a number"],
  [
    "a score too high",
    model(1, "mmc", 2.147483648),
    `${MODEL_1}.mmc`,
    "2.147483648 is out of range; a score is within ±2.147483647",
  ],
  ["a score too low", model(1, "v2Corr20", -2.2), `${MODEL_1}.v2Corr20`, "-2.2 is out of range"],
  ["an enormous score", model(1, "mmc", 1e308), `${MODEL_1}.mmc`, "1e+308 is out of range"],
  [
    "configurations that are no list",
    round("roundScoreConfigs", {}),
    "round.roundScoreConfigs",
    "an object is not a list",
  ],
  [
    "a null configuration",
    set("round", "roundScoreConfigs", 0)(null),
    "round.roundScoreConfigs[0]",
    "null is not an object",
  ],
  ["no name of a score", config(2, "name", undefined), "round.roundScoreConfigs[2].name", "is missing; expected text"],
  ["no version", config(1, "version", null), "round.roundScoreConfigs[1].version", "null is not text"],
  [
    "no isPayout",
    config(1, "isPayout", undefined),
    "round.roundScoreConfigs[1].isPayout",
    "is missing; expected true or false",
  ],
  [
    "an unknown paying score",
    config(0, "name", "true_contribution"),
    "round.roundScoreConfigs[0].name",
    "unknown paying score true_contribution version 6",
  ],
  [
    "an unknown version",
    config(0, "version", "7"),
    "round.roundScoreConfigs[0].name",
    "unknown paying score correlation version 7",
  ],
  [
    "another label than known",
    config(1, "displayName", "mmc60"),
    "round.roundScoreConfigs[1].name",
    "meta_model_contribution version 5 (mmc60)",
  ],
  ["no label", config(1, "displayName", null), "round.roundScoreConfigs[1].name", "(no display name)"],
  [
    "nothing that pays",
    both(config(0, "isPayout", false), config(1, "isPayout", false)),
    "round.roundScoreConfigs",
    "none of them isPayout",
  ],
  [
    "three that pay",
    set(
      "round",
      "roundScoreConfigs",
      2,
    )({
      name: "alpha",
      version: "2",
      displayName: "alpha",
      isPayout: true,
      defaultMultiplier: 1,
      clipThreshold: 0.05,
      stakeThreshold: 72000,
    }),
    "round.roundScoreConfigs",
    "3 of them are isPayout; at most two may be",
  ],
  [
    "one score that pays twice",
    both(config(1, "name", "correlation"), config(1, "version", "6"), config(1, "displayName", "v2_corr20")),
    "round.roundScoreConfigs[1].name",
    "v2_corr20 pays twice",
  ],
  [
    "no multiplier",
    config(1, "defaultMultiplier", null),
    "round.roundScoreConfigs[1].defaultMultiplier",
    "null is not a number",
  ],
  [
    "a multiplier of NaN",
    config(1, "defaultMultiplier", NAN),
    "round.roundScoreConfigs[1].defaultMultiplier",
    "NaN is not a number",
  ],
  [
    "a multiplier beyond int64",
    config(0, "defaultMultiplier", 1e10),
    "round.roundScoreConfigs[0].defaultMultiplier",
    "int64",
  ],
  ["no clip", config(0, "clipThreshold", null), "round.roundScoreConfigs[0].clipThreshold", "null is not a number"],
  [
    "a negative clip",
    config(0, "clipThreshold", -0.05),
    "round.roundScoreConfigs[0].clipThreshold",
    "-0.05 is out of range",
  ],
  [
    "a clip above 1",
    config(0, "clipThreshold", 5),
    "round.roundScoreConfigs[0].clipThreshold",
    "a clip is within 0 to 1",
  ],
  [
    "two clips",
    config(1, "clipThreshold", 0.1),
    "round.roundScoreConfigs[1].clipThreshold",
    "0.1 differs from 0.05 of v2_corr20",
  ],
  [
    "two thresholds",
    config(1, "stakeThreshold", 36000),
    "round.roundScoreConfigs[1].stakeThreshold",
    "36000 differs from 72000",
  ],
  [
    "a negative threshold",
    config(0, "stakeThreshold", -1),
    "round.roundScoreConfigs[0].stakeThreshold",
    "-1 is negative",
  ],
  [
    "no threshold",
    config(0, "stakeThreshold", null),
    "round.roundScoreConfigs[0].stakeThreshold",
    "null is not a number",
  ],
];

const MALFORMED_OWN: Malformed[] = [
  ["no corr", model(1, "corr", undefined), `${MODEL_1}.corr`, "is missing; expected a number or null"],
  ["no mmc", model(1, "mmc", undefined), `${MODEL_1}.mmc`, "is missing; expected a number or null"],
  ["a bare NaN", model(1, "corr", NAN), `${MODEL_1}.corr`, "NaN is not a number"],
  [
    "no multiplier",
    model(0, "corrMultiplier", undefined),
    "roundDetails.models[0].corrMultiplier",
    "is missing; expected a number or null",
  ],
  [
    "a null multiplier of a score",
    model(0, "mmcMultiplier", null),
    "roundDetails.models[0].mmcMultiplier",
    "null is not a number",
  ],
  [
    "a multiplier as text",
    model(0, "mmcMultiplier", "2"),
    "roundDetails.models[0].mmcMultiplier",
    '"2" is not a number',
  ],
  [
    "a product out of range",
    both(model(0, "mmc", 1.5), model(0, "mmcMultiplier", 2)),
    "roundDetails.models[0].mmc",
    "1.5 × 2 is out of range",
  ],
  ["no threshold", round("stakeThreshold", null), "round.stakeThreshold", "null is not a number"],
  ["no threshold field", round("stakeThreshold", undefined), "round.stakeThreshold", "is missing; expected a number"],
  ["a factor of zero", round("payoutFactor", "0E-18"), "round.payoutFactor", "0E-18 is not above 0"],
  ["a negative factor", round("payoutFactor", "-0.5"), "round.payoutFactor", "-0.5 is not above 0"],
  ["a factor as a number", round("payoutFactor", 0.5), "round.payoutFactor", "0.5 is not text"],
  ["a factor of NaN", round("payoutFactor", "NaN"), "round.payoutFactor", '"NaN" is not a number'],
];

function expectRefusal(call: () => unknown, field: string, message: string): void {
  expect(call).toThrow(InputError);
  expect(call).toThrow(expect.objectContaining({ field }) as Error);
  try {
    call();
  } catch (error) {
    expect((error as Error).message.startsWith(`${field}: `)).toBe(true);
    expect((error as Error).message).toContain(message);
  }
}

function expectRefused(body: Tree, change: Change, field: string, message: string): void {
  change(body);
  const json = jsonOf(body);
  expectRefusal(() => readRound(json, AFTER), field, message);
}

describe("a malformed round is refused by its field", () => {
  it.each([...MALFORMED, ...MALFORMED_CONFIGURED])("today: %s", (_, change, field, message) => {
    expectRefused(configuredBody(), change, field, message);
  });

  it.each([...MALFORMED, ...MALFORMED_OWN])("2021: %s", (_, change, field, message) => {
    expectRefused(ownMultipliersBody(), change, field, message);
  });

  it("that isn't what was asked for", () => {
    const json = jsonOf(configuredBody());
    expectRefusal(() => readRound(json, { ...AFTER, number: 701n }), "round.number", "700, but asked was 701");
    expectRefusal(() => readRound(json, { ...AFTER, tournament: 11 }), "round.tournament", "8, but asked was 11");
    const open = configuredBody();
    round("resolvedStaking", false)(open);
    expectRefusal(
      () => readRound(jsonOf(open), { ...AFTER, resolved: true }),
      "round.resolvedStaking",
      "not final yet",
    );
  });

  it.each([null, [], "x", 5, true])("body %j", (body) => {
    expect(() => readRound(jsonOf(body), AFTER)).toThrow(InputError);
    expect(() => readRounds(jsonOf(body), AFTER)).toThrow(InputError);
  });

  it("in a list, by its index, and a round listed twice", () => {
    const { round: first } = configuredBody();
    const { round: second } = ownMultipliersBody();
    Reflect.set(second as object, "number", 699);
    const rounds = [first, second];
    expect(readRounds(jsonOf({ rounds }), AFTER).rounds.map(({ number }) => number)).toEqual([699n, 700n]);
    Reflect.set(second as object, "openTime", "x");
    expect(readRounds(jsonOf({ rounds }), AFTER)).toMatchObject({
      rounds: [{ number: 700n }],
      refused: [
        {
          number: 699n,
          fault: { field: "rounds[1].openTime", reason: '"x" is not a time such as 2021-01-02T18:00:00Z' },
        },
      ],
    });
    expectRefusal(
      () => readRounds(jsonOf({ rounds: [first, first] }), AFTER),
      "rounds[1].number",
      "700 is also rounds[0]",
    );
    const broken = { ...(first as object), resolveTime: null };
    expectRefusal(() => readRounds(jsonOf({ rounds: [first, broken] }), AFTER), "rounds[1].number", "700 is also");
    expectRefusal(() => readRounds(jsonOf({ rounds: null }), AFTER), "rounds", "null is not a list");
    expectRefusal(() => readRounds(jsonOf({}), AFTER), "rounds", "is missing; expected a list");
  });

  it.each<[string, unknown, bigint | null, string]>([
    ["that isn't resolved at any time yet", { resolveTime: null }, 701n, "rounds[0].resolveTime"],
    [
      "that pays on another score",
      { roundScoreConfigs: [{ ...OTHER_SCORE }] },
      701n,
      "rounds[0].roundScoreConfigs[0].name",
    ],
    [
      "with neither configurations nor a threshold",
      { roundScoreConfigs: [], stakeThreshold: null },
      701n,
      "rounds[0].stakeThreshold",
    ],
    ["of another tournament", { tournament: 11 }, 701n, "rounds[0].tournament"],
    ["with a NaN", { payoutFactor: NAN }, 701n, "rounds[0].payoutFactor"],
    ["without a number", { number: null }, null, "rounds[0].number"],
    ["with a broken number", { number: 0.5 }, null, "rounds[0].number"],
  ])("in a list, a round %s, and leaves the others alone", (_, changes, number, field) => {
    const { round: first } = configuredBody();
    const odd = { ...(first as object), number: 701, ...(changes as object) };
    const { rounds, refused } = readRounds(jsonOf({ rounds: [odd, first] }), { ...AFTER, tournament: 8 });
    expect(rounds.map((good) => good.number)).toEqual([700n]);
    expect(refused).toMatchObject([{ number, fault: { field } }]);
    expect(refused[0]?.fault).toBeInstanceOf(InputError);
  });

  it.each([null, true, "x", []])("in a list, a row %j", (row) => {
    const { rounds, refused } = readRounds(jsonOf({ rounds: [row, configuredBody()["round"]] }), AFTER);
    expect(rounds).toHaveLength(1);
    expect(refused).toMatchObject([{ number: null, fault: { field: "rounds[0]" } }]);
  });

  it("whatever is put wherever: read, or refused by an InputError", () => {
    const junk = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(NAN, INFINITY, "NaN", "", -1, 1e300, 1e-300, "0E-18", "__proto__"),
    );
    const bodies = [configuredBody, ownMultipliersBody];
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.nat(), junk, (make, at, value) => {
        const body = make();
        const places = placesOf(body, []);
        set(...(places[at % places.length] ?? []))(value)(body);
        try {
          readRound(jsonOf(body), AFTER);
        } catch (error) {
          refused += 1;
          expect(error).toBeInstanceOf(InputError);
          expect((error as InputError).field).toMatch(/^(round|roundDetails)\b/);
        }
      }),
      { numRuns: 2000 },
    );
    expect(refused).toBeGreaterThan(500);
  });
});

function placesOf(node: unknown, path: (string | number)[]): (string | number)[][] {
  if (typeof node !== "object" || node === null) return [path];
  const below = Object.entries(node).flatMap(([key, member]) =>
    placesOf(member, [...path, Array.isArray(node) ? Number(key) : key]),
  );
  return path.length === 0 ? below : [path, ...below];
}

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
    config(0, "isPayout", false)(body);
    const { round: one, details: read } = readRound(jsonOf(body), AFTER);
    expect(one.terms.multipliers).toEqual([2n * ONE, 0n]);
    expect(one.scoreNames).toEqual(["mmc", ""]);
    expect(read.models.map(({ scores }) => scores)).toEqual([[10_000_000n, 0n], null, null]);
    expect(read.models.map(({ raw }) => raw)).toEqual([{ mmc: "0.01" }, { mmc: null }, { mmc: null }]);
  });

  it("may have a clip of 1, and none above", () => {
    const body = configuredBody();
    both(config(0, "clipThreshold", 1), config(1, "clipThreshold", 1.0))(body);
    expect(readRound(jsonOf(body), AFTER).round.terms.clip).toBe(ONE);
    both(config(0, "clipThreshold", 1.000000001), config(1, "clipThreshold", 1.000000001))(body);
    expectRefusal(
      () => readRound(jsonOf(body), AFTER),
      "round.roundScoreConfigs[0].clipThreshold",
      "a clip is within 0 to 1",
    );
  });

  it("takes a version as a number, and a stake that is null for none", () => {
    const body = configuredBody();
    both(config(0, "version", 6), model(0, "selectedStakeValue", null))(body);
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
    round("resolvedStaking", false)(body);
    const read = readRound(jsonOf(body), { now });
    expect([read.round.status, read.round.resolved, read.details.resolved]).toEqual([status, false, false]);
  });

  it("closes when staking does, or when submissions do where that is unknown", () => {
    const body = configuredBody();
    round("closeStakingTime", null)(body);
    expect(readRound(jsonOf(body), AFTER).round.closesAt).toBe(1717252200);
    round("closeStakingTime", undefined)(body);
    expect(readRound(jsonOf(body), AFTER).round.closesAt).toBe(1717252200);
  });
});

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

describe("the digest", () => {
  const digest = (change: Change = () => undefined): string => {
    const body = configuredBody();
    change(body);
    return readRound(jsonOf(body), AFTER).details.digest;
  };

  it("is the same for the same values, whatever their writing, order and surroundings", () => {
    const reversed: Change = (body) => (body["roundDetails"]?.["models"] as unknown as Tree[]).reverse();
    expect(digest()).toMatch(/^0x[0-9a-f]{64}$/);
    expect(digest(reversed)).toBe(digest());
    expect(digest(model(0, "selectedStakeValue", "1234.50"))).toBe(digest());
    expect(digest(model(0, "fncV3", 0.5))).toBe(digest());
    expect(digest(details("totalPayout", 7))).toBe(digest());
  });

  it.each<[string, Change]>([
    ["a score", model(0, "mmc", 0.010000001)],
    ["a score that appears", model(1, "mmc", 0)],
    ["a stake", model(0, "selectedStakeValue", "1234.500000001")],
    ["a payout", model(0, "payoutSettled", "-1.500000001")],
    ["a name", model(0, "modelName", "x")],
    ["a model", model(0, "id", "76a262f2-39c1-13dd-4cc8-0d2337108916")],
    ["the state", both(round("resolvedStaking", false), details("roundResolved", false))],
    ["the number", both(round("number", 701), details("roundNumber", 701))],
    ["which score it is", config(0, "isPayout", false)],
  ])("changes with %s", (_, change) => {
    expect(digest(change)).not.toBe(digest());
  });
});
