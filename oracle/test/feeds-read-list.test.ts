import { describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import { readRound, readRounds } from "../src/feeds/read.ts";
import { configuredBody, jsonOf, NAN, ownMultipliersBody } from "./feeds-bodies.ts";
import { changed } from "./feeds-spoils.ts";

const AFTER = { now: 2_000_000_000 };
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

const roundOf = (changes: object): object => ({ ...(configuredBody()["round"] as object), ...changes });
const refusalBy = (field: string): Error => expect.objectContaining({ field }) as Error;

describe("a list of rounds", () => {
  it("is sorted by number, whatever the generation", () => {
    const rounds = [roundOf({}), { ...(ownMultipliersBody()["round"] as object), number: 699 }];
    expect(readRounds(jsonOf({ rounds }), AFTER).rounds.map(({ number }) => number)).toEqual([699n, 700n]);
  });

  it("is refused where a number is in it twice, however good or bad the rows are", () => {
    for (const other of [roundOf({}), roundOf({ resolveTime: null })]) {
      const list = jsonOf({ rounds: [roundOf({}), other] });
      expect(() => readRounds(list, AFTER)).toThrow(refusalBy("rounds[1].number"));
      expect(() => readRounds(list, AFTER)).toThrow("700 is also rounds[0]");
    }
  });

  it.each<[string, unknown, string, string]>([
    ["null", { rounds: null }, "rounds", "null is not a list"],
    ["none", {}, "rounds", "is missing; expected a list"],
    ["a list itself", [], "body", "a list of 0 is not an object"],
    ["text", "x", "body", '"x" is not an object'],
    ["a number", 5, "body", "5 is not an object"],
    ["a flag", true, "body", "true is not an object"],
  ])("is refused where it is %s", (_, body, field, message) => {
    expect(() => readRounds(jsonOf(body), AFTER)).toThrow(refusalBy(field));
    expect(() => readRounds(jsonOf(body), AFTER)).toThrow(message);
  });

  it.each<[string, object, bigint | null, string]>([
    ["that isn't resolved at any time yet", { resolveTime: null }, 701n, "rounds[0].resolveTime"],
    ["that pays on another score", { roundScoreConfigs: [OTHER_SCORE] }, 701n, "rounds[0].roundScoreConfigs[0].name"],
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
  ])("leaves out a round %s, and no other", (_, changes, number, field) => {
    const rounds = [{ ...roundOf({ number: 701 }), ...changes }, roundOf({})];
    const read = readRounds(jsonOf({ rounds }), { ...AFTER, tournament: 8 });
    expect(read.rounds.map((good) => good.number)).toEqual([700n]);
    expect(read.refused).toMatchObject([{ number, fault: { field } }]);
    expect(read.refused[0]?.fault).toBeInstanceOf(InputError);
  });

  it.each([null, true, "x", 7, []])("leaves out a row %j", (row) => {
    const { rounds, refused } = readRounds(jsonOf({ rounds: [row, roundOf({})] }), AFTER);
    expect(rounds).toHaveLength(1);
    expect(refused).toMatchObject([{ number: null, fault: { field: "rounds[0]" } }]);
  });
});

describe("a round", () => {
  it("is refused where it isn't what was asked for", () => {
    const json = jsonOf(configuredBody());
    expect(() => readRound(json, { ...AFTER, number: 701n })).toThrow("round.number: 700, but asked was 701");
    expect(() => readRound(json, { ...AFTER, tournament: 11 })).toThrow("round.tournament: 8, but asked was 11");
    const open = jsonOf(changed(configuredBody(), ["round.resolvedStaking", false]));
    expect(() => readRound(open, { ...AFTER, resolved: true })).toThrow("round.resolvedStaking: false; the payouts");
  });

  it.each([null, [], "x", 5, true])("is refused where it is %j", (body) => {
    expect(() => readRound(jsonOf(body), AFTER)).toThrow(refusalBy("body"));
  });
});
