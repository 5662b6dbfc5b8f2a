/** What a transaction offers for its gas, wei a unit. */
export type Fee = { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint };

const SECONDS_PER_RUNG = 36;
/** 1.125^14 is 5.2: the market's price is exceeded at most so far. */
const TOP_RUNG = 14;
const LEAST_TIP = 1_000_000n;

/**
 * The fee of an action that has been possible for `waited` seconds: 2 × base fee + tip, and 12.5 % more for each 36
 * seconds, rounded up. Nodes replace a stuck transaction only for 10 % more of both parts; that the rung comes from the
 * chain's clock, not from what was sent before, lets a restarted process climb on where the former one stopped.
 */
export function feeAfter(waited: number, baseFee: bigint, tip: bigint): Fee {
  const rung = BigInt(Math.min(Math.max(Math.floor(waited / SECONDS_PER_RUNG), 0), TOP_RUNG));
  const climb = (price: bigint): bigint => (price * 9n ** rung + 8n ** rung - 1n) / 8n ** rung;
  const maxPriorityFeePerGas = climb(tip > LEAST_TIP ? tip : LEAST_TIP);
  return { maxFeePerGas: climb(2n * baseFee) + maxPriorityFeePerGas, maxPriorityFeePerGas };
}

/** The fee, or as much of it as the limit allows. */
export function limited({ maxFeePerGas, maxPriorityFeePerGas }: Fee, limit: bigint): Fee {
  const atMostLimit = (price: bigint): bigint => (price < limit ? price : limit);
  return { maxFeePerGas: atMostLimit(maxFeePerGas), maxPriorityFeePerGas: atMostLimit(maxPriorityFeePerGas) };
}
