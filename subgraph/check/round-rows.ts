// The rows of one batch of a round: its stakes, reports, settlement, payouts.
import type { At } from "./events.ts";
import { payoutFactor, payoutOf, POSITIONS_PER_BATCH, ratio, scoresOf, sum, WEI_PER_NANO } from "./protocol.ts";
import { type Row, when } from "./row.ts";
import { type Batch, type Report, standingReport } from "./state.ts";

const wei = (nano: bigint): bigint => nano * WEI_PER_NANO;

export function batchRow(its: Batch): Row {
  const { settlement, at } = its;
  const report = standingReport(its);
  return {
    ...{ round: its.round.id, number: its.number, stakes: its.words, stakedWei: wei(its.staked) },
    state: settlement ? "SETTLED" : report ? "REPORTED" : "LOCKED",
    stakeCount: its.stakes.filter((stake) => stake !== 0n).length,
    attempt: its.reports.filter(({ veto }) => veto).length,
    report: report?.id ?? null,
    settlement: settlement ? its.id : null,
    ...{ lockedAt: at.timestamp, lockedAtBlock: at.block, lockTransaction: at.transaction },
  };
}

export function stakeRow({ id: batch, round, number, stakes }: Batch, lane: number): Row {
  const stake = stakes[lane] ?? 0n;
  return {
    ...{ round: round.id, batch, position: `${round.tournament.id}-${number * POSITIONS_PER_BATCH + lane}` },
    ...{ stakeWei: wei(stake), atRiskWei: stake * round.terms.exposure },
  };
}

export function reportRow({ id: batch, round }: Batch, its: Report): Row {
  const { attempt, signerBits, relayer, at } = its;
  const signers = round.reporterSet.reporters.filter((_, index) => (signerBits >> BigInt(index)) & 1n);
  return { ...{ round: round.id, batch, attempt, scores: its.words, signerBits, signers, relayer }, ...when(at) };
}

export function vetoRow({ id: batch, round }: Batch, report: string, at: At): Row {
  return { ...{ round: round.id, batch, report, guardian: round.guardian }, ...when(at) };
}

function settled({ id, settlement }: Batch): NonNullable<Batch["settlement"]> {
  if (!settlement) throw new Error(`batch ${id} is not settled`);
  return settlement;
}

function burnedWei(payouts: BigInt64Array): bigint {
  return wei(-sum(payouts.filter((payout) => payout < 0n)));
}

export function settlementRow(its: Batch): Row {
  const { words, payouts, at } = settled(its);
  return {
    ...{ round: its.round.id, batch: its.id, payouts: words },
    ...{ rewardedWei: wei(sum(payouts.filter((payout) => payout > 0n))), burnedWei: burnedWei(payouts), ...when(at) },
  };
}

export function burnRow(its: Batch): Row {
  const { payouts, at } = settled(its);
  const { id: round, tournament } = its.round;
  return { tournament: tournament.id, round, batch: its.id, amountWei: burnedWei(payouts), ...when(at) };
}

export function payoutRow(its: Batch, lane: number): Row {
  const { payouts, at } = settled(its);
  const { round } = its;
  const { terms, tournament, batches } = round;
  const stake = its.stakes[lane] ?? 0n;
  const payout = payouts[lane] ?? 0n;
  const staked = sum([...batches.values()].map((batch) => batch.staked));
  const word = standingReport(its)?.words[Math.floor(lane / 4)] ?? 0n;
  const scores = scoresOf(word >> BigInt(64 * (lane % 4)));
  const { due, clipped } = payoutOf(terms, payoutFactor(terms, staked), stake, scores);
  const position = tournament.positions[its.number * POSITIONS_PER_BATCH + lane];
  return {
    ...stakeRow(its, lane),
    ...{ tournament: tournament.id, staker: position?.staker ?? null, weight: ratio(stake, staked) },
    ...{ score0: scores[0], score1: scores[1], clipped, dueWei: wei(due), payoutWei: wei(payout) },
    ...{ return: ratio(payout, stake), ...when(at) },
  };
}
