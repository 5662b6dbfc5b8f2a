import { BigInt, Bytes } from "@graphprotocol/graph-ts";
import {
  BatchLocked,
  BatchSettled,
  RoundLocked,
  RoundOpened,
  RoundSettled,
  RoundVoided,
  ScoresReported,
  ScoresVetoed,
} from "../../generated/NumeraireStaking/NumeraireStaking";
import { Burn, Report, ReporterSet, Settlement, Veto } from "../../generated/schema";
import { fillNmr } from "../amounts";
import { loadProtocol, saveProtocol } from "../entities/protocol";
import { addSettlement, enterFlight, loadRange } from "../entities/range";
import { addRisk, endFlight, loadBatch, loadRound, removeRisk, saveBatch, saveRound } from "../entities/round";
import { recordPoint } from "../entities/series";
import { bookPayouts } from "../entities/settlement";
import { bookStakes } from "../entities/stake";
import { loadTournament, saveTournament } from "../entities/tournament";
import { nanoToWei, WEI_PER_NANO } from "../words";
import { stamp } from "../entities/stamp";

export function handleRoundOpened(event: RoundOpened): void {
  const tournament = loadTournament(event.params.tournament, event);
  tournament.roundCount += 1;
  tournament.latestRound = event.params.round;
  saveTournament(tournament);

  const terms = event.params.terms;
  const schedule = event.params.schedule;
  const round = loadRound(event.params.tournament, event.params.round, event);
  round.multiplier0 = terms.multipliers[0];
  round.multiplier1 = terms.multipliers[1];
  round.clip = terms.clip;
  round.stakeThresholdWei = terms.stakeThreshold.times(BigInt.fromU32(WEI_PER_NANO));
  round.exposure = terms.exposure;
  round.closesAt = schedule.closesAt;
  round.lockedBy = schedule.lockedBy;
  round.resolvesAt = schedule.resolvesAt;
  round.settledBy = schedule.settledBy;
  round.disputeWindow = schedule.disputeWindow;
  round.guardian = tournament.guardian;
  round.reporterSet = tournament.reporterSet;
  saveRound(round);
}

export function handleBatchLocked(event: BatchLocked): void {
  const tournament = loadTournament(event.params.tournament, event);
  const round = loadRound(event.params.tournament, event.params.round, event);
  const batch = loadBatch(round, event.params.batch, event);
  batch.stakes = event.params.stakes;
  bookStakes(round, batch);
  saveBatch(batch);
  enterFlight(loadRange(tournament.id, batch.number), round.id);

  if (round.lockedBatches == 0) tournament.roundsInFlight += 1;
  round.state = "LOCKING";
  round.lockedBatches += 1;
  round.stakeCount += batch.stakeCount;
  round.stakedWei = round.stakedWei.plus(batch.stakedWei);
  addRisk(tournament, round, batch);
  saveRound(round);
  saveTournament(tournament);
  recordPoint(tournament, BigInt.zero(), BigInt.zero());
}

export function handleRoundLocked(event: RoundLocked): void {
  const round = loadRound(event.params.tournament, event.params.round, event);
  round.state = "LOCKED";
  round.batchCount = event.params.batches.toI32();
  round.atRiskWei = event.params.atRisk;
  round.payoutFactor = event.params.payoutFactor;
  round.lockedAt = event.block.timestamp;
  saveRound(round);
}

export function handleScoresReported(event: ScoresReported): void {
  const round = loadRound(event.params.tournament, event.params.round, event);
  round.reportedBatches += 1;
  saveRound(round);

  const batch = loadBatch(round, event.params.batch, event);
  const attempt = event.params.attempt.toI32();
  const report = new Report(batch.id + "-" + attempt.toString());
  report.round = round.id;
  report.batch = batch.id;
  report.attempt = attempt;
  report.scores = event.params.scores;
  report.signerBits = event.params.signers;
  report.signers = signersOf(round.reporterSet, event.params.signers);
  report.relayer = event.transaction.from;
  stamp(report, event);
  report.save();

  batch.state = "REPORTED";
  batch.attempt = attempt;
  batch.report = report.id;
  saveBatch(batch);
}

