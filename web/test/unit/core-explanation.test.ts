import { basename } from "node:path";
import { payoutTowardZero, payoutFactorDown, type Terms, totalAtRiskDown } from "@numeraire-staking/oracle/core/payout";
import { weiFromNano } from "@numeraire-staking/oracle/core/units";
import type { PayoutInput } from "@numeraire-staking/oracle/core/derivation";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readRoundFile } from "../../../oracle/src/feeds/folder.ts";
import { made2021 } from "../../../oracle/test/feeds-files.ts";
import { realRoundFiles } from "../../../test/support/round-file.ts";
import { exactNmr } from "../../src/core/amounts.ts";
import { explainPayout } from "../../src/core/explanation.ts";

const ONE = 10n ** 9n;
const NMR = 10n ** 9n;

const CLASSIC: Terms = {
  multipliers: [ONE / 2n, 2n * ONE],
  clip: 50_000_000n,
  stakeThreshold: 72_000n * NMR,
  exposure: ONE,
};

function input(changes: Partial<PayoutInput> = {}): PayoutInput {
  return {
    stake: 100n * NMR,
    scores: [20_000_000n, 10_000_000n],
    terms: CLASSIC,
    total: 72_000n * NMR,
    applied: null,
    ...changes,
  };
}

/** As a settled round has it. */
function settled(changes: Partial<PayoutInput> = {}): PayoutInput {
  const made = input(changes);
  const payout = payoutTowardZero(made.stake, made.scores, payoutFactorDown(made.total, made.terms), made.terms);
  return { ...made, applied: changes.applied ?? payout };
}

describe("a payout in a sentence", () => {
  it.each<[string, PayoutInput, bigint | null, string]>([
    [
      "none",
      settled(),
      7_125n,
      "The stake of 100 NMR gained 3 NMR, 3.00 % of it, just as its scores say; that is a better rate than 71.25 % of the stakes in the round had.",
    ],
    ["none", input(), null, "The stake of 100 NMR would gain 3 NMR, 3.00 % of it, just as its scores say."],
    [
      "none",
      settled({ scores: [0n, -10_000_000n] }),
      null,
      "Of the stake of 100 NMR, 2 NMR was burned, 2.00 % of it, just as its scores say.",
    ],
    [
      "clip",
      settled({ scores: [20_000_000n, 50_000_000n] }),
      null,
      "The stake of 100 NMR gained 5 NMR, 5.00 % of it, because its scores came to 11.00 % and the round pays and burns at most 5 %.",
    ],
    [
      "clip",
      input({ scores: [-ONE, -ONE] }),
      null,
      "Of the stake of 100 NMR, 5 NMR would be burned, 5.00 % of it, because its scores came to −250.00 % and the round pays and burns at most 5 %.",
    ],
    [
      "factor",
      settled({ total: 144_000n * NMR }),
      null,
      "The stake of 100 NMR gained 1.5 NMR, 1.50 % of it, because its scores came to 3.00 %, times a payout factor of 50.00 %: 144,000 NMR was at risk in the round, above its threshold of 72,000 NMR.",
    ],
    [
      "exposure",
      settled({ terms: { ...CLASSIC, exposure: ONE / 4n } }),
      null,
      "The stake of 100 NMR gained 0.75 NMR, 0.75 % of it, because the round put only 25 % of a stake at risk.",
    ],
    [
      "cut",
      settled({ scores: [-ONE, 0n], applied: -2n * NMR }),
      null,
      "Of the stake of 100 NMR, 2 NMR was burned, 2.00 % of it, because no more was left of the position when 5 NMR was due to burn.",
    ],
    [
      "cut",
      settled({ scores: [-ONE, 0n], applied: 0n }),
      null,
      "The stake of 100 NMR was paid nothing, because no more was left of the position when 5 NMR was due to burn.",
    ],
    [
      "none",
      settled({ scores: [0n, 0n] }),
      null,
      "The stake of 100 NMR was paid nothing, because no score was reported for it.",
    ],
    [
      "none",
      settled({ scores: [4n, -1n] }),
      null,
      "The stake of 100 NMR was paid nothing, because its scores weigh up to zero.",
    ],
    [
      "none",
      input({ stake: 1n }),
      null,
      "The stake of 0.000000001 NMR would be paid nothing, because what its scores came to is less than a billionth of an NMR.",
    ],
    [
      "exposure",
      input({ terms: { ...CLASSIC, exposure: 0n } }),
      null,
      "The stake of 100 NMR would be paid nothing, because the round put nothing of a stake at risk.",
    ],
  ])("%s", (bound, given, percentile, sentence) => {
    expect(explainPayout(given, percentile)).toMatchObject({ sentence, bound });
  });

  it("names all that made it smaller, the weightiest first", () => {
    const terms = { ...CLASSIC, exposure: ONE / 2n };
    const all = explainPayout(settled({ terms, total: 144_000n * NMR, scores: [-ONE, -ONE], applied: -1n }), null);
    expect(all.bound).toBe("cut");
    expect([...all.bounds].sort()).toEqual(["clip", "cut", "exposure", "factor"]);
    expect(explainPayout(settled(), null).bounds).toEqual([]);
  });
});

