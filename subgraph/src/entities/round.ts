import { Address, BigInt, ethereum } from "@graphprotocol/graph-ts";
import { Batch, Round } from "../../generated/schema";

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
    round.stakeThreshold = BigInt.zero();
    round.exposure = BigInt.zero();
    round.closesAt = BigInt.zero();
    round.lockedBy = BigInt.zero();
    round.resolvesAt = BigInt.zero();
    round.settledBy = BigInt.zero();
    round.disputeWindow = BigInt.zero();
    round.guardian = Address.zero();
    round.reporterSet = 0;
    round.reporters = [];
    round.quorum = 0;
    round.lockedBatches = 0;
    round.reportedBatches = 0;
    round.settledBatches = 0;
    round.staked = BigInt.zero();
    round.earmarked = BigInt.zero();
    round.rewarded = BigInt.zero();
    round.burned = BigInt.zero();
    round.openedAt = event.block.timestamp;
  }
  return round;
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
    batch.scores = [];
    batch.attempt = 0;
    batch.signers = BigInt.zero();
    batch.staked = BigInt.zero();
    batch.rewarded = BigInt.zero();
    batch.burned = BigInt.zero();
    batch.lockedAt = event.block.timestamp;
  }
  return batch;
}
