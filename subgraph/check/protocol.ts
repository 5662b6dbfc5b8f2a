// The protocol's arithmetic (protocol.md §3 and §6), written from the text: nothing here is shared with the mappings.
export const LANES_PER_WORD = 4;
export const POSITIONS_PER_BATCH = 1024;
export const WEI_PER_NANO = 10n ** 9n;
const NANO = 10n ** 9n;
const FACTOR = 10n ** 18n;

export interface Terms {
  multipliers: readonly [bigint, bigint];
  clip: bigint;
  stakeThreshold: bigint;
  exposure: bigint;
}

/** All lanes of some words, unsigned. */
export function lanesOf(words: readonly bigint[]): BigUint64Array {
  const lanes = new BigUint64Array(words.length * LANES_PER_WORD);
  for (const [index, word] of words.entries()) {
    for (let lane = 0; lane < LANES_PER_WORD; lane++) {
      lanes[index * LANES_PER_WORD + lane] = word >> BigInt(64 * lane); // cut to 64 bits by the array
    }
  }
  return lanes;
}

export function scoresOf(lane: bigint): [bigint, bigint] {
  return [BigInt.asIntN(32, lane >> 32n), BigInt.asIntN(32, lane)];
}

/** Total at risk of stakes, nano-NMR, down. */
export function totalAtRisk(terms: Terms, staked: bigint): bigint {
  return (staked * terms.exposure) / NANO;
}

/** 1e-18, down. */
export function payoutFactor(terms: Terms, staked: bigint): bigint {
  const total = totalAtRisk(terms, staked);
  if (terms.stakeThreshold === 0n || total <= terms.stakeThreshold) return FACTOR;
  return (terms.stakeThreshold * FACTOR) / total;
}

/** What a batch holds back of the reserve, nano-NMR, down. */
export function earmark(terms: Terms, staked: bigint): bigint {
  return (staked * terms.exposure * terms.clip) / (NANO * NANO);
}

/** What a stake is due, nano-NMR, toward zero, and whether the clip bound its rate. */
export function payoutOf(
  terms: Terms,
  factor: bigint,
  stake: bigint,
  scores: readonly [bigint, bigint],
): { due: bigint; clipped: boolean } {
  const wanted = (terms.multipliers[0] * scores[0] + terms.multipliers[1] * scores[1]) * factor;
  const bound = terms.clip * 10n ** 27n;
  const rate = wanted > bound ? bound : wanted < -bound ? -bound : wanted;
  return { due: (stake * terms.exposure * rate) / 10n ** 45n, clipped: rate !== wanted };
}

/** dividend ÷ divisor in 1e-18, toward zero; 0 where the divisor is. */
export function ratio(dividend: bigint, divisor: bigint): bigint {
  return divisor === 0n ? 0n : (dividend * 10n ** 18n) / divisor;
}

/** An integer of 1e-18 as a decimal, as short as it can be written exactly. */
export function decimalText(units: bigint): string {
  const digits = String(units < 0n ? -units : units).padStart(19, "0");
  const fraction = digits.slice(-18).replace(/0+$/, "");
  return `${units < 0n ? "-" : ""}${digits.slice(0, -18)}${fraction && `.${fraction}`}`;
}

export function sum(values: Iterable<bigint>): bigint {
  let total = 0n;
  for (const value of values) total += value;
  return total;
}
