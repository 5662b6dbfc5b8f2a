import { Address, BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";
import { Position, Round, StakeChange, Tournament } from "../../generated/schema";
import { fillNmr } from "../amounts";
import { startWindows } from "../windows";
import { POSITIONS_PER_BATCH } from "../words";
import { loadRange } from "./range";
import { recordPoint } from "./series";
import { addStakerStake, loadTournamentStaker, saveTournamentStaker, tournamentStakerId } from "./staker";
import { addStake, saveTournament } from "./tournament";
import { stamp } from "./stamp";

export function positionId(tournament: string, position: string): string {
  return tournament + "-" + position;
}

export function loadPosition(tournament: string, number: i32, event: ethereum.Event): Position {
  const id = positionId(tournament, number.toString());
  let position = Position.load(id);
  if (position == null) {
    position = new Position(id);
    position.tournament = tournament;
    position.number = number;
    setOwner(position, Address.zero());
    position.model = Bytes.empty();
    position.activeWei = BigInt.zero();
    position.pendingWei = BigInt.zero();
    position.heldBy = [];
    position.rewardedWei = BigInt.zero();
    position.burnedWei = BigInt.zero();
    startWindows(position);
    position.changeCount = 0;
    position.openedAt = event.block.timestamp;
    position.openedAtBlock = event.block.number;
  }
  return position;
}

export function setOwner(position: Position, staker: Address): void {
  position.staker = staker;
  position.tournamentStaker = tournamentStakerId(position.tournament, staker);
}

export function savePosition(position: Position): void {
  if (position.pendingWei.isZero()) {
    position.heldBy = [];
    position.withdrawableBy = null;
  }
  fillNmr(position);
  position.save();
}

/** A withdrawal waits for the rounds that have locked its batch by now, and no later than for the last of their deadlines. */
export function hold(position: Position, event: ethereum.Event): void {
  const rounds = loadRange(position.tournament, position.number / POSITIONS_PER_BATCH).roundsInFlight;
  let until = event.block.timestamp;
  for (let i = 0; i < rounds.length; i++) {
    const round = Round.load(rounds[i]);
    if (round != null && round.settledBy.gt(until)) until = round.settledBy;
  }
  position.heldBy = rounds;
  position.withdrawableBy = until;
}

/** Moves stake by an act of its staker and records it; wei, both moves may be negative. */
export function changeStake(
  tournament: Tournament,
  position: Position,
  kind: string,
  amount: BigInt,
  active: BigInt,
  pending: BigInt,
  to: Address | null,
  event: ethereum.Event,
): void {
  const number = position.changeCount;
  position.activeWei = position.activeWei.plus(active);
  position.pendingWei = position.pendingWei.plus(pending);
  position.changeCount = number + 1;
  savePosition(position);

  const staker = loadTournamentStaker(tournament, position.staker);
  addStakerStake(tournament, staker, active, pending);
  saveTournamentStaker(staker);
  addStake(tournament, active, pending);
  saveTournament(tournament);
  recordPoint(tournament, BigInt.zero(), BigInt.zero());

  const change = new StakeChange(position.id + "-" + number.toString());
  change.position = position.id;
  change.staker = position.staker;
  change.number = number;
  change.kind = kind;
  change.amountWei = amount;
  change.activeWei = position.activeWei;
  change.pendingWei = position.pendingWei;
  change.to = to;
  stamp(change, event);
  fillNmr(change);
  change.save();
}
