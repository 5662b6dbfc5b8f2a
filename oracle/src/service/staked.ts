import { unpackStakes } from "../core/words.ts";

const known = new WeakMap<readonly bigint[], bigint>();

/** Sum of stakes words, nano-NMR. The words of a lock stay the same list from turn to turn, and are counted once. */
export function stakedIn(words: readonly bigint[]): bigint {
  const before = known.get(words);
  if (before !== undefined) return before;
  const sum = unpackStakes(words).reduce((total, stake) => total + stake, 0n);
  known.set(words, sum);
  return sum;
}
