import { Address, BigInt, Bytes, ethereum } from "@graphprotocol/graph-ts";
import { Position, StakeChange, Staker } from "../../generated/schema";
import { loadProtocol } from "./protocol";
import { addStake, loadTournament } from "./tournament";

export function positionId(tournament: string, position: string): string {
  return tournament + "-" + position;
}

export function loadPosition(tournament: BigInt, number: BigInt, event: ethereum.Event): Position {
  const id = positionId(tournament.toString(), number.toString());
  let position = Position.load(id);
  if (position == null) {
    position = new Position(id);
    position.tournament = tournament.toString();
    position.number = number.toI32();
    position.staker = Address.zero();
    position.model = Bytes.empty();
    position.active = BigInt.zero();
    position.pending = BigInt.zero();
    position.rewarded = BigInt.zero();
    position.burned = BigInt.zero();
    position.changeCount = 0;
    position.openedAt = event.block.timestamp;
    position.openedAtBlock = event.block.number;
  }
  return position;
}

export function loadStaker(account: Address): Staker {
  let staker = Staker.load(account);
  if (staker == null) {
    staker = new Staker(account);
    staker.positionCount = 0;

    const protocol = loadProtocol();
    protocol.stakers += 1;
    protocol.save();
  }
  return staker;
}

/** Moves stake by an act of its staker and records it; wei, both moves may be negative. */
export function changeStake(
  tournamentNumber: BigInt,
  position: Position,
  kind: string,
  amount: BigInt,
  active: BigInt,
  pending: BigInt,
  to: Address | null,
  event: ethereum.Event,
): void {
  const number = position.changeCount;
  position.active = position.active.plus(active);
  position.pending = position.pending.plus(pending);
  position.changeCount = number + 1;
  position.save();
  addStake(loadTournament(tournamentNumber, event), active, pending);

  const change = new StakeChange(position.id + "-" + number.toString());
  change.position = position.id;
  change.staker = position.staker;
  change.number = number;
  change.kind = kind;
  change.amount = amount;
  change.active = position.active;
  change.pending = position.pending;
  change.to = to;
  change.timestamp = event.block.timestamp;
  change.block = event.block.number;
  change.transaction = event.transaction.hash;
  change.save();
}

/** Credits a reward, wei: to the active stake, or to the pending withdrawal of somebody who takes everything out. */
export function reward(position: Position, amount: BigInt): void {
  if (position.active.isZero() && !position.pending.isZero()) {
    position.pending = position.pending.plus(amount);
  } else {
    position.active = position.active.plus(amount);
  }
  position.rewarded = position.rewarded.plus(amount);
}

/** Takes a burn, wei: from the active stake first, the rest from the pending withdrawal. */
export function burn(position: Position, amount: BigInt): void {
  const fromActive = position.active.lt(amount) ? position.active : amount;
  position.active = position.active.minus(fromActive);
  position.pending = position.pending.minus(amount.minus(fromActive));
  position.burned = position.burned.plus(amount);
}
