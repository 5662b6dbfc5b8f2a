import { Address, BigInt, Bytes } from "@graphprotocol/graph-ts";
import {
  GuardianSet,
  MinStakeSet,
  OrganizerTransferred,
  OrganizerTransferStarted,
  RegistrarSet,
  ReportersSet,
  ReserveFunded,
  ReserveWithdrawn,
  TournamentCreated,
} from "../../generated/NumeraireStaking/NumeraireStaking";
import { ReporterSet } from "../../generated/schema";
import { changeReserve } from "../entities/reserve";
import { recordPoint } from "../entities/series";
import { loadTournament, reporterSetId, saveTournament } from "../entities/tournament";
import { stamp } from "../entities/stamp";

export function handleTournamentCreated(event: TournamentCreated): void {
  const tournament = loadTournament(event.params.tournament, event);
  tournament.name = event.params.name;
  tournament.organizer = event.params.organizer;
  tournament.maxClip = event.params.limits.maxClip;
  tournament.maxExposure = event.params.limits.maxExposure;
  tournament.maxRoundsInFlight = event.params.limits.maxRoundsInFlight;
  tournament.maxDuration = event.params.limits.maxDuration;
  tournament.minDisputeWindow = event.params.limits.minDisputeWindow;
  saveTournament(tournament);
}

export function handleOrganizerTransferStarted(event: OrganizerTransferStarted): void {
  const tournament = loadTournament(event.params.tournament, event);
  const proposed = event.params.pendingOrganizer;
  tournament.pendingOrganizer = proposed.equals(Address.zero()) ? null : proposed;
  saveTournament(tournament);
}

export function handleOrganizerTransferred(event: OrganizerTransferred): void {
  const tournament = loadTournament(event.params.tournament, event);
  tournament.organizer = event.params.organizer;
  tournament.pendingOrganizer = null;
  saveTournament(tournament);
}

export function handleReportersSet(event: ReportersSet): void {
  const tournament = loadTournament(event.params.tournament, event);
  const set = new ReporterSet(reporterSetId(tournament.id, event.params.reporterSet.toString()));
  set.tournament = tournament.id;
  set.number = event.params.reporterSet.toI32();
  set.reporters = event.params.reporters.map<Bytes>((reporter) => reporter);
  set.quorum = event.params.quorum;
  stamp(set, event);
  set.save();
  tournament.reporterSet = set.id;
  saveTournament(tournament);
}

export function handleGuardianSet(event: GuardianSet): void {
  const tournament = loadTournament(event.params.tournament, event);
  tournament.guardian = event.params.guardian;
  saveTournament(tournament);
}

export function handleRegistrarSet(event: RegistrarSet): void {
  const tournament = loadTournament(event.params.tournament, event);
  tournament.registrar = event.params.registrar;
  saveTournament(tournament);
}

export function handleMinStakeSet(event: MinStakeSet): void {
  const tournament = loadTournament(event.params.tournament, event);
  tournament.minStakeWei = event.params.minStake;
  saveTournament(tournament);
}

export function handleReserveFunded(event: ReserveFunded): void {
  const tournament = loadTournament(event.params.tournament, event);
  changeReserve(tournament, "FUNDED", event.params.amount, event.params.from, event);
  recordPoint(tournament, BigInt.zero(), BigInt.zero());
}

export function handleReserveWithdrawn(event: ReserveWithdrawn): void {
  const tournament = loadTournament(event.params.tournament, event);
  changeReserve(tournament, "WITHDRAWN", event.params.amount.neg(), event.params.to, event);
  recordPoint(tournament, BigInt.zero(), BigInt.zero());
}
