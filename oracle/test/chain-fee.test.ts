import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { feeOn, limited, type Moment, rungAt, topRungAt } from "../src/chain/fee.ts";

const GWEI = 10n ** 9n;
const RUNS = { numRuns: 2_000 };
const prices = fc.tuple(fc.bigInt(0n, 10_000n * GWEI), fc.bigInt(0n, 100n * GWEI));
const windows = fc.record({
  eligibleAt: fc.integer({ min: 1, max: 10 ** 9 }),
  length: fc.integer({ min: 1, max: 30 * 86_400 }),
  hasDeadline: fc.boolean(),
});

function at(
  { eligibleAt, length, hasDeadline }: { eligibleAt: number; length: number; hasDeadline: boolean },
  now: number,
): Moment {
  return { now, eligibleAt, deadline: hasDeadline ? eligibleAt + length : null };
}

describe("the fee", () => {
  it("is twice the base fee and the tip at first, and for an action that isn't due yet", () => {
    for (const now of [50, 100, 135]) expect(rungAt({ now, eligibleAt: 100, deadline: 90_000 })).toBe(0);
    expect(feeOn(0, GWEI, GWEI / 10n)).toEqual({
      maxFeePerGas: 2n * GWEI + GWEI / 10n,
      maxPriorityFeePerGas: GWEI / 10n,
    });
    expect(feeOn(0, 0n, 0n).maxPriorityFeePerGas).toBeGreaterThan(0n);
  });

  it("climbs a rung each 36 seconds, to the thirteenth, and to the nineteenth in the last tenth of the window", () => {
    const moment = (now: number): Moment => ({ now, eligibleAt: 0, deadline: 10_000 });
    expect([35, 36, 71, 72].map((now) => rungAt(moment(now)))).toEqual([0, 1, 1, 2]);
    expect([13 * 36, 5_000, 9_000].map((now) => rungAt(moment(now)))).toEqual([13, 13, 13]);
    expect([9_001, 9_999].map((now) => rungAt(moment(now)))).toEqual([19, 19]);
    expect(topRungAt({ ...moment(10 ** 9), deadline: null })).toBe(13);
    // A short window is no reason to begin high.
    expect(rungAt({ now: 95, eligibleAt: 0, deadline: 100 })).toBe(2);
  });

  it("never falls as time goes on, and is the same for every life of the process", () => {
    fc.assert(
      fc.property(windows, prices, fc.nat(3 * 10 ** 6), fc.nat(10 ** 5), (window, [baseFee, tip], after, later) => {
        const first = feeOn(rungAt(at(window, window.eligibleAt + after)), baseFee, tip);
        const second = feeOn(rungAt(at(window, window.eligibleAt + after + later)), baseFee, tip);
        expect(second.maxFeePerGas).toBeGreaterThanOrEqual(first.maxFeePerGas);
        expect(second.maxPriorityFeePerGas).toBeGreaterThanOrEqual(first.maxPriorityFeePerGas);
      }),
      RUNS,
    );
  });

  it("is at least 12.5 % more on the next rung, in both parts, which is what replaces", () => {
    fc.assert(
      fc.property(prices, fc.nat(18), ([baseFee, tip], rung) => {
        const [low, high] = [feeOn(rung, baseFee, tip), feeOn(rung + 1, baseFee, tip)];
        // Rounded up on each rung, so a rung may lack a wei of its eighth, never of a tenth.
        expect(high.maxFeePerGas * 10n).toBeGreaterThanOrEqual(low.maxFeePerGas * 11n);
        expect(high.maxPriorityFeePerGas * 10n).toBeGreaterThanOrEqual(low.maxPriorityFeePerGas * 11n);
        expect(high.maxFeePerGas * 8n + 16n).toBeGreaterThanOrEqual(low.maxFeePerGas * 9n);
      }),
      RUNS,
    );
  });

  it("is at most 5 times what the market suggests, 10 times in the last tenth, and never above the limit", () => {
    fc.assert(
      fc.property(
        windows,
        prices,
        fc.nat(3 * 10 ** 6),
        fc.bigInt(1n, 10_000n * GWEI),
        (window, [baseFee, tip], after, limit) => {
          const moment = at(window, window.eligibleAt + after);
          const [market, fee] = [feeOn(0, baseFee, tip), feeOn(rungAt(moment), baseFee, tip)];
          const isLast =
            moment.deadline !== null && moment.deadline - moment.now < (moment.deadline - moment.eligibleAt) / 10;
          const most = isLast ? 10n : 5n;
          expect(fee.maxFeePerGas).toBeLessThanOrEqual(market.maxFeePerGas * most);
          expect(fee.maxPriorityFeePerGas).toBeLessThanOrEqual(market.maxPriorityFeePerGas * most);
          const held = limited(fee, limit);
          expect(held.maxFeePerGas).toBe(fee.maxFeePerGas < limit ? fee.maxFeePerGas : limit);
          expect(held.maxPriorityFeePerGas).toBeLessThanOrEqual(held.maxFeePerGas);
        },
      ),
      RUNS,
    );
  });
});