describe("a payout as a formula", () => {
  it("has the reader's numbers, exact", () => {
    expect(explainPayout(settled({ total: 144_000n * NMR }), null).formula).toBe(
      "100 NMR × 1 × clip((0.5 × 0.02 + 2 × 0.01) × 0.5, ±0.05) = 1.5 NMR",
    );
    expect(explainPayout(settled({ scores: [-ONE, 0n], applied: -2n * NMR }), null).formula).toMatch(
      /= −5 NMR, cut to −2 NMR$/,
    );
  });

  it("can be reckoned again from its text alone", () => {
    const score = fc.bigInt({ min: -(2n ** 31n) + 1n, max: 2n ** 31n - 1n });
    const share = fc.bigInt({ min: 0n, max: ONE });
    const multiplier = fc.bigInt({ min: -20n * ONE, max: 20n * ONE });
    const terms = fc.record({
      multipliers: fc.tuple(multiplier, multiplier),
      ...{ clip: share, exposure: share, stakeThreshold: fc.bigInt({ min: 0n, max: 10n ** 15n }) },
    });
    const amount = fc.bigInt({ min: 1n, max: 10n ** 16n });
    fc.assert(
      fc.property(terms, amount, amount, fc.tuple(score, score), (of, stake, total, scores) => {
        const given = settled({ stake, total, scores, terms: of });
        const { formula, sentence } = explainPayout(given, null);
        expect(reckoned(formula)).toBe(given.applied);
        if (given.applied !== 0n) expect(sentence).toContain(exactNmr(weiFromNano(abs(given.applied ?? 0n))));
        expect(sentence).toContain(exactNmr(weiFromNano(stake)));
      }),
    );
  });
});

// Real rounds lie beside the project, where somebody put them; they may not be copied into it. Made-up ones are always there.
const files = [
  ["a made-up round", `${made2021([245])}/round-245.json`],
  ...realRoundFiles().map((path) => [basename(path), path]),
];

describe.each(files)("every payout of %s", (_, file = "") => {
  it("is in its sentence and in its formula as the contract pays it", async () => {
    const { round, details } = await readRoundFile(file);
    const staked = details.models.filter(({ stake }) => stake > 0n);
    const total = totalAtRiskDown(
      staked.reduce((sum, { stake }) => sum + stake, 0n),
      round.terms,
    );
    expect(staked.length).toBeGreaterThan(10);
    for (const { stake, scores } of staked) {
      const given = settled({ stake, scores: scores ?? [0n, 0n], terms: round.terms, total });
      const { sentence, formula, bound } = explainPayout(given, 5_000n);
      const payout = given.applied ?? 0n;
      expect(sentence).toContain(payout === 0n ? "was paid nothing" : exactNmr(weiFromNano(abs(payout))));
      expect(sentence).toContain(exactNmr(weiFromNano(stake)));
      expect(reckoned(formula)).toBe(payout);
      if (bound === "clip") expect(abs(payout)).toBe((stake * round.terms.clip * round.terms.exposure) / (ONE * ONE));
    }
  });
});

/** A second reckoning, from what the formula says, in exact fractions of 1e-54; nano-NMR toward zero. */
function reckoned(formula: string): bigint {
  const numbers =
    formula
      .replaceAll(",", "")
      .replaceAll("−", "-")
      .match(/-?\d+(?:\.\d+)?/g) ?? [];
  const [stake = 0n, exposure = 0n, m0 = 0n, s0 = 0n, m1 = 0n, s1 = 0n, factor = 0n, clip = 0n] = numbers.map(
    (text) => {
      const [whole = "", fraction = ""] = text.replace("-", "").split(".");
      const value = BigInt(whole + fraction.padEnd(18, "0"));
      return text.startsWith("-") ? -value : value;
    },
  );
  const bound = clip * 10n ** 36n;
  const free = (m0 * s0 + m1 * s1) * factor;
  const rate = free > bound ? bound : free < -bound ? -bound : free;
  return (stake * exposure * rate) / 10n ** 81n;
}

function abs(value: bigint): bigint {
  return value < 0n ? -value : value;
}
