import { BigInt } from "@graphprotocol/graph-ts";
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
import { Burn, Payout, Round, Tournament } from "../../generated/schema";
import { burn, loadPosition, reward } from "../entities/position";
import { loadProtocol } from "../entities/protocol";
import { loadBatch, loadRound } from "../entities/round";
import { addStake, loadTournament } from "../entities/tournament";
import {
  laneOf,
  LANES_PER_WORD,
  nanoToWei,
  POSITIONS_PER_BATCH,
  score0Of,
  score1Of,
  sumOfLanes,
  times,
  WEI_PER_NANO,
} from "../words";

export function handleRoundOpened(event: RoundOpened): void {
  const tournament = loadTournament(event.params.tournament, event);
  tournament.roundCount += 1;
  tournament.latestRound = event.params.round;
  tournament.save();

  const terms = event.params.terms;
  const schedule = event.params.schedule;
  const round = loadRound(event.params.tournament, event.params.round, event);
  round.multiplier0 = terms.multipliers[0];
  round.multiplier1 = terms.multipliers[1];
  round.clip = terms.clip;
  round.stakeThreshold = terms.stakeThreshold.times(BigInt.fromU32(WEI_PER_NANO));
  round.exposure = terms.exposure;
  round.closesAt = schedule.closesAt;
  round.lockedBy = schedule.lockedBy;
  round.resolvesAt = schedule.resolvesAt;
  round.settledBy = schedule.settledBy;
  round.disputeWindow = schedule.disputeWindow;
  round.guardian = tournament.guardian;
  round.reporterSet = tournament.reporterSet;
  round.reporters = tournament.reporters;
  round.quorum = tournament.quorum;
  round.save();
}

export function handleBatchLocked(event: BatchLocked): void {
  const tournament = loadTournament(event.params.tournament, event);
  const round = loadRound(event.params.tournament, event.params.round, event);
  const batch = loadBatch(round, event.params.batch, event);
  batch.stakes = event.params.stakes;
  batch.staked = nanoToWei(sumOfLanes(event.params.stakes) as i64);
  batch.save();

  if (round.lockedBatches == 0) tournament.roundsInFlight += 1;
  round.state = "LOCKING";
  round.lockedBatches += 1;
  round.staked = round.staked.plus(batch.staked);
  earmark(tournament, round, earmarkOf(round, batch.staked));
  round.save();
  tournament.save();
}

export function handleRoundLocked(event: RoundLocked): void {
  const round = loadRound(event.params.tournament, event.params.round, event);
  round.state = "LOCKED";
  round.batchCount = event.params.batches.toI32();
  round.atRisk = event.params.atRisk;
  round.payoutFactor = event.params.payoutFactor;
  round.lockedAt = event.block.timestamp;
  round.save();
}

export function handleScoresReported(event: ScoresReported): void {
  const round = loadRound(event.params.tournament, event.params.round, event);
  round.reportedBatches += 1;
  round.save();

  const batch = loadBatch(round, event.params.batch, event);
  batch.state = "REPORTED";
  batch.scores = event.params.scores;
  batch.attempt = event.params.attempt.toI32();
  batch.signers = event.params.signers;
  batch.reportedAt = event.block.timestamp;
  batch.save();
}

export function handleScoresVetoed(event: ScoresVetoed): void {
  const round = loadRound(event.params.tournament, event.params.round, event);
  round.reportedBatches -= 1;
  round.save();

  const batch = loadBatch(round, event.params.batch, event);
  batch.state = "LOCKED";
  batch.scores = [];
  batch.attempt += 1;
  batch.signers = BigInt.zero();
  batch.reportedAt = null;
  batch.save();
}

