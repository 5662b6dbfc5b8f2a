import { BigInt } from "@graphprotocol/graph-ts";
import {
  PositionOpened,
  StakeIncreased,
  WithdrawalCancelled,
  WithdrawalRequested,
  Withdrawn,
} from "../../generated/NumeraireStaking/NumeraireStaking";
import { changeStake, loadPosition, loadStaker } from "../entities/position";
import { loadProtocol } from "../entities/protocol";
import { loadTournament } from "../entities/tournament";

// The first stake arrives as the `StakeIncreased` of the same transaction.
export function handlePositionOpened(event: PositionOpened): void {
  const position = loadPosition(event.params.tournament, event.params.position, event);
  position.staker = event.params.staker;
  position.model = event.params.model;
  position.save();

  const staker = loadStaker(event.params.staker);
  staker.positionCount += 1;
  staker.save();

  const tournament = loadTournament(event.params.tournament, event);
  tournament.positionCount += 1;
  tournament.save();

  const protocol = loadProtocol();
  protocol.positions += 1;
  protocol.save();
}

export function handleStakeIncreased(event: StakeIncreased): void {
  const position = loadPosition(event.params.tournament, event.params.position, event);
  const kind = position.changeCount == 0 ? "OPENED" : "INCREASED";
  const amount = event.params.amount;
  changeStake(event.params.tournament, position, kind, amount, amount, BigInt.zero(), null, event);
}

export function handleWithdrawalRequested(event: WithdrawalRequested): void {
  const position = loadPosition(event.params.tournament, event.params.position, event);
  const amount = event.params.amount;
  changeStake(event.params.tournament, position, "WITHDRAWAL_REQUESTED", amount, amount.neg(), amount, null, event);
}

export function handleWithdrawalCancelled(event: WithdrawalCancelled): void {
  const position = loadPosition(event.params.tournament, event.params.position, event);
  const amount = event.params.amount;
  changeStake(event.params.tournament, position, "WITHDRAWAL_CANCELLED", amount, amount, amount.neg(), null, event);
}

export function handleWithdrawn(event: Withdrawn): void {
  const position = loadPosition(event.params.tournament, event.params.position, event);
  const amount = event.params.amount;
  const to = event.params.to;
  changeStake(event.params.tournament, position, "WITHDRAWN", amount, BigInt.zero(), amount.neg(), to, event);
}
