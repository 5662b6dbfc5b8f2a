import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import {
  compareDecimals,
  formatNmr,
  nanoFromDecimalDown,
  nanoFromWei,
  parseDecimal,
  scaledFromDecimalNearest,
  scoreFromDecimalNearest,
  scoreFromProductNearest,
  signedNanoFromDecimalTowardZero,
  weiFromNano,
} from "../src/core/units.ts";

/** A decimal as text in one of its writings, with the exact rational it stands for. */
const decimals = fc
  .record({
    negative: fc.boolean(),
    whole: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    fraction: fc.stringMatching(/^[0-9]{0,24}$/),
    exponent: fc.option(fc.integer({ min: -30, max: 12 }), { nil: undefined }),
    commas: fc.boolean(),
    capital: fc.boolean(),
  })
  .map(({ negative, whole, fraction, exponent, commas, capital }) => {
    const grouped = commas ? whole.toLocaleString("en-US") : whole.toString();
    const power = exponent === undefined ? "" : `${capital ? "E" : "e"}${exponent}`;
    const text = `${negative ? "-" : ""}${grouped}${fraction === "" ? "" : `.${fraction}`}${power}`;
    const digits = BigInt(whole.toString() + fraction) * (negative ? -1n : 1n);
    const shift = (exponent ?? 0) - fraction.length;
    const [numerator, denominator] = shift >= 0 ? [digits * 10n ** BigInt(shift), 1n] : [digits, 10n ** BigInt(-shift)];
    return { text, numerator, denominator };
  });

/** The refusal of a call, which must be an InputError of the field that the tests use. */
function refusal(call: () => unknown): InputError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    const refused = error as InputError;
    expect(refused.field).toBe("some.field");
    expect(refused.message).toBe(`some.field: ${refused.reason}`);
    return refused;
  }
  throw new Error("was not refused");
}

describe("parseDecimal", () => {
  it("equals the exact rational for every writing", () => {
    fc.assert(
      fc.property(decimals, ({ text, numerator, denominator }) => {
        const { digits, scale } = parseDecimal(text, "f");
        expect(scale).toBeGreaterThanOrEqual(0);
        expect(digits * denominator).toBe(numerator * 10n ** BigInt(scale));
      }),
    );
  });

  it("reads every double that JavaScript can print", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const { digits, scale } = parseDecimal(String(value), "f");
        expect(Number(`${digits}e-${scale}`)).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it.each([
    ["12", 12n, 0],
    ["-0.5", -5n, 1],
    ["1e-7", 1n, 7],
    ["0E-18", 0n, 18],
    ["1,234.5", 12345n, 1],
    ["1,234,567", 1234567n, 0],
    ["1.5E+3", 1500n, 0],
    ["-0", 0n, 0],
    ["007", 7n, 0],
    ["1e400", 10n ** 400n, 0],
    ["1e-400", 1n, 400],
    ["9".repeat(100), 10n ** 100n - 1n, 0],
  ])("reads %s", (text, digits, scale) => {
    expect(parseDecimal(text, "f")).toEqual({ digits, scale });
  });

  it.each([
    "",
    " ",
    "1 ",
    " 1",
    "1\n",
    "+1",
    ".5",
    "5.",
    "-",
    "--1",
    "1e",
    "e5",
    "1e5.5",
    "0x10",
    "1_000",
    "NaN",
    "Infinity",
    "-Infinity",
    "null",
    "1,23",
    "12,34.5",
    "1,2345",
    ",123",
    "0,123",
    "1234,567",
    "1,234,56",
    "1.234,5",
    "1,,234",
    "1.2,345",
    "١٢",
    "1e401",
    "1e-401",
    "1e99999999999999999999",
    "9".repeat(101),
  ])("refuses %j", (text) => {
    const { message } = refusal(() => parseDecimal(text, "some.field"));
    expect(message).toContain(JSON.stringify(text.slice(0, 100)));
    expect(message).toContain("write a decimal such as");
  });
});

describe("compareDecimals", () => {
  const sign = (value: bigint): number => (value > 0n ? 1 : value < 0n ? -1 : 0);

  it("compares as the exact rationals do, whatever their writing", () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const [first, second] = [a, b].map(({ text }) => parseDecimal(text, "some.field"));
        if (first === undefined || second === undefined) throw new Error("two are two");
        const exact = a.numerator * b.denominator - b.numerator * a.denominator;
        expect(sign(compareDecimals(first, second))).toBe(sign(exact));
        expect(compareDecimals(first, first)).toBe(0n);
      }),
    );
  });

  it.each([
    ["0.15", "1.5e-1", 0],
    ["0.15", "0.150", 0],
    ["-0", "0", 0],
    ["0.1500000000000000000001", "0.15", 1],
    ["-1", "0.000001", -1],
    ["1e20", "1e21", -1],
  ])("puts %s beside %s: %i", (a, b, expected) => {
    expect(sign(compareDecimals(parseDecimal(a, "some.field"), parseDecimal(b, "some.field")))).toBe(expected);
  });
});

