import { Address, BigInt, ethereum } from "@graphprotocol/graph-ts";
import { Batch, Round, Tournament } from "../../generated/schema";
import { fillNmr } from "../amounts";
import { WEI_PER_NANO } from "../words";
import { leaveFlight } from "./range";
import { addAtRisk } from "./tournament";

export function loadRound(tournament: BigInt, number: BigInt, event: ethereum.Event): Round {
  const id = tournament.toString() + "-" + number.toString();
  let round = Round.load(id);
  if (round == null) {
    round = new Round(id);
    round.tournament = tournament.toString();
    round.number = number;
    round.state = "OPEN";
    round.multiplier0 = BigInt.zero();
    round.multiplier1 = BigInt.zero();
    round.clip = BigInt.zero();
    round.stakeThresholdWei = BigInt.zero();
    round.exposure = BigInt.zero();
    round.closesAt = BigInt.zero();
    round.lockedBy = BigInt.zero();
    round.resolvesAt = BigInt.zero();
    round.settledBy = BigInt.zero();
    round.disputeWindow = BigInt.zero();
    round.guardian = Address.zero();
    round.reporterSet = "";
    round.lockedBatches = 0;
    round.reportedBatches = 0;
    round.settledBatches = 0;
    round.stakeCount = 0;
    round.stakedWei = BigInt.zero();
    round.atRiskNowWei = BigInt.zero();
    round.earmarkedWei = BigInt.zero();
    round.rewardedWei = BigInt.zero();
    round.burnedWei = BigInt.zero();
    round.openedAt = event.block.timestamp;
    round.openedAtBlock = event.block.number;
  }
  return round;
}

export function saveRound(round: Round): void {
  fillNmr(round);
  round.save();
}

export function loadBatch(round: Round, number: BigInt, event: ethereum.Event): Batch {
  const id = round.id + "-" + number.toString();
  let batch = Batch.load(id);
  if (batch == null) {
    batch = new Batch(id);
    batch.round = round.id;
    batch.number = number.toI32();
    batch.state = "LOCKED";
    batch.stakes = [];
    batch.stakeCount = 0;
    batch.stakedWei = BigInt.zero();
    batch.attempt = 0;
    batch.lockedAt = event.block.timestamp;
    batch.lockedAtBlock = event.block.number;
    batch.lockTransaction = event.transaction.hash;
  }
  return batch;
}

export function saveBatch(batch: Batch): void {
  fillNmr(batch);
  batch.save();
}

/**
 * A batch's stakes come to be at risk, or aren't any more: what the round and its tournament have at risk, and hold back for
 * it. The caller saves both.
 */
export function addRisk(tournament: Tournament, round: Round, batch: Batch): void {
  moveRisk(tournament, round, atRiskOf(round, batch.stakedWei), earmarkOf(round, batch.stakedWei));
}

export function removeRisk(tournament: Tournament, round: Round, batch: Batch): void {
  moveRisk(tournament, round, atRiskOf(round, batch.stakedWei).neg(), earmarkOf(round, batch.stakedWei).neg());
}

function moveRisk(tournament: Tournament, round: Round, atRisk: BigInt, earmarked: BigInt): void {
  round.atRiskNowWei = round.atRiskNowWei.plus(atRisk);
  addAtRisk(tournament, atRisk);
  round.earmarkedWei = round.earmarkedWei.plus(earmarked);
  tournament.earmarkedWei = tournament.earmarkedWei.plus(earmarked);
}

/** stakes × exposure, wei, exact: stakes are whole nano-NMR, and exposure is in 1e-9. */
function atRiskOf(round: Round, staked: BigInt): BigInt {
  return staked.div(BigInt.fromU32(WEI_PER_NANO)).times(round.exposure);
}

/** What the contract holds back for a batch of that many staked wei: staked × exposure × clip, down to a whole nano-NMR. */
function earmarkOf(round: Round, staked: BigInt): BigInt {
  const weiPerNano = BigInt.fromU32(WEI_PER_NANO);
  const ratioUnit = weiPerNano.times(weiPerNano);
  return atRiskOf(round, staked).times(round.clip).div(ratioUnit).times(weiPerNano);
}

/** A round that is over holds neither stakes nor reserve any more. The caller saves both. */
export function endFlight(tournament: Tournament, round: Round): void {
  if (round.lockedBatches > 0) tournament.roundsInFlight -= 1;
  moveRisk(tournament, round, round.atRiskNowWei.neg(), round.earmarkedWei.neg());
  leaveFlight(round);
}
