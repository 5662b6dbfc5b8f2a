import { Address, BigInt, ethereum } from "@graphprotocol/graph-ts";
import { ReserveChange, Tournament } from "../../generated/schema";
import { loadProtocol } from "./protocol";

export function loadTournament(number: BigInt, event: ethereum.Event): Tournament {
  const id = number.toString();
  let tournament = Tournament.load(id);
  if (tournament == null) {
    tournament = new Tournament(id);
    tournament.number = number.toI32();
    tournament.name = "";
    tournament.organizer = Address.zero();
    tournament.guardian = Address.zero();
    tournament.registrar = Address.zero();
    tournament.minStake = BigInt.zero();
    tournament.reporterSet = 0;
    tournament.reporters = [];
    tournament.quorum = 0;
    tournament.maxClip = BigInt.zero();
    tournament.maxExposure = BigInt.zero();
    tournament.maxRoundsInFlight = 0;
    tournament.maxDuration = BigInt.zero();
    tournament.minDisputeWindow = BigInt.zero();
    tournament.positionCount = 0;
    tournament.roundCount = 0;
    tournament.roundsInFlight = 0;
    tournament.latestRound = BigInt.zero();
    tournament.active = BigInt.zero();
    tournament.pending = BigInt.zero();
    tournament.reserve = BigInt.zero();
    tournament.earmarked = BigInt.zero();
    tournament.rewarded = BigInt.zero();
    tournament.burned = BigInt.zero();
    tournament.reserveChangeCount = 0;
    tournament.createdAt = event.block.timestamp;
    tournament.createdAtBlock = event.block.number;

    const protocol = loadProtocol();
    protocol.tournaments += 1;
    protocol.save();
  }
  return tournament;
}

/** Adds to the stake totals of a tournament and of the protocol, wei; either may be negative. */
export function addStake(tournament: Tournament, active: BigInt, pending: BigInt): void {
  tournament.active = tournament.active.plus(active);
  tournament.pending = tournament.pending.plus(pending);
  tournament.save();

  const protocol = loadProtocol();
  protocol.active = protocol.active.plus(active);
  protocol.pending = protocol.pending.plus(pending);
  protocol.save();
}

/** Books a payment into (positive) or out of (negative) a reserve, wei. */
export function changeReserve(
  tournament: Tournament,
  kind: string,
  change: BigInt,
  account: Address,
  event: ethereum.Event,
): void {
  const number = tournament.reserveChangeCount;
  tournament.reserve = tournament.reserve.plus(change);
  tournament.reserveChangeCount = number + 1;
  tournament.save();

  const protocol = loadProtocol();
  protocol.reserve = protocol.reserve.plus(change);
  protocol.save();

  const entry = new ReserveChange(tournament.id + "-" + number.toString());
  entry.tournament = tournament.id;
  entry.number = number;
  entry.kind = kind;
  entry.amount = change.abs();
  entry.reserve = tournament.reserve;
  entry.account = account;
  entry.timestamp = event.block.timestamp;
  entry.block = event.block.number;
  entry.transaction = event.transaction.hash;
  entry.save();
}
