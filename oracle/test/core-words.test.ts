import fc from "fast-check";
import { keccak256 } from "viem";
import { describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import {
  hashWords,
  LANES,
  packPayouts,
  packScores,
  packStakes,
  POSITIONS_PER_BATCH,
  type Scores,
  unpackPayouts,
  unpackScores,
  unpackStakes,
  WORDS_PER_BATCH,
} from "../src/core/words.ts";

const stake = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const payout = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const int32 = fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n - 1n });
const scores = fc.tuple(int32, int32);

const kinds = [
  { name: "stakes", lane: stake as fc.Arbitrary<unknown>, pack: packStakes, unpack: unpackStakes, zero: 0n },
  { name: "scores", lane: scores as fc.Arbitrary<unknown>, pack: packScores, unpack: unpackScores, zero: [0n, 0n] },
  { name: "payouts", lane: payout as fc.Arbitrary<unknown>, pack: packPayouts, unpack: unpackPayouts, zero: 0n },
].map((kind) => ({ ...kind, pack: kind.pack as (lanes: unknown[]) => bigint[] }));

describe.each(kinds)("words of $name", ({ lane, pack, unpack, zero }) => {
  const lanes = fc.array(lane, { maxLength: 21 });

  it("unpack to what was packed, padded with zeros to a whole word", () => {
    fc.assert(
      fc.property(lanes, (values) => {
        const words = pack(values);
        expect(words).toHaveLength(Math.ceil(values.length / LANES));
        expect(words.every((word) => word >= 0n && word < 2n ** 256n)).toBe(true);
        const padding = Array.from({ length: words.length * LANES - values.length }, () => zero);
        expect(unpack(words)).toEqual([...values, ...padding]);
      }),
    );
  });

  it("keep each lane in its own 64 bits", () => {
    fc.assert(
      fc.property(fc.array(lane, { minLength: 1, maxLength: 21 }), fc.nat(), lane, (values, at, replacement) => {
        const index = at % values.length;
        const before = pack(values);
        const after = pack(values.with(index, replacement));
        const mask = (2n ** 64n - 1n) << BigInt(64 * (index % LANES));
        before.forEach((word, number) => {
          const changed = word ^ (after[number] ?? 0n);
          expect(changed & ~(number === Math.floor(index / LANES) ? mask : 0n)).toBe(0n);
        });
      }),
    );
  });
});

/** The 64 digits of each word, one after the other. */
const digits = (words: readonly bigint[]) => words.map((word) => word.toString(16).padStart(64, "0")).join("");

describe("words, read as text", () => {
  const word = fc.oneof(
    fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
    fc.constantFrom(0n, 1n, 2n ** 192n, 2n ** 256n - 1n),
  );
  const words = fc.array(word, { maxLength: 20 });

  it("hash as their digits do", () => {
    fc.assert(
      fc.property(words, (values) => {
        expect(hashWords(values)).toBe(keccak256(`0x${digits(values)}`));
      }),
    );
  });

  it("hold a lane in sixteen digits, the first one last", () => {
    fc.assert(
      fc.property(words, (values) => {
        const lanes = values.flatMap((value) => digits([value]).match(/.{16}/g)?.toReversed() ?? []);
        const whole = lanes.map((lane) => BigInt(`0x${lane}`));
        expect(unpackStakes(values)).toEqual(whole);
        expect(unpackPayouts(values)).toEqual(whole.map((lane) => BigInt.asIntN(64, lane)));
        expect(unpackScores(values)).toEqual(
          lanes.map((lane) => lane.match(/.{8}/g)?.map((half) => BigInt.asIntN(32, BigInt(`0x${half}`)))),
        );
        expect(packStakes(whole)).toEqual(values);
      }),
    );
  });
});

describe("words, by hand", () => {
  it("put lane 0 lowest and score 0 high", () => {
    expect(packStakes([1n, 2n, 3n, 4n, 5n])).toEqual([1n | (2n << 64n) | (3n << 128n) | (4n << 192n), 5n]);
    expect(packScores([[1n, 2n]])).toEqual([(1n << 32n) | 2n]);
    expect(packScores([[-1n, -2n]])).toEqual([0xffffffff_fffffffen]);
    expect(packScores([[0n, -1n]])).toEqual([0xffffffffn]);
    expect(packPayouts([-1n, 1n])).toEqual([0xffffffff_ffffffffn | (1n << 64n)]);
  });

  it("know the size of a batch", () => {
    expect([LANES, WORDS_PER_BATCH, POSITIONS_PER_BATCH]).toEqual([4, 256, 1024]);
    expect(packStakes(Array.from({ length: POSITIONS_PER_BATCH }, () => 1n))).toHaveLength(WORDS_PER_BATCH);
  });

  it("hash as 32-byte words back to back", () => {
    expect(hashWords([])).toBe(keccak256("0x"));
    expect(hashWords([1n, 2n ** 255n])).toBe(keccak256(`0x${"1".padStart(64, "0")}${"8".padEnd(64, "0")}`));
    expect(hashWords([1n, 2n])).not.toBe(hashWords([2n, 1n]));
    expect(hashWords([0n])).not.toBe(hashWords([0n, 0n]));
  });

  const wide: [string, () => unknown, string, string][] = [
    ["a negative stake", () => packStakes([0n, -1n]), "stakes[1]", "-1 doesn't fit lane 1 of word 0"],
    ["a stake of 65 bits", () => packStakes([0n, 0n, 0n, 0n, 0n, 0n, 2n ** 64n]), "stakes[6]", "lane 2 of word 1"],
    ["a high score", () => packScores([[2n ** 31n, 0n]]), "scores[0]", "2147483648 doesn't fit"],
    ["a low score", () => packScores([[0n, 0n] as Scores, [0n, -(2n ** 31n) - 1n]]), "scores[1]", "-2147483649"],
    ["a payout too high", () => packPayouts([2n ** 63n]), "payouts[0]", "9223372036854775808 doesn't fit"],
    ["a payout too low", () => packPayouts([-(2n ** 63n) - 1n]), "payouts[0]", "-9223372036854775809"],
    ["a word of 257 bits", () => hashWords([0n, 2n ** 256n]), "words[1]", "is not a uint256"],
    ["a negative word", () => unpackStakes([-1n]), "words[0]", "-1 is not a uint256"],
  ];
  it.each(wide)("refuse %s", (_, call, field, message) => {
    expect(call).toThrow(InputError);
    expect(call).toThrow(expect.objectContaining({ field }) as Error);
    expect(call).toThrow(message);
  });
});