/** The reporters whose bits are set. */
function signersOf(reporterSet: string, bits: BigInt): Bytes[] {
  const signers: Bytes[] = [];
  const set = ReporterSet.load(reporterSet);
  if (set == null) return signers;
  const reporters = set.reporters;
  for (let i = 0; i < reporters.length; i++) {
    const byte = i / 8;
    if (byte < bits.length && ((bits[byte] >> ((i % 8) as u8)) & 1) == 1) signers.push(reporters[i]);
  }
  return signers;
}

export function handleScoresVetoed(event: ScoresVetoed): void {
  const round = loadRound(event.params.tournament, event.params.round, event);
  round.reportedBatches -= 1;
  saveRound(round);

  const batch = loadBatch(round, event.params.batch, event);
  const attempt = event.params.attempt.toI32();
  const veto = new Veto(batch.id + "-" + attempt.toString());
  veto.round = round.id;
  veto.batch = batch.id;
  veto.report = veto.id;
  veto.guardian = round.guardian;
  stamp(veto, event);
  veto.save();

  batch.state = "LOCKED";
  batch.attempt = attempt + 1;
  batch.report = null;
  saveBatch(batch);
}

export function handleBatchSettled(event: BatchSettled): void {
  const rewarded = event.params.rewarded;
  const burned = event.params.burned;
  const tournament = loadTournament(event.params.tournament, event);
  const round = loadRound(event.params.tournament, event.params.round, event);
  const batch = loadBatch(round, event.params.batch, event);
  const range = loadRange(tournament.id, batch.number);

  const settlement = new Settlement(batch.id);
  settlement.round = round.id;
  settlement.batch = batch.id;
  settlement.payouts = event.params.payouts;
  settlement.rewardedWei = rewarded;
  settlement.burnedWei = burned;
  stamp(settlement, event);
  fillNmr(settlement);
  settlement.save();

  const count = bookPayouts(tournament, round, batch, range, settlement, event);
  addSettlement(range, settlement.id);
  batch.state = "SETTLED";
  batch.settlement = settlement.id;
  saveBatch(batch);

  round.settledBatches += 1;
  round.rewardedWei = round.rewardedWei.plus(rewarded);
  round.burnedWei = round.burnedWei.plus(burned);
  removeRisk(tournament, round, batch);
  saveRound(round);

  tournament.reserveWei = tournament.reserveWei.minus(rewarded);
  tournament.rewardedWei = tournament.rewardedWei.plus(rewarded);
  tournament.burnedWei = tournament.burnedWei.plus(burned);
  saveTournament(tournament);
  recordPoint(tournament, rewarded, burned);

  const protocol = loadProtocol();
  protocol.payoutCount += count;
  protocol.reserveWei = protocol.reserveWei.minus(rewarded);
  protocol.rewardedWei = protocol.rewardedWei.plus(rewarded);
  protocol.burnedWei = protocol.burnedWei.plus(burned);
  saveProtocol(protocol);

  if (burned.isZero()) return;
  const entry = new Burn(batch.id);
  entry.tournament = tournament.id;
  entry.round = round.id;
  entry.batch = batch.id;
  entry.amountWei = burned;
  stamp(entry, event);
  fillNmr(entry);
  entry.save();
}

export function handleRoundSettled(event: RoundSettled): void {
  const tournament = loadTournament(event.params.tournament, event);
  const round = loadRound(event.params.tournament, event.params.round, event);
  round.state = "SETTLED";
  round.settledAt = event.block.timestamp;
  tournament.settledRoundCount += 1;
  endFlight(tournament, round);
  saveRound(round);
  saveTournament(tournament);
}

export function handleRoundVoided(event: RoundVoided): void {
  const tournament = loadTournament(event.params.tournament, event);
  const round = loadRound(event.params.tournament, event.params.round, event);
  round.state = "VOID";
  round.voidedAt = event.block.timestamp;
  tournament.voidRoundCount += 1;
  endFlight(tournament, round);
  saveRound(round);
  saveTournament(tournament);
  recordPoint(tournament, BigInt.zero(), BigInt.zero());
}
