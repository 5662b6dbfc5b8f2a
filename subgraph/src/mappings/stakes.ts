import { BigInt } from "@graphprotocol/graph-ts";
import {
  PositionOpened,
  StakeIncreased,
  WithdrawalCancelled,
  WithdrawalRequested,
  Withdrawn,
} from "../../generated/NumeraireStaking/NumeraireStaking";
import { changeStake, hold, loadPosition, savePosition, setOwner } from "../entities/position";
import { loadProtocol, saveProtocol } from "../entities/protocol";
import { loadStaker, loadTournamentStaker, saveTournamentStaker } from "../entities/staker";
import { loadTournament, saveTournament } from "../entities/tournament";

// The first stake arrives as the `StakeIncreased` of the same transaction.
export function handlePositionOpened(event: PositionOpened): void {
  const tournament = loadTournament(event.params.tournament, event);
  const position = loadPosition(tournament.id, event.params.position.toI32(), event);
  setOwner(position, event.params.staker);
  position.model = event.params.model;
  savePosition(position);

  const staker = loadStaker(event.params.staker);
  staker.positionCount += 1;
  staker.save();
  const inTournament = loadTournamentStaker(tournament, event.params.staker);
  inTournament.positionCount += 1;
  saveTournamentStaker(inTournament);

  tournament.positionCount += 1;
  saveTournament(tournament);
  const protocol = loadProtocol();
  protocol.positionCount += 1;
  saveProtocol(protocol);
}

export function handleStakeIncreased(event: StakeIncreased): void {
  const tournament = loadTournament(event.params.tournament, event);
  const position = loadPosition(tournament.id, event.params.position.toI32(), event);
  const kind = position.changeCount == 0 ? "OPENED" : "INCREASED";
  const amount = event.params.amount;
  changeStake(tournament, position, kind, amount, amount, BigInt.zero(), null, event);
}

export function handleWithdrawalRequested(event: WithdrawalRequested): void {
  const tournament = loadTournament(event.params.tournament, event);
  const position = loadPosition(tournament.id, event.params.position.toI32(), event);
  const amount = event.params.amount;
  hold(position, event);
  changeStake(tournament, position, "WITHDRAWAL_REQUESTED", amount, amount.neg(), amount, null, event);
}

export function handleWithdrawalCancelled(event: WithdrawalCancelled): void {
  const tournament = loadTournament(event.params.tournament, event);
  const position = loadPosition(tournament.id, event.params.position.toI32(), event);
  const amount = event.params.amount;
  changeStake(tournament, position, "WITHDRAWAL_CANCELLED", amount, amount, amount.neg(), null, event);
}

export function handleWithdrawn(event: Withdrawn): void {
  const tournament = loadTournament(event.params.tournament, event);
  const position = loadPosition(tournament.id, event.params.position.toI32(), event);
  const amount = event.params.amount;
  const to = event.params.to;
  changeStake(tournament, position, "WITHDRAWN", amount, BigInt.zero(), amount.neg(), to, event);
}
