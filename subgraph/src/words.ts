import { BigInt } from "@graphprotocol/graph-ts";

// A word is a uint256 of four 64-bit lanes. graph-ts hands it over as the bytes of a signed little-endian integer without
// leading zeros, so lanes are read straight from those bytes: a BigInt operation would be a call out of WebAssembly each.

export const LANES_PER_WORD: i32 = 4;
export const POSITIONS_PER_BATCH: i32 = 1024;
export const WEI_PER_NANO: u32 = 1_000_000_000;

/** Lane `index` of an array of words; zero past its end. */
export function laneOf(words: BigInt[], index: i32): u64 {
  const wordIndex = index / LANES_PER_WORD;
  if (wordIndex >= words.length) return 0;
  const word = words[wordIndex];
  const first = (index % LANES_PER_WORD) * 8;
  const end = min(first + 8, word.length);
  let lane: u64 = 0;
  for (let i = end - 1; i >= first; i--) lane = (lane << 8) | (word[i] as u64);
  return lane;
}

/** The high half of a scores lane, 1e-9. */
export function score0Of(lane: u64): i32 {
  return (lane >> 32) as i32;
}

/** The low half of a scores lane, 1e-9. */
export function score1Of(lane: u64): i32 {
  return lane as i32;
}

/** value × factor, exactly: 128 bits are enough for any product of the two types. */
export function times(value: i64, factor: u32): BigInt {
  const negative = value < 0;
  const magnitude = (negative ? -value : value) as u64;
  const lowProduct = (magnitude & 0xffffffff) * (factor as u64);
  const middle = (magnitude >> 32) * (factor as u64) + (lowProduct >> 32);
  let low = (middle << 32) | (lowProduct & 0xffffffff);
  let high = middle >> 32;
  if (negative) {
    low = ~low + 1;
    high = low == 0 ? ~high + 1 : ~high;
  }
  const bytes = new BigInt(16);
  for (let i = 0; i < 8; i++) {
    bytes[i] = (low >> (8 * i)) as u8;
    bytes[8 + i] = (high >> (8 * i)) as u8;
  }
  return bytes;
}

export function nanoToWei(nano: i64): BigInt {
  return times(nano, WEI_PER_NANO);
}
