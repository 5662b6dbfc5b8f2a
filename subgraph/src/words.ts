import { BigInt } from "@graphprotocol/graph-ts";

// A word is a uint256 of four 64-bit lanes. graph-ts hands it over as the bytes of a signed little-endian integer without
// leading zeros, so lanes are read straight from those bytes: a BigInt operation would be a call out of WebAssembly each.

export const LANES_PER_WORD: i32 = 4;
const LANE_BYTES: i32 = 8;
export const POSITIONS_PER_BATCH: i32 = 1024;
export const WEI_PER_NANO: u32 = 1_000_000_000;

/** Lane `index` of an array of words; zero past its end. */
export function laneOf(words: BigInt[], index: i32): u64 {
  const wordIndex = index / LANES_PER_WORD;
  if (wordIndex >= words.length) return 0;
  return lowOf(words[wordIndex], (index % LANES_PER_WORD) * LANE_BYTES);
}

/** Up to eight bytes from `first` on, as they come, without a sign. */
function lowOf(bytes: BigInt, first: i32): u64 {
  const end = min(first + LANE_BYTES, bytes.length);
  if (end - first == LANE_BYTES) return load<u64>(bytes.dataStart + first);
  let low: u64 = 0;
  for (let i = end - 1; i >= first; i--) low = (low << 8) | (load<u8>(bytes.dataStart + i) as u64);
  return low;
}

/** The high half of a scores lane, 1e-9. */
export function score0Of(lane: u64): i32 {
  return (lane >> 32) as i32;
}

/** The low half of a scores lane, 1e-9. */
export function score1Of(lane: u64): i32 {
  return lane as i32;
}

/**
 * An integer of 128 bits in two's complement. It holds any product and any sum of amounts here; a BigInt that holds more is
 * cut.
 */
export class Wide {
  low: u64;
  high: u64;

  constructor(low: u64, high: u64) {
    this.low = low;
    this.high = high;
  }

  static fromI64(value: i64): Wide {
    return new Wide(value as u64, value < 0 ? u64.MAX_VALUE : 0);
  }

  static fromBigInt(value: BigInt): Wide {
    const length = value.length;
    const sign: u64 = length > 0 && load<i8>(value.dataStart + length - 1) < 0 ? u64.MAX_VALUE : 0;
    const low = lowOf(value, 0) | signAbove(sign, length);
    const high = lowOf(value, LANE_BYTES) | signAbove(sign, length - LANE_BYTES);
    return new Wide(low, high);
  }

  toBigInt(): BigInt {
    const bytes = new BigInt(16);
    store<u64>(bytes.dataStart, this.low);
    store<u64>(bytes.dataStart + 8, this.high);
    return bytes;
  }

  plus(other: Wide): Wide {
    const low = this.low + other.low;
    const carry: u64 = low < other.low ? 1 : 0;
    return new Wide(low, this.high + other.high + carry);
  }

  times(factor: u32): Wide {
    const lowProduct = (this.low & 0xffffffff) * (factor as u64);
    const middle = (this.low >> 32) * (factor as u64) + (lowProduct >> 32);
    const low = (middle << 32) | (lowProduct & 0xffffffff);
    // Two's complement: what overflows of the high half is lost with or without a sign.
    return new Wide(low, this.high * (factor as u64) + (middle >> 32));
  }

  negative(): Wide {
    return new Wide(~this.low + 1, this.low == 0 ? ~this.high + 1 : ~this.high);
  }
}

/** A sign's bits above so many bytes of eight. */
function signAbove(sign: u64, bytes: i32): u64 {
  return bytes >= LANE_BYTES ? 0 : sign << (8 * max(bytes, 0));
}

/** value × factor, exactly: 128 bits are enough for any product of the two types. */
export function times(value: i64, factor: u32): BigInt {
  return Wide.fromI64(value).times(factor).toBigInt();
}

export function nanoToWei(nano: i64): BigInt {
  return times(nano, WEI_PER_NANO);
}

/** The sum of an amount in wei and one in nano-NMR, wei. */
export function plusNano(wei: BigInt, nano: i64): BigInt {
  return Wide.fromBigInt(wei).plus(Wide.fromI64(nano).times(WEI_PER_NANO)).toBigInt();
}

/** An amount that somebody holds, in nano-NMR: whole, never negative, and small enough for a lane. */
export function weiToNano(wei: BigInt): i64 {
  const wide = Wide.fromBigInt(wei);
  const divisor = WEI_PER_NANO as u64;
  const middle = ((wide.high % divisor) << 32) | (wide.low >> 32);
  const low = ((middle % divisor) << 32) | (wide.low & 0xffffffff);
  return (((middle / divisor) << 32) | (low / divisor)) as i64;
}
