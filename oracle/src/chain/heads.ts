/** How far an endpoint has come. */
export type Head = { readonly number: bigint; readonly timestamp: bigint };

/** An endpoint that is further behind than either has no vote: what it says may be true no longer. */
export const MOST_BLOCKS_BEHIND = 3n;
export const MOST_SECONDS_BEHIND = 45n;

export type Trust = {
  /** How many endpoints there are, whether or not they answer. */
  readonly endpoints: number;
  readonly quorum: number;
};

/**
 * The highest of the values that can't be the invention of those who may be wrong: a quorum must be right, so at most the
 * others are wrong, and those who say nothing are among them.
 */
export function highestCredible<T>(
  values: readonly T[],
  order: (value: T) => bigint,
  { quorum }: Trust,
): T | undefined {
  return descending(values, order)[Math.max(values.length - quorum, 0)];
}

/** The highest value that a quorum has reached; undefined without a quorum. */
export function reachedByQuorum<T>(
  values: readonly T[],
  order: (value: T) => bigint,
  { quorum }: Trust,
): T | undefined {
  return descending(values, order)[quorum - 1];
}

function descending<T>(values: readonly T[], order: (value: T) => bigint): T[] {
  return values.toSorted((a, b) => (order(a) > order(b) ? -1 : 1));
}

/** The middle value, of two the lower. */
export function lowerMedian(values: readonly bigint[]): bigint | undefined {
  return values.toSorted((a, b) => (a < b ? -1 : 1))[Math.floor((values.length - 1) / 2)];
}

/** Splits endpoints into those that follow the chain and those that fell behind. An invented height leaves nobody behind. */
export function byFreshness<H extends Head>(heads: readonly H[], trust: Trust): { fresh: H[]; stale: H[] } {
  const best = highestCredible(heads, ({ number }) => number, trust)?.number ?? 0n;
  const newest = highestCredible(heads, ({ timestamp }) => timestamp, trust)?.timestamp ?? 0n;
  const isFresh = ({ number, timestamp }: H): boolean =>
    best - number <= MOST_BLOCKS_BEHIND && newest - timestamp <= MOST_SECONDS_BEHIND;
  return { fresh: heads.filter(isFresh), stale: heads.filter((head) => !isFresh(head)) };
}
