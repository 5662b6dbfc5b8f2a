// The contracts' events as `gnd test` takes them. Amounts are nano-NMR (1e-9) here and wei in the events, as in the contracts.
import type { Hex } from "viem";

/** An event by its name; parameters by theirs, those of tuples beside the others. */
export interface Log {
  event: string;
  params: Record<string, unknown>;
}

export interface Block {
  /** Unix seconds. */
  timestamp: number;
  logs: Log[];
}

/** A test of a handler. */
export interface Case {
  /** The event whose handler this is a test of: without it, an answer must be another. */
  of: string;
  name: string;
  blocks: Block[];
  /** Queries with their answers; arrays in them are compared as sets. */
  answers: [query: string, answer: object][];
}

export const NMR = 10n ** 9n;
export const MOST = 2n ** 63n - 1n; // the largest stake there can be: all that a contract may hold
export const wei = (nano: bigint): string => String(nano * 10n ** 9n);
/** An amount as graph-node writes it: without zeros at its end. */
export const nmr = (nano: bigint): string => {
  const digits = String(nano < 0n ? -nano : nano).padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return `${nano < 0n ? "-" : ""}${digits.slice(0, -9)}${fraction && `.${fraction}`}`;
};

const account = (name: string): Hex => `0x${name.repeat(20)}`;
export const NOBODY = account("00");
export const ORGANIZER = account("0c");
export const GUARDIAN = account("06");
export const ANN = account("a1");
export const BOB = account("b2");

/** Packs lanes of 64 bits into words. */
export function words(lanes: bigint[]): string[] {
  const count = Math.ceil(lanes.length / 4);
  return Array.from({ length: count }, (_, word) =>
    String(
      [0, 1, 2, 3].reduce(
        (sum, lane) => sum | (BigInt.asUintN(64, lanes[4 * word + lane] ?? 0n) << BigInt(64 * lane)),
        0n,
      ),
    ),
  );
}

/** A pair of scores (1e-9) as a lane. */
export const scores = (score0: number, score1: number): bigint =>
  (BigInt.asUintN(32, BigInt(score0)) << 32n) | BigInt.asUintN(32, BigInt(score1));

export const log = (event: string, params: Record<string, unknown>): Log => ({
  event,
  params: { tournament: 1, ...params },
});
export const at = (timestamp: number, ...logs: (Log | Log[])[]): Block => ({ timestamp, logs: logs.flat() });

export const LIMITS = {
  maxClip: 10n ** 9n,
  maxExposure: 10n ** 9n,
  maxRoundsInFlight: 4,
  maxDuration: 86_400,
  minDisputeWindow: 0,
};

/** What `createTournament` emits. */
export const created = (tournament = 1): Log[] => [
  log("TournamentCreated", { tournament, organizer: ORGANIZER, name: "Classic", ...LIMITS }),
  log("ReportersSet", { tournament, reporterSet: 1, reporters: [ANN, BOB], quorum: 2 }),
  log("GuardianSet", { tournament, guardian: GUARDIAN }),
  log("RegistrarSet", { tournament, registrar: NOBODY }),
  log("MinStakeSet", { tournament, minStake: wei(NMR) }),
];

/** What `openPosition` emits. */
export const staked = (position: number, staker: Hex, stake: bigint, tournament = 1): Log[] => [
  log("PositionOpened", { tournament, position, staker, model: `0x${String(position).padStart(64, "0")}` }),
  log("StakeIncreased", { tournament, position, amount: wei(stake) }),
];

export const TERMS = {
  multipliers: [1_000_000_000n, 0n],
  clip: 100_000_000n,
  stakeThreshold: 0n,
  exposure: 500_000_000n,
};
export const SCHEDULE = { closesAt: 5_000, lockedBy: 6_000, resolvesAt: 7_000, settledBy: 9_000, disputeWindow: 60 };

/** Half of each stake at risk, clip 0.1, score 0 alone counts. */
export const opened = (round: bigint, changed: object = {}): Log =>
  log("RoundOpened", { round, ...TERMS, ...SCHEDULE, ...changed });
export const lockedBatch = (round: bigint, stakes: bigint[], batch = 0): Log =>
  log("BatchLocked", { round, batch, stakes: words(stakes) });
export const locked = (round: bigint, atRisk: bigint, changed: object = {}): Log =>
  log("RoundLocked", { round, batches: 1, atRisk: wei(atRisk), payoutFactor: 10n ** 18n, ...changed });
export const reported = (round: bigint, lanes: bigint[], changed: object = {}): Log =>
  log("ScoresReported", { round, batch: 0, attempt: 0, signers: 3, scores: words(lanes), ...changed });
export const vetoed = (round: bigint, attempt: number): Log => log("ScoresVetoed", { round, batch: 0, attempt });

const sum = (amounts: bigint[]): bigint => amounts.reduce((total, amount) => total + amount, 0n);
const gains = (payouts: bigint[]): bigint => sum(payouts.filter((payout) => payout > 0n));
const losses = (payouts: bigint[]): bigint => -sum(payouts.filter((payout) => payout < 0n));

export const settledBatch = (round: bigint, payouts: bigint[], batch = 0): Log =>
  log("BatchSettled", {
    round,
    batch,
    rewarded: wei(gains(payouts)),
    burned: wei(losses(payouts)),
    payouts: words(payouts),
  });
export const settled = (round: bigint, payouts: bigint[]): Log =>
  log("RoundSettled", { round, rewarded: wei(gains(payouts)), burned: wei(losses(payouts)) });
export const voided = (round: bigint): Log => log("RoundVoided", { round });

/** A round of one batch from its opening to its settlement, at once. */
export const played = (round: bigint, stakes: bigint[], lanes: bigint[], payouts: bigint[]): Log[] => [
  opened(round),
  lockedBatch(round, stakes),
  locked(round, sum(stakes) / 2n),
  reported(round, lanes),
  settledBatch(round, payouts),
  settled(round, payouts),
];
