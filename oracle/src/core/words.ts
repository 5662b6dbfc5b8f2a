import { type Hex, keccak256 } from "viem";
import { InputError } from "./errors.ts";

/** Lanes in a word: 64 bits each, lane i at bits [64·i, 64·i + 64). */
export const LANES = 4;
export const WORDS_PER_BATCH = 256;
export const POSITIONS_PER_BATCH = LANES * WORDS_PER_BATCH;

/** The two scores of a position, 1e-9, int32 each. */
export type Scores = readonly [bigint, bigint];

const LANE_MASK = 2n ** 64n - 1n;
const MAX_WORD = 2n ** 256n - 1n;
const WORD_BYTES = 32;

/** Stakes in nano-NMR to words; the last word is filled up with zeros. */
export function packStakes(nano: readonly bigint[]): bigint[] {
  return pack(nano.map((stake, index) => inRange(stake, 0n, LANE_MASK, "stakes", index)));
}

/** Words to stakes in nano-NMR, four a word. */
export function unpackStakes(words: readonly bigint[]): bigint[] {
  return unpack(words);
}

/** Scores to words, score 0 in the high half of a lane; the last word is filled up with (0, 0). */
export function packScores(lanes: readonly Scores[]): bigint[] {
  return pack(lanes.map(([high, low], index) => (int32(high, index) << 32n) | int32(low, index)));
}

/** Words to scores, four pairs a word. */
export function unpackScores(words: readonly bigint[]): Scores[] {
  return unpack(words).map((lane) => [BigInt.asIntN(32, lane >> 32n), BigInt.asIntN(32, lane)]);
}

/** Signed payouts in nano-NMR to words, in two's complement; the last word is filled up with zeros. */
export function packPayouts(nano: readonly bigint[]): bigint[] {
  const limit = 2n ** 63n;
  return pack(nano.map((payout, index) => BigInt.asUintN(64, inRange(payout, -limit, limit - 1n, "payouts", index))));
}

/** Words to signed payouts in nano-NMR, four a word. */
export function unpackPayouts(words: readonly bigint[]): bigint[] {
  return unpack(words).map((lane) => BigInt.asIntN(64, lane));
}

/** keccak256 of the words, 32 bytes each, back to back: `stakesHash` and `scoresHash` of a report. */
export function hashWords(words: readonly bigint[]): Hex {
  const bytes = new Uint8Array(words.length * WORD_BYTES);
  const view = new DataView(bytes.buffer);
  words.forEach((word, index) => {
    checkedWord(word, index);
    // Each takes the lowest 64 bits of what it is given.
    view.setBigUint64(index * WORD_BYTES, word >> 192n);
    view.setBigUint64(index * WORD_BYTES + 8, word >> 128n);
    view.setBigUint64(index * WORD_BYTES + 16, word >> 64n);
    view.setBigUint64(index * WORD_BYTES + 24, word);
  });
  return keccak256(bytes);
}

function pack(lanes: readonly bigint[]): bigint[] {
  const words: bigint[] = [];
  for (let at = 0; at < lanes.length; at += LANES) {
    words.push(lanes.slice(at, at + LANES).reduceRight((packed, lane) => (packed << 64n) | lane, 0n));
  }
  return words;
}

function unpack(words: readonly bigint[]): bigint[] {
  const lanes: bigint[] = [];
  words.forEach((word, index) => {
    checkedWord(word, index);
    lanes.push(word & LANE_MASK, (word >> 64n) & LANE_MASK, (word >> 128n) & LANE_MASK, word >> 192n);
  });
  return lanes;
}

function int32(score: bigint, index: number): bigint {
  return BigInt.asUintN(32, inRange(score, -(2n ** 31n), 2n ** 31n - 1n, "scores", index));
}

function checkedWord(word: bigint, index: number): bigint {
  if (word < 0n || word > MAX_WORD) throw new InputError(`words[${index}]`, `${word.toString()} is not a uint256`);
  return word;
}

function inRange(value: bigint, least: bigint, most: bigint, kind: string, index: number): bigint {
  if (value >= least && value <= most) return value;
  throw new InputError(
    `${kind}[${index}]`,
    `${value.toString()} doesn't fit lane ${index % LANES} of word ${Math.floor(index / LANES)}; ` +
      `allowed is ${least.toString()} to ${most.toString()}`,
  );
}