describe("nano-NMR", () => {
  it("drops what is finer than a nano-NMR, exactly", () => {
    fc.assert(
      fc.property(decimals, ({ text, numerator, denominator }) => {
        const exact = numerator * 10n ** 9n;
        fc.pre(exact / denominator <= 2n ** 63n - 1n && exact / denominator >= -(2n ** 63n) + 1n);
        expect(signedNanoFromDecimalTowardZero(text, "f")).toBe(exact / denominator);
        if (numerator >= 0n) expect(nanoFromDecimalDown(text, "f")).toBe(exact / denominator);
        else expect(refusal(() => nanoFromDecimalDown(text, "some.field")).message).toContain("negative");
      }),
    );
  });

  it("goes to the last value of the ledger and no further", () => {
    expect(nanoFromDecimalDown("18446744073.7095516159", "f")).toBe(2n ** 64n - 1n);
    expect(refusal(() => nanoFromDecimalDown("18446744073.709551616", "some.field")).reason).toBe(
      "18446744073.709551616 is too much; at most 18446744073.709551615 NMR fit",
    );
    expect(signedNanoFromDecimalTowardZero("-9223372036.8547758079", "f")).toBe(-(2n ** 63n) + 1n);
    expect(refusal(() => signedNanoFromDecimalTowardZero("-9223372036.854775808", "some.field")).reason).toContain(
      "±9223372036.854775807",
    );
  });

  it("refuses the smallest negative amount, but takes a negative zero", () => {
    refusal(() => nanoFromDecimalDown("-1e-30", "some.field"));
    expect(nanoFromDecimalDown("-0.0", "f")).toBe(0n);
    expect(signedNanoFromDecimalTowardZero("-0.0000000009999", "f")).toBe(0n);
  });

  it("is exact in wei, and refuses wei that are not whole", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n }), fc.bigInt({ min: 1n, max: 10n ** 9n - 1n }), (nano, dust) => {
        expect(nanoFromWei(weiFromNano(nano), "f")).toBe(nano);
        expect(refusal(() => nanoFromWei(weiFromNano(nano) + dust, "some.field")).message).toContain(
          (weiFromNano(nano) + dust).toString(),
        );
      }),
    );
  });
});

describe("formatNmr", () => {
  it("is read back as the same amount, with and without separators", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), (nano) => {
        expect(signedNanoFromDecimalTowardZero(formatNmr(nano), "f")).toBe(nano);
        expect(signedNanoFromDecimalTowardZero(formatNmr(nano, ","), "f")).toBe(nano);
        expect(formatNmr(nano)).not.toMatch(/\.$|\..*0$/);
      }),
    );
  });

  it.each([
    [0n, "0", "0"],
    [1n, "0.000000001", "0.000000001"],
    [-1_500_000_000n, "-1.5", "-1.5"],
    [999_000_000_000n, "999", "999"],
    [-1_234_567_000_000_001n, "-1234567.000000001", "-1,234,567.000000001"],
  ])("writes %s as %s", (nano, plain, grouped) => {
    expect(formatNmr(nano)).toBe(plain);
    expect(formatNmr(nano, ",")).toBe(grouped);
  });
});

describe("scores", () => {
  it("round to the nearest, ties away from zero, and mirror at zero", () => {
    fc.assert(
      fc.property(decimals, fc.integer({ min: 0, max: 12 }), ({ text, numerator, denominator }, places) => {
        const scaled = scaledFromDecimalNearest(text, places, "f");
        const twiceError = 2n * (numerator * 10n ** BigInt(places) - scaled * denominator);
        const size = twiceError < 0n ? -twiceError : twiceError;
        expect(size <= denominator).toBe(true);
        // On a tie, what was left out points toward zero: the result is the one further away.
        if (size === denominator) expect(twiceError < 0n).toBe(numerator > 0n);
        const mirrored = text.startsWith("-") ? text.slice(1) : `-${text}`;
        expect(scaledFromDecimalNearest(mirrored, places, "f")).toBe(-scaled);
      }),
    );
  });

  it.each([
    ["0.0000000005", 1n],
    ["-0.0000000005", -1n],
    ["0.00000000049999999999", 0n],
    ["0.0000000015", 2n],
    ["0.0000000025", 3n],
    ["-9.89382e-06", -9894n],
    ["2.147483647", 2147483647n],
    ["-2.1474836474999", -2147483647n],
  ])("reads %s", (text, score) => {
    expect(scoreFromDecimalNearest(text, "f")).toBe(score);
  });

  it.each(["2.1474836475", "-2.1474836475", "-2.147483648", "3", "1e300"])("refuses %s", (text) => {
    expect(refusal(() => scoreFromDecimalNearest(text, "some.field")).reason).toBe(
      `${text} is out of range; a score is within ±2.147483647`,
    );
  });

  it("round a product once, from its exact value", () => {
    const small = decimals.filter(({ numerator, denominator }) => numerator * numerator < denominator * denominator);
    fc.assert(
      fc.property(small, small, (a, b) => {
        const product = scoreFromProductNearest(a.text, b.text, "f");
        const denominator = a.denominator * b.denominator;
        const twiceError = 2n * (a.numerator * b.numerator * 10n ** 9n - product * denominator);
        expect((twiceError < 0n ? -twiceError : twiceError) <= denominator).toBe(true);
      }),
    );
    // Rounding the factor first would give 0.000000002.
    expect(scoreFromProductNearest("0.0000000005", "2.0", "f")).toBe(1n);
    expect(scoreFromProductNearest("0.0000000003", "1.5", "f")).toBe(0n);
    expect(refusal(() => scoreFromProductNearest("1.5", "2", "some.field")).reason).toContain(
      "1.5 × 2 is out of range",
    );
  });
});
