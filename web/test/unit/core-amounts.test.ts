import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactNmr, exactPercent, parseNmr, percentText, shortNmr } from "../../src/core/amounts.ts";
import { copy } from "../../src/copy/en.ts";
import { durationText, isoTime, timeText } from "../../src/core/times.ts";

const NMR = 10n ** 18n;
const wei = fc.bigInt({ min: -(10n ** 27n), max: 10n ** 27n });
const nano = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const places = fc.integer({ min: 0, max: 9 });

/** The number that a shown amount names, wei. */
function valueOf(shown: string): bigint {
  const text = shown.replace(" NMR", "").replaceAll(",", "").replace("−", "-");
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  const value = BigInt(whole) * NMR + BigInt(fraction.padEnd(18, "0"));
  return text.startsWith("-") ? -value : value;
}

describe("an exact amount", () => {
  it("is the amount itself, without trailing zeros", () => {
    fc.assert(
      fc.property(wei, (amount) => {
        expect(valueOf(exactNmr(amount))).toBe(amount);
        expect(exactNmr(amount)).toMatch(/^−?\d{1,3}(,\d{3})*(\.\d*[1-9])? NMR$/);
      }),
    );
  });
});

describe("a short amount", () => {
  it("has so many places, is cut toward zero, and is never zero for what is not", () => {
    fc.assert(
      fc.property(wei, places, (amount, count) => {
        const shown = shortNmr(amount, count);
        const step = 10n ** BigInt(18 - count);
        if (/^[<>]/.test(shown)) {
          const least = valueOf(shown.slice(2));
          expect(amount !== 0n && (least > 0n ? amount > 0n && amount < least : amount < 0n && amount > least)).toBe(
            true,
          );
        } else {
          expect(valueOf(shown)).toBe(amount - (amount % step));
          expect(valueOf(shown) === 0n).toBe(amount === 0n);
          expect(shown.split(" ")[0]?.split(".")[1] ?? "").toHaveLength(count);
        }
      }),
    );
  });

  it.each([
    [1_234_567n * NMR + NMR / 2n, "1,234,567.500 NMR"],
    [NMR / 1000n, "0.001 NMR"],
    [NMR / 1000n - 1n, "< 0.001 NMR"],
    [-1n, "> −0.001 NMR"],
    [-(NMR * 5n) / 3n, "−1.666 NMR"],
    [0n, "0.000 NMR"],
  ])("%s wei is %s", (amount, shown) => {
    expect(shortNmr(amount)).toBe(shown);
  });
});

describe("a percentage", () => {
  it.each([
    [50_000_000n, 9, "5.00 %", "5 %"],
    [17_000_000n, 9, "1.70 %", "1.7 %"],
    [1n, 9, "< 0.01 %", "0.0000001 %"],
    [-15_625_000n, 9, "−1.56 %", "−1.5625 %"],
    [10n ** 18n, 18, "100.00 %", "100 %"],
  ])("%s of 10^-%s is %s", (share, decimals, short, exact) => {
    expect([percentText(share, decimals), exactPercent(share, decimals)]).toEqual([short, exact]);
  });
});

describe("what people type", () => {
  it("is read back as it is shown, where no comma is in doubt", () => {
    fc.assert(
      fc.property(nano, (amount) => {
        const typed = exactNmr(amount * 10n ** 9n);
        const doubt = /^\d{1,3},\d{3} NMR$/.test(typed);
        expect(parseNmr(typed)).toEqual(doubt ? { fault: expect.any(String) as string } : { wei: amount * 10n ** 9n });
        expect(parseNmr(typed.replaceAll(",", ""))).toEqual({ wei: amount * 10n ** 9n });
      }),
    );
  });

  it("is an amount or a fault for every text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.,eE+\-NMR ]{0,14}$/)), (text) => {
        const read = parseNmr(text);
        if ("wei" in read) expect(read.wei % 10n ** 9n).toBe(0n);
        else expect(read.fault).toMatch(/\.$/);
      }),
    );
  });

  const { faults } = copy.amounts;
  it.each([
    [" 12.5 nmr ", { wei: (25n * NMR) / 2n }],
    ["0.0000000010", { wei: 10n ** 9n }],
    ["1,234.5", { wei: (2469n * NMR) / 2n }],
    ["1,234,567", { wei: 1_234_567n * NMR }],
    ["1,234", { fault: faults.comma("1,234") }],
    ["1,5", { fault: faults.comma("1,5") }],
    ["1,23.5", { fault: faults.comma("1,23.5") }],
    ["1.234,5", { fault: faults.comma("1.234,5") }],
    ["", { fault: faults.empty }],
    ["NMR", { fault: faults.empty }],
    ["-1", { fault: faults.negative("-1") }],
    ["−1", { fault: faults.negative("−1") }],
    ["1e5", { fault: faults.notANumber("1e5") }],
    ["0x10", { fault: faults.notANumber("0x10") }],
    [".5", { fault: faults.notANumber(".5") }],
    ["1.0000000001", { fault: faults.tooFine("1.0000000001") }],
    ["9223372036.854775808", { fault: faults.tooMuch("9223372036.854775808") }],
    ["9223372036.854775807", { wei: (2n ** 63n - 1n) * 10n ** 9n }],
  ])("%s", (typed, read) => {
    expect(parseNmr(typed)).toEqual(read);
  });
});

describe("times", () => {
  it.each([
    [0, "0 seconds"],
    [1, "1 second"],
    [61, "1 minute 1 second"],
    [3_600, "1 hour"],
    [3 * 86_400 + 4 * 3_600 + 59, "3 days 4 hours"],
    [1_000n * 86_400n + 3_599n, "1,000 days"],
  ])("%s seconds are %s", (seconds, shown) => {
    expect(durationText(seconds, "en")).toBe(shown);
  });

  it("never names more time than there is, nor less by a smaller unit's worth", () => {
    const sizes: Record<string, number> = { day: 86_400, hour: 3_600, minute: 60, second: 1 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (seconds) => {
        const parts = [
          ...durationText(seconds, "en")
            .replaceAll(",", "")
            .matchAll(/(\d+) (\w+?)s?\b/g),
        ];
        const named = parts.reduce((sum, [, count = "", unit = ""]) => sum + Number(count) * (sizes[unit] ?? NaN), 0);
        expect(named).toBeLessThanOrEqual(seconds);
        expect(seconds - named).toBeLessThan(seconds >= 86_400 ? 3_600 : seconds >= 3_600 ? 60 : 1);
      }),
    );
  });

  it("names the clock", () => {
    expect(timeText(1_797_260_400, { locale: "en-GB", zone: "UTC" })).toBe("14 Dec 2026, 15:00 UTC");
    expect(timeText(1_797_260_400n, { locale: "en-GB", zone: "local" })).toMatch(/2026, \d\d:\d\d .+/);
    expect(timeText(2n ** 256n - 1n, { locale: "en", zone: "UTC" })).toBe(`${(2n ** 256n - 1n).toString()} s`);
    expect(isoTime(1_797_260_400)).toBe("2026-12-14T15:00:00Z");
  });
});
