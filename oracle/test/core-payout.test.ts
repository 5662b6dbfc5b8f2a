import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  earmarkDown,
  payoutFactorDown,
  payoutTowardZero,
  previewPayout,
  rate,
  settleLane,
  type Terms,
  totalAtRiskDown,
} from "../src/core/payout.ts";
import type { Scores } from "../src/core/words.ts";

const NMR = 10n ** 9n;
const ONE = 10n ** 9n;

const int32 = fc.bigInt({ min: -(2n ** 31n) + 1n, max: 2n ** 31n - 1n });
// Most of the time near real life, where the clip doesn't bind.
const score = fc.oneof({ weight: 3, arbitrary: fc.bigInt({ min: -ONE / 20n, max: ONE / 20n }) }, int32);
const multiplier = fc.oneof(
  { weight: 3, arbitrary: fc.bigInt({ min: -3n * ONE, max: 3n * ONE }) },
  fc.bigInt({ min: -100n * ONE, max: 100n * ONE }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const share = fc.oneof(fc.constantFrom(0n, 1n, ONE), fc.bigInt({ min: 0n, max: ONE }));
const stakes = fc.oneof(fc.constantFrom(0n, 1n), fc.bigInt({ min: 0n, max: 11_000_000n * NMR }));
const scores: fc.Arbitrary<Scores> = fc.tuple(score, score);
const terms: fc.Arbitrary<Terms> = fc.record({
  multipliers: fc.tuple(multiplier, multiplier),
  clip: share,
  stakeThreshold: stakes,
  exposure: share,
});

const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/**
 * The judge: protocol §6 written a second time, in fractions of NMR instead of in ledger units, so that no constant and
 * no order of operations is shared with what it judges.
 */
type Fraction = { n: bigint; d: bigint };
const of = (n: bigint, d: bigint): Fraction => ({ n, d });
const times = (a: Fraction, b: Fraction): Fraction => of(a.n * b.n, a.d * b.d);
const plus = (a: Fraction, b: Fraction): Fraction => of(a.n * b.d + b.n * a.d, a.d * b.d);
const less = (a: Fraction, b: Fraction): boolean => a.n * b.d < b.n * a.d;
const truncated = ({ n, d }: Fraction, unit: bigint): bigint => (n * unit) / d;

function judge(staked: bigint, stake: bigint, [s0, s1]: Scores, t: Terms): bigint {
  const exposure = of(t.exposure, ONE);
  const total = of(truncated(times(of(staked, NMR), exposure), NMR), NMR);
  const threshold = of(t.stakeThreshold, NMR);
  const binds = t.stakeThreshold !== 0n && less(threshold, total);
  const factor = binds
    ? of(truncated(of(threshold.n * total.d, threshold.d * total.n), 10n ** 18n), 10n ** 18n)
    : of(1n, 1n);
  const [m0, m1] = t.multipliers.map((value) => of(value, ONE)) as [Fraction, Fraction];
  const wanted = times(plus(times(m0, of(s0, ONE)), times(m1, of(s1, ONE))), factor);
  const clip = of(t.clip, ONE);
  const floor = of(-t.clip, ONE);
  const clipped = less(clip, wanted) ? clip : less(wanted, floor) ? floor : wanted;
  return truncated(times(times(of(stake, NMR), exposure), clipped), NMR);
}

describe("the payout", () => {
  it("equals a second implementation in fractions", () => {
    fc.assert(
      fc.property(terms, stakes, stakes, scores, (t, staked, stake, s) => {
        expect(previewPayout(t, totalAtRiskDown(staked, t), stake, s)).toBe(judge(staked, stake, s, t));
      }),
      { numRuns: 1000 },
    );
  });

  it("P-2: is never beyond clip × at risk", () => {
    fc.assert(
      fc.property(terms, stakes, stakes, scores, (t, total, stake, s) => {
        const payout = previewPayout(t, total, stake, s);
        expect(abs(payout) * ONE * ONE <= stake * t.exposure * t.clip).toBe(true);
      }),
    );
  });

  it("has the sign of the weighted score, and mirrors at zero", () => {
    fc.assert(
      fc.property(terms, stakes, stakes, scores, (t, total, stake, s) => {
        const payout = previewPayout(t, total, stake, s);
        const weighted = t.multipliers[0] * s[0] + t.multipliers[1] * s[1];
        if (payout !== 0n) expect(payout > 0n).toBe(weighted > 0n);
        expect(previewPayout(t, total, stake, [-s[0], -s[1]])).toBe(-payout);
      }),
    );
  });

  it("never falls when the weighted score rises, and never grows in size when the total rises", () => {
    fc.assert(
      fc.property(terms, stakes, stakes, stakes, scores, scores, (t, total, more, stake, a, b) => {
        const weighted = (s: Scores): bigint => t.multipliers[0] * s[0] + t.multipliers[1] * s[1];
        const [low, high] = weighted(a) <= weighted(b) ? [a, b] : [b, a];
        expect(previewPayout(t, total, stake, low) <= previewPayout(t, total, stake, high)).toBe(true);
        const crowded = abs(previewPayout(t, total + more, stake, a));
        expect(crowded <= abs(previewPayout(t, total, stake, a))).toBe(true);
      }),
    );
  });

  it("rounds toward zero by less than one nano-NMR", () => {
    fc.assert(
      fc.property(terms, stakes, stakes, scores, (t, total, stake, s) => {
        const factor = payoutFactorDown(total, t);
        const exact = stake * t.exposure * rate(s, factor, t);
        const rest = exact - payoutTowardZero(stake, s, factor, t) * 10n ** 45n;
        expect(abs(rest) < 10n ** 45n).toBe(true);
        if (rest !== 0n) expect(rest > 0n).toBe(exact > 0n);
      }),
    );
  });

  it("pays nothing for no score, no stake, no exposure or a clip of zero", () => {
    fc.assert(
      fc.property(terms, stakes, stakes, scores, (t, total, stake, s) => {
        expect(previewPayout(t, total, stake, [0n, 0n])).toBe(0n);
        expect(previewPayout(t, total, 0n, s)).toBe(0n);
        expect(previewPayout({ ...t, exposure: 0n }, total, stake, s)).toBe(0n);
        expect(previewPayout({ ...t, clip: 0n }, total, stake, s)).toBe(0n);
      }),
    );
  });
});

describe("the earmark", () => {
  it("covers whatever a batch can pay or burn, and is never above the worst case itself", () => {
    fc.assert(
      fc.property(terms, stakes, fc.array(fc.tuple(stakes, scores), { maxLength: 30 }), (t, total, lanes) => {
        const staked = lanes.reduce((sum, [stake]) => sum + stake, 0n);
        const paid = lanes.reduce((sum, [stake, s]) => sum + abs(previewPayout(t, total, stake, s)), 0n);
        expect(paid <= earmarkDown(staked, t)).toBe(true);
        expect(earmarkDown(staked, t) * ONE * ONE <= staked * t.exposure * t.clip).toBe(true);
      }),
    );
  });

  it("is reached by one stake at the clip", () => {
    const t: Terms = { multipliers: [ONE, 0n], clip: ONE / 20n, stakeThreshold: 0n, exposure: ONE / 3n };
    expect(previewPayout(t, 0n, 1_000_000_007n, [ONE, 0n])).toBe(earmarkDown(1_000_000_007n, t));
  });
});

describe("the payout, by hand", () => {
  const classic: Terms = {
    multipliers: [ONE / 2n, 2n * ONE],
    clip: 50_000_000n,
    stakeThreshold: 72_000n * NMR,
    exposure: ONE,
  };

  it.each<[string, bigint, bigint, Scores, bigint]>([
    ["0.5 × 0.02 + 2 × 0.01 = 3 %", 72_000n, 100n, [20_000_000n, 10_000_000n], 3_000_000_000n],
    ["half of it at twice the threshold", 144_000n, 100n, [20_000_000n, 10_000_000n], 1_500_000_000n],
    ["clipped at 5 %", 72_000n, 100n, [20_000_000n, 50_000_000n], 5_000_000_000n],
    [
      "the clip after the factor: 11 % halved is 5.5 %, then clipped",
      144_000n,
      100n,
      [20_000_000n, 50_000_000n],
      5_000_000_000n,
    ],
    ["a burn", 72_000n, 100n, [0n, -10_000_000n], -2_000_000_000n],
    ["a burn clipped", 72_000n, 100n, [-2_000_000_000n, 0n], -5_000_000_000n],
  ])("%s", (_, total, stake, s, payout) => {
    expect(previewPayout(classic, total * NMR, stake * NMR, s)).toBe(payout);
  });

  it("has no factor without a threshold, and exactly at it", () => {
    expect(payoutFactorDown(10n ** 30n, { ...classic, stakeThreshold: 0n })).toBe(10n ** 18n);
    expect(payoutFactorDown(72_000n * NMR, classic)).toBe(10n ** 18n);
    expect(payoutFactorDown(72_000n * NMR + 1n, classic)).toBe(999_999_999_999_986_111n);
    expect(payoutFactorDown(216_000n * NMR, classic)).toBe(333_333_333_333_333_333n);
  });

  it("takes exposure off total and stake alike", () => {
    const atomic: Terms = { multipliers: [3n * ONE, 15n * ONE], clip: ONE, stakeThreshold: 0n, exposure: ONE / 64n };
    expect(totalAtRiskDown(100n, atomic)).toBe(1n);
    expect(previewPayout(atomic, 0n, 64n * NMR, [10_000_000n, 2_000_000n])).toBe(60_000_000n);
    expect(previewPayout(atomic, 0n, 64n * NMR, [-ONE, -ONE])).toBe(-1_000_000_000n);
    expect(earmarkDown(64n * NMR, atomic)).toBe(NMR);
  });

  it("of a rate too small for a nano-NMR is nothing, in both directions", () => {
    expect(previewPayout(classic, 0n, 1n, [ONE, ONE])).toBe(0n);
    expect(previewPayout(classic, 0n, 1n, [-ONE, -ONE])).toBe(0n);
    expect(rate([1n, 0n], 1n, { ...classic, multipliers: [1n, 0n] })).toBe(1n);
  });
});

describe("settleLane", () => {
  const balances = fc.record({ active: stakes, pending: stakes });
  const payouts = fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n });

  it("moves exactly what it says it applied, and never below zero", () => {
    fc.assert(
      fc.property(balances, payouts, (before, payout) => {
        const { active, pending, applied } = settleLane(before, payout);
        expect(active >= 0n && pending >= 0n).toBe(true);
        expect(active + pending - before.active - before.pending).toBe(applied);
        const burnable = -(before.active + before.pending);
        expect(applied).toBe(payout > burnable ? payout : burnable);
        if (pending < before.pending) expect(active).toBe(0n);
        if (payout > 0n) expect(pending > before.pending).toBe(before.active === 0n && before.pending > 0n);
      }),
    );
  });

  it.each<[bigint, bigint, bigint, bigint, bigint, bigint]>([
    [10n, 5n, 3n, 13n, 5n, 3n],
    [0n, 5n, 3n, 0n, 8n, 3n],
    [0n, 0n, 3n, 3n, 0n, 3n],
    [10n, 5n, -4n, 6n, 5n, -4n],
    [10n, 5n, -12n, 0n, 3n, -12n],
    [10n, 5n, -15n, 0n, 0n, -15n],
    [10n, 5n, -99n, 0n, 0n, -15n],
    [0n, 0n, -1n, 0n, 0n, 0n],
    [0n, 7n, 0n, 0n, 7n, 0n],
  ])("active %s, pending %s, payout %s", (active, pending, payout, newActive, newPending, applied) => {
    expect(settleLane({ active, pending }, payout)).toEqual({ active: newActive, pending: newPending, applied });
  });
});
