import { Address, Bytes } from "@graphprotocol/graph-ts";
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
import { changeReserve, loadTournament } from "../entities/tournament";

export function handleTournamentCreated(event: TournamentCreated): void {
  const tournament = loadTournament(event.params.tournament, event);
  tournament.name = event.params.name;
  tournament.organizer = event.params.organizer;
  tournament.maxClip = event.params.limits.maxClip;
  tournament.maxExposure = event.params.limits.maxExposure;
  tournament.maxRoundsInFlight = event.params.limits.maxRoundsInFlight;
  tournament.maxDuration = event.params.limits.maxDuration;
  tournament.minDisputeWindow = event.params.limits.minDisputeWindow;
  tournament.save();
}

export function handleOrganizerTransferStarted(event: OrganizerTransferStarted): void {
  const tournament = loadTournament(event.params.tournament, event);
  const proposed = event.params.pendingOrganizer;
  tournament.pendingOrganizer = proposed.equals(Address.zero()) ? null : proposed;
  tournament.save();
}

export function handleOrganizerTransferred(event: OrganizerTransferred): void {
  const tournament = loadTournament(event.params.tournament, event);
  tournament.organizer = event.params.organizer;
  tournament.pendingOrganizer = null;
  tournament.save();
}

export function handleReportersSet(event: ReportersSet): void {
  const tournament = loadTournament(event.params.tournament, event);
  tournament.reporterSet = event.params.reporterSet.toI32();
  tournament.reporters = event.params.reporters.map<Bytes>((reporter) => reporter);
  tournament.quorum = event.params.quorum;
  tournament.save();
}

export function handleGuardianSet(event: GuardianSet): void {
  const tournament = loadTournament(event.params.tournament, event);
  tournament.guardian = event.params.guardian;
  tournament.save();
}

export function handleRegistrarSet(event: RegistrarSet): void {
  const tournament = loadTournament(event.params.tournament, event);
  tournament.registrar = event.params.registrar;
  tournament.save();
}

export function handleMinStakeSet(event: MinStakeSet): void {
  const tournament = loadTournament(event.params.tournament, event);
  tournament.minStake = event.params.minStake;
  tournament.save();
}

export function handleReserveFunded(event: ReserveFunded): void {
  const tournament = loadTournament(event.params.tournament, event);
  changeReserve(tournament, "FUNDED", event.params.amount, event.params.from, event);
}

export function handleReserveWithdrawn(event: ReserveWithdrawn): void {
  const tournament = loadTournament(event.params.tournament, event);
  changeReserve(tournament, "WITHDRAWN", event.params.amount.neg(), event.params.to, event);
}
