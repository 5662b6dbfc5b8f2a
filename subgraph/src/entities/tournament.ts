import { Address, BigInt, ethereum } from "@graphprotocol/graph-ts";
import { ReporterSet, Tournament } from "../../generated/schema";
import { fillNmr } from "../amounts";
import { loadProtocol, saveProtocol } from "./protocol";

export function reporterSetId(tournament: string, number: string): string {
  return tournament + "-" + number;
}

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
    tournament.minStakeWei = BigInt.zero();
    tournament.reporterSet = reporterSetId(id, "1");
    tournament.maxClip = BigInt.zero();
    tournament.maxExposure = BigInt.zero();
    tournament.maxRoundsInFlight = 0;
    tournament.maxDuration = BigInt.zero();
    tournament.minDisputeWindow = BigInt.zero();
    tournament.positionCount = 0;
    tournament.stakerCount = 0;
    tournament.activeStakerCount = 0;
    tournament.roundCount = 0;
    tournament.roundsInFlight = 0;
    tournament.settledRoundCount = 0;
    tournament.voidRoundCount = 0;
    tournament.latestRound = BigInt.zero();
    tournament.activeWei = BigInt.zero();
    tournament.pendingWei = BigInt.zero();
    tournament.reserveWei = BigInt.zero();
    tournament.earmarkedWei = BigInt.zero();
    tournament.atRiskWei = BigInt.zero();
    tournament.rewardedWei = BigInt.zero();
    tournament.burnedWei = BigInt.zero();
    tournament.reserveChangeCount = 0;
    tournament.createdAt = event.block.timestamp;
    tournament.createdAtBlock = event.block.number;

    const protocol = loadProtocol();
    protocol.tournamentCount += 1;
    saveProtocol(protocol);
  }
  return tournament;
}

export function saveTournament(tournament: Tournament): void {
  fillNmr(tournament);
  tournament.save();
}

/** Adds to the totals of a tournament and of the protocol, wei; either may be negative. The caller saves the tournament. */
export function addStake(tournament: Tournament, active: BigInt, pending: BigInt): void {
  tournament.activeWei = tournament.activeWei.plus(active);
  tournament.pendingWei = tournament.pendingWei.plus(pending);

  const protocol = loadProtocol();
  protocol.activeWei = protocol.activeWei.plus(active);
  protocol.pendingWei = protocol.pendingWei.plus(pending);
  saveProtocol(protocol);
}

/** Adds to what is at risk now in a tournament and the protocol, wei; may be negative. The caller saves the tournament. */
export function addAtRisk(tournament: Tournament, change: BigInt): void {
  tournament.atRiskWei = tournament.atRiskWei.plus(change);

  const protocol = loadProtocol();
  protocol.atRiskWei = protocol.atRiskWei.plus(change);
  saveProtocol(protocol);
}
