/** What a transaction offers for its gas, wei a unit. */
export type Fee = { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint };

/** When an action may happen, and the chain's time; unix seconds. */
export type Moment = { readonly now: number; readonly eligibleAt: number; readonly deadline: number | null };

const SECONDS_PER_RUNG = 36;
/** 1.125^13 is 4.6: of the market's price, at most five times as much is offered. A rung is taken whole or not at all. */
const TOP_RUNG = 13;
/** 1.125^19 is 9.4: at most ten times as much, in the last tenth of a window. */
const LAST_RUNG = 19;
const LAST_PART = 0.1;
const LEAST_TIP = 1_000_000n;

/** How many rungs an action has climbed by the chain's time alone. */
export function rungAt(moment: Moment): number {
  const rung = Math.floor((moment.now - moment.eligibleAt) / SECONDS_PER_RUNG);
  return Math.min(Math.max(rung, 0), topRungAt(moment));
}

/** The highest rung that may be climbed to. */
export function topRungAt({ now, eligibleAt, deadline }: Moment): number {
  return deadline !== null && deadline - now < LAST_PART * (deadline - eligibleAt) ? LAST_RUNG : TOP_RUNG;
}

/**
 * The fee on a rung: 2 × base fee + tip, and 12.5 % more for each rung, rounded up. Nodes replace a stuck transaction only
 * for 10 % more of both parts; that the rung comes from the chain's clock, not from what was sent before, lets a restarted
 * process climb on where the former one stopped.
 */
export function feeOn(rung: number, baseFee: bigint, tip: bigint): Fee {
  const climb = (price: bigint): bigint => (price * 9n ** BigInt(rung) + 8n ** BigInt(rung) - 1n) / 8n ** BigInt(rung);
  const maxPriorityFeePerGas = climb(tip > LEAST_TIP ? tip : LEAST_TIP);
  return { maxFeePerGas: climb(2n * baseFee) + maxPriorityFeePerGas, maxPriorityFeePerGas };
}

/** The fee, or as much of it as the limit allows. */
export function limited({ maxFeePerGas, maxPriorityFeePerGas }: Fee, limit: bigint): Fee {
  const atMostLimit = (price: bigint): bigint => (price < limit ? price : limit);
  return { maxFeePerGas: atMostLimit(maxFeePerGas), maxPriorityFeePerGas: atMostLimit(maxPriorityFeePerGas) };
}