export function handleBatchSettled(event: BatchSettled): void {
  const rewarded = event.params.rewarded;
  const burned = event.params.burned;
  const tournament = loadTournament(event.params.tournament, event);
  const round = loadRound(event.params.tournament, event.params.round, event);
  const batch = loadBatch(round, event.params.batch, event);

  const movedPending = bookPayouts(event, round, batch.stakes, batch.scores);

  batch.state = "SETTLED";
  batch.rewarded = rewarded;
  batch.burned = burned;
  batch.settledAt = event.block.timestamp;
  batch.settlement = event.transaction.hash;
  batch.save();

  round.settledBatches += 1;
  round.rewarded = round.rewarded.plus(rewarded);
  round.burned = round.burned.plus(burned);
  earmark(tournament, round, earmarkOf(round, batch.staked).neg());
  round.save();

  tournament.reserve = tournament.reserve.minus(rewarded);
  tournament.rewarded = tournament.rewarded.plus(rewarded);
  tournament.burned = tournament.burned.plus(burned);
  addStake(tournament, rewarded.minus(burned).minus(movedPending), movedPending);

  const protocol = loadProtocol();
  protocol.reserve = protocol.reserve.minus(rewarded);
  protocol.rewarded = protocol.rewarded.plus(rewarded);
  protocol.burned = protocol.burned.plus(burned);
  protocol.save();

  if (burned.isZero()) return;
  const entry = new Burn(batch.id);
  entry.tournament = tournament.id;
  entry.round = round.id;
  entry.batch = batch.id;
  entry.amount = burned;
  entry.timestamp = event.block.timestamp;
  entry.block = event.block.number;
  entry.transaction = event.transaction.hash;
  entry.save();
}

export function handleRoundSettled(event: RoundSettled): void {
  const round = loadRound(event.params.tournament, event.params.round, event);
  round.state = "SETTLED";
  round.settledAt = event.block.timestamp;
  endFlight(loadTournament(event.params.tournament, event), round);
}

export function handleRoundVoided(event: RoundVoided): void {
  const round = loadRound(event.params.tournament, event.params.round, event);
  round.state = "VOID";
  round.voidedAt = event.block.timestamp;
  endFlight(loadTournament(event.params.tournament, event), round);
}

/** Writes a payout a stake and brings the positions up to date. Returns by how much pending withdrawals moved, wei. */
function bookPayouts(event: BatchSettled, round: Round, stakes: BigInt[], scores: BigInt[]): BigInt {
  const payouts = event.params.payouts;
  const first = event.params.batch.toI32() * POSITIONS_PER_BATCH;
  const exposure = round.exposure.toU32();
  let movedPending = BigInt.zero();

  for (let lane = 0; lane < stakes.length * LANES_PER_WORD; lane++) {
    const stake = laneOf(stakes, lane) as i64;
    if (stake == 0) continue;
    const number = first + lane;
    const applied = laneOf(payouts, lane) as i64;
    const scored = laneOf(scores, lane);

    const payout = new Payout(round.id + "-" + number.toString());
    payout.round = round.id;
    payout.position = round.tournament + "-" + number.toString();
    payout.stake = nanoToWei(stake);
    payout.atRisk = times(stake, exposure);
    payout.score0 = score0Of(scored);
    payout.score1 = score1Of(scored);
    payout.payout = nanoToWei(applied);
    payout.timestamp = event.block.timestamp;
    payout.save();

    if (applied == 0) continue;
    const position = loadPosition(event.params.tournament, BigInt.fromI32(number), event);
    const before = position.pending;
    if (applied > 0) {
      reward(position, payout.payout);
    } else {
      burn(position, payout.payout.neg());
    }
    position.save();
    movedPending = movedPending.plus(position.pending.minus(before));
  }
  return movedPending;
}

/** What the contract holds back for a batch of that many staked wei: staked × exposure × clip, down to a whole nano-NMR. */
function earmarkOf(round: Round, staked: BigInt): BigInt {
  const weiPerNano = BigInt.fromU32(WEI_PER_NANO);
  const ratioUnit = weiPerNano.times(weiPerNano);
  return staked.div(weiPerNano).times(round.exposure).times(round.clip).div(ratioUnit).times(weiPerNano);
}

/** Adds to what is held back for a round, wei; the caller saves both. */
function earmark(tournament: Tournament, round: Round, change: BigInt): void {
  round.earmarked = round.earmarked.plus(change);
  tournament.earmarked = tournament.earmarked.plus(change);
}

/** A round that is over holds neither stakes nor reserve any more. */
function endFlight(tournament: Tournament, round: Round): void {
  if (round.lockedBatches > 0) tournament.roundsInFlight -= 1;
  earmark(tournament, round, round.earmarked.neg());
  round.save();
  tournament.save();
}
