import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import { type Json, parseJson } from "../src/core/json.ts";
import type { Asked, ReadRound } from "../src/feeds/answers.ts";
import { readNeutralRound } from "../src/feeds/neutral.ts";
import { readRound } from "../src/feeds/read.ts";
import {
  configuredBody,
  INFINITY,
  jsonOf,
  NAN,
  neutralBody,
  ownMultipliersBody,
  textOf,
  type Tree,
} from "./feeds-bodies.ts";
import { placesOf, put } from "./feeds-spoils.ts";

// Good answers changed at random. Whatever comes of it is refused by an InputError that names a field, or read; and what
// is read has another digest exactly when a naive reader, in floats, sees other values.

type Kind = {
  readonly make: () => Tree;
  readonly read: (body: Json, asked: Asked) => ReadRound;
  readonly naive: (body: Tree) => unknown;
};

const ASKED = { now: 2_000_000_000 };
/** Ties away from zero, which Math.round isn't below zero. */
const rounded = (value: number): number => Math.sign(value) * Math.round(Math.abs(value) * 1e9);
const nano = (value: unknown): number | null => (value === null ? null : rounded(Number(value)));
const amount = (value: unknown): number | null =>
  typeof value === "string" ? Math.trunc(Number(value.replaceAll(",", "")) * 1e9) : null;
const byId = (rows: unknown[][]): unknown[][] => rows.toSorted((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
const pair = (first: number | null, second: number | null): number[] | null =>
  first === null && second === null ? null : [first ?? 0, second ?? 0];

type Row = Record<string, unknown>;

function numerai(scoresOf: (row: Row) => number[] | null): Kind["naive"] {
  return ({ round, roundDetails }) => {
    const rows = roundDetails?.["models"] as unknown as Row[];
    return [
      ...[round?.["tournament"], round?.["number"], round?.["resolvedStaking"]],
      byId(
        rows.map((row) => [
          String(row["id"]).toLowerCase(),
          row["modelName"],
          amount(row["selectedStakeValue"]) ?? 0,
          scoresOf(row),
          amount(row["payoutSettled"]),
        ]),
      ),
    ];
  };
}

const times = (score: unknown, multiplier: unknown): number | null =>
  score === null ? null : rounded(Number(score) * Number(multiplier));

function neutral({ tournament, round, models }: Tree): unknown {
  const limits = ((round?.["gates"] ?? []) as unknown as { limit: unknown }[]).map(({ limit }) => Number(limit));
  const rows = (models as unknown as Row[]).map((row) => {
    const gates = (row["gates"] ?? []) as unknown[];
    const isOut = gates.some((measure, index) => measure === null || Number(measure) >= (limits[index] ?? 0));
    const [first, second] = row["scores"] as [unknown, unknown];
    const id = String(row["id"]);
    const isUuid = /^[0-9a-f]{8}-/i.test(id);
    return [isUuid ? id.toLowerCase() : id, row["name"] ?? id, isOut ? null : pair(nano(first), nano(second))];
  });
  return [tournament, round?.["number"], round?.["resolved"], round?.["scoreNames"], byId(rows)];
}

const KINDS: [string, Kind][] = [
  [
    "Numerai's of today",
    { make: configuredBody, read: readRound, naive: numerai((row) => pair(nano(row["v2Corr20"]), nano(row["mmc"]))) },
  ],
  [
    "Numerai's of 2021",
    {
      make: ownMultipliersBody,
      read: readRound,
      naive: numerai((row) => pair(times(row["corr"], row["corrMultiplier"]), times(row["mmc"], row["mmcMultiplier"]))),
    },
  ],
  ["any organizer's", { make: neutralBody, read: readNeutralRound, naive: neutral }],
];

const JUNK = '0 1 2 5 7 9 . , : - + e E " \\ { } [ ] n u t null true NaN "x" 1e9 \ud83e __proto__'
  .split(" ")
  .concat(" ", "\u0000");

/** One to three bites, insertions, repetitions and swaps. */
const mutation = fc.array(
  fc.record({
    at: fc.nat(9_999),
    length: fc.nat(4),
    kind: fc.constantFrom("cut", "insert", "replace", "repeat", "swap"),
    junk: fc.constantFrom(...JUNK),
  }),
  { minLength: 1, maxLength: 3 },
);

type Steps = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never;

function mutated(text: string, steps: Steps): string {
  return steps.reduce((before, { at, length, kind, junk }) => {
    const start = Math.floor((at / 10_000) * before.length);
    const [head, piece, tail] = [
      before.slice(0, start),
      before.slice(start, start + length),
      before.slice(start + length),
    ];
    if (kind === "insert") return `${head}${junk}${piece}${tail}`;
    if (kind === "replace") return `${head}${junk}${tail}`;
    if (kind === "repeat") return `${head}${piece}${piece}${tail}`;
    return kind === "cut" ? head + tail : `${head}${piece.split("").reverse().join("")}${tail}`;
  }, text);
}

describe.each(KINDS)("a round of %s", (_, { make, read, naive }) => {
  const good = textOf(make());
  const original = read(parseJson(good, "body"), ASKED).details.digest;
  const seen = JSON.stringify(naive(JSON.parse(good) as Tree));

  it("with text changed anywhere is read as what it says, or refused", () => {
    const count = { same: 0, other: 0, refused: 0 };
    fc.assert(
      fc.property(mutation, (steps) => {
        const text = mutated(good, steps);
        try {
          const { digest } = read(parseJson(text, "body"), ASKED).details;
          const isSame = JSON.stringify(naive(JSON.parse(text) as Tree)) === seen;
          count[isSame ? "same" : "other"] += 1;
          expect(digest === original).toBe(isSame);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.field).not.toBe("");
          count.refused += 1;
        }
      }),
      { numRuns: 5_000 },
    );
    expect(count.same).toBeGreaterThan(50);
    expect(count.other).toBeGreaterThan(50);
    expect(count.refused).toBeGreaterThan(1_000);
  });

  it("with anything put anywhere is read, or refused by a field", () => {
    const junk = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(NAN, INFINITY, "NaN", "", -1, 1e300, 1e-300, "0E-18", "1,000", "__proto__"),
    );
    const places = placesOf(make());
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...places), junk, (place, value) => {
        const body = make();
        put(body, place, value);
        try {
          read(jsonOf(body), ASKED);
        } catch (error) {
          refused += 1;
          if (!(error instanceof InputError)) throw error;
          expect(error.field).toMatch(/^(?:format|tournament|round|roundDetails|models)\b/);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(refused).toBeGreaterThan(500);
  });
});
