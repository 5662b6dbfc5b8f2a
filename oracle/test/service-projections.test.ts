import { describe, expect, it } from "vitest";
import type { RoundFacts } from "../src/core/facts.ts";
import { projectRound } from "../src/core/projection.ts";
import { packScores, packStakes } from "../src/core/words.ts";
import { projections } from "../src/service/graphql/projections.ts";
import { stakedIn } from "../src/service/staked.ts";
import { batch, chain, round, SHEET, START, TERMS } from "./plan-world.ts";

const STAKES = packStakes([1_000n, 2_000n, 3_000n]);
const SCORES = packScores([
  [1_000_000n, 0n],
  [-2_000_000n, 0n],
  [3_000_000n, 5n],
]);
const sheet = (nano: bigint) => ({
  digest: SHEET.digest,
  readAt: START,
  isFinal: true,
  scores: new Map(SHEET.models.map(({ model }) => [model, [nano, nano] as const])),
});

const locked = round({ state: "locked", batches: [batch(0, { state: "locked", stakes: STAKES })] });
const reported = { state: "reported", stakes: STAKES, scores: SCORES, reportedAt: START } as const;

/** The same round as a later turn reads it: only the words are the same lists. */
const again = (each: RoundFacts): RoundFacts => ({
  ...each,
  terms: structuredClone(each.terms),
  batches: each.batches.map((one) => ({ ...one, scores: one.scores.length === 0 ? [] : one.scores })),
});

const changes: [string, RoundFacts][] = [
  ["other stakes", { ...locked, batches: [batch(0, { state: "locked", stakes: packStakes([9_000n]) })] }],
  ["a report", { ...locked, batches: [batch(0, reported)] }],
  ["a batch more", { ...locked, batches: [...locked.batches, batch(1, { state: "locked", stakes: STAKES })] }],
  ["a batch less", { ...locked, batches: [] }],
  ["other terms", { ...locked, terms: { ...TERMS, exposure: 500_000_000n } }],
];

describe("projections from turn to turn", () => {
  it("are worked out once while nothing has happened to the round", () => {
    const known = sheet(1_000_000n);
    const kept = projections({ of: () => known });
    const first = kept.of(locked, chain(START, [locked]));
    const later = again(locked);
    expect(kept.of(later, chain(START + 1, [later]))).toBe(first);
  });

  it.each(changes)("are worked out anew after %s", (_, changed) => {
    const known = sheet(1_000_000n);
    const kept = projections({ of: () => known });
    kept.of(locked, chain(START, [locked]));
    const facts = chain(START + 1, [changed]);
    expect(kept.of(changed, facts).projection).toEqual(projectRound(changed, facts, known.scores));
  });

  it("are worked out anew after another reading of the scores", () => {
    let known = sheet(1_000_000n);
    const kept = projections({ of: () => known });
    const facts = chain(START, [locked]);
    kept.of(locked, facts);
    known = sheet(2_000_000n);
    expect(kept.of(again(locked), facts).projection).toEqual(projectRound(locked, facts, known.scores));
  });
});

describe("stakes", () => {
  it("are summed over all lanes, the first time and the second", () => {
    const words = packStakes([1n, 2n, 3n, 4n, 2n ** 63n]);
    expect([stakedIn(words), stakedIn(words), stakedIn([])]).toEqual([2n ** 63n + 10n, 2n ** 63n + 10n, 0n]);
  });
});
