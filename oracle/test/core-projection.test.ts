import fc from "fast-check";
import { numberToHex } from "viem";
import { describe, expect, it } from "vitest";
import { previewPayout, totalAtRiskDown } from "../src/core/payout.ts";
import { positionIn, projectRound } from "../src/core/projection.ts";
import { packScores, packStakes, type Scores } from "../src/core/words.ts";
import { batch, chain, round, START, TERMS } from "./plan-world.ts";

const BATCH = 1_024;
const LANES = 8;
const MODELS = Array.from({ length: BATCH + LANES }, (_, position) => numberToHex(position + 1, { size: 32 }));

const score = fc.bigInt(-(10n ** 9n), 10n ** 9n);
const scores: fc.Arbitrary<Scores> = fc.tuple(score, score);
/** A position, what the feed has of its model (undefined: doesn't list it), and what is reported where anything is. */
const lane = fc.record({
  stake: fc.oneof(fc.constant(0n), fc.bigInt(1n, 10n ** 16n)),
  known: fc.option(fc.option(scores), { nil: undefined }),
  reported: scores,
});
const lanes = fc.array(lane, { minLength: LANES, maxLength: LANES });

describe("a projection", () => {
  it("pays what the contract would, from the standing report or else from the feed, and sums it up", () => {
    fc.assert(
      fc.property(lanes, lanes, fc.constantFrom(0n, 10n ** 9n), (first, second, stakeThreshold) => {
        const terms = { ...TERMS, stakeThreshold };
        const facts = round({
          state: "locked",
          terms,
          batches: [
            batch(0, { state: "locked", stakes: packStakes(first.map(({ stake }) => stake)) }),
            batch(1, {
              state: "reported",
              stakes: packStakes(second.map(({ stake }) => stake)),
              scores: packScores(second.map(({ reported }) => reported)),
            }),
          ],
        });
        const all = [
          ...first.map((each, index) => ({ ...each, position: index, isReported: false })),
          ...second.map((each, index) => ({ ...each, position: BATCH + index, isReported: true })),
        ].map((each) => ({ ...each, model: MODELS[each.position] ?? "0x" }));
        const sheet = new Map(
          all.flatMap(({ model, known }) => (known === undefined ? [] : [[model, known] as const])),
        );
        const staked = all.reduce((sum, { stake }) => sum + stake, 0n);
        const expected = all
          .filter(({ stake }) => stake > 0n)
          .map(({ position, model, stake, known = null, reported, isReported }) => {
            const counted = isReported ? reported : known;
            const payout = counted === null ? 0n : previewPayout(terms, totalAtRiskDown(staked, terms), stake, counted);
            const from = isReported ? "report" : counted === null ? null : "feed";
            return { position, model, stake, scores: counted, payout, from };
          });
        const projection = projectRound(facts, { models: MODELS }, sheet);
        expect(projection.positions).toEqual(expected);
        const sums = expected.map(({ payout }) => payout);
        expect(projection.rewards - projection.burns).toBe(sums.reduce((sum, payout) => sum + payout, 0n));
        expect(projection.rewards).toBe(sums.reduce((sum, payout) => sum + (payout > 0n ? payout : 0n), 0n));
        expect([projection.staked, projection.atRisk]).toEqual([staked, totalAtRiskDown(staked, terms)]);
      }),
    );
  });

  it("leaves out what is staked on models that the chain's events don't name", () => {
    const { models } = chain(START, []);
    const facts = round({ batches: [batch(0, { stakes: packStakes([5n, 6n]) })] });
    expect(projectRound(facts, { models: models.slice(0, 1) }, new Map()).positions).toMatchObject([{ position: 0 }]);
  });

  it("finds each of its positions, and no other", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: LANES, maxLength: LANES }), (staked) => {
        const stakes = packStakes(staked.map((has) => (has ? 1n : 0n)));
        const projection = projectRound(round({ batches: [batch(0, { stakes })] }), { models: MODELS }, new Map());
        const found = staked.map((_, position) => positionIn(projection, position)?.position ?? null);
        expect(found).toEqual(staked.map((has, position) => (has ? position : null)));
        expect(positionIn(projection, LANES)).toBe(null);
      }),
    );
  });
});
