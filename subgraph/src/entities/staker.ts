import { Address, BigInt, Bytes } from "@graphprotocol/graph-ts";
import { Staker, Tournament, TournamentStaker } from "../../generated/schema";
import { fillNmr } from "../amounts";
import { startWindows } from "../windows";
import { loadProtocol, saveProtocol } from "./protocol";

export function loadStaker(account: Address): Staker {
  let staker = Staker.load(account);
  if (staker == null) {
    staker = new Staker(account);
    staker.positionCount = 0;

    const protocol = loadProtocol();
    protocol.stakerCount += 1;
    saveProtocol(protocol);
  }
  return staker;
}

export function tournamentStakerId(tournament: string, staker: Bytes): string {
  return tournament + "-" + staker.toHexString();
}

/** What a staker has in a tournament; a new one is counted there, and the caller saves the tournament. */
export function loadTournamentStaker(tournament: Tournament, account: Bytes): TournamentStaker {
  const id = tournamentStakerId(tournament.id, account);
  let staker = TournamentStaker.load(id);
  if (staker == null) {
    staker = new TournamentStaker(id);
    staker.tournament = tournament.id;
    staker.staker = account;
    staker.positionCount = 0;
    staker.activeWei = BigInt.zero();
    staker.pendingWei = BigInt.zero();
    staker.rewardedWei = BigInt.zero();
    staker.burnedWei = BigInt.zero();
    startWindows(staker);
    tournament.stakerCount += 1;
  }
  return staker;
}

/** Adds to the stakes of a staker in a tournament, wei; either may be negative. The caller saves both. */
export function addStakerStake(
  tournament: Tournament,
  staker: TournamentStaker,
  active: BigInt,
  pending: BigInt,
): void {
  const had = hasStake(staker);
  staker.activeWei = staker.activeWei.plus(active);
  staker.pendingWei = staker.pendingWei.plus(pending);
  const has = hasStake(staker);
  if (has && !had) tournament.activeStakerCount += 1;
  if (had && !has) tournament.activeStakerCount -= 1;
}

function hasStake(staker: TournamentStaker): boolean {
  return !staker.activeWei.isZero() || !staker.pendingWei.isZero();
}

export function saveTournamentStaker(staker: TournamentStaker): void {
  fillNmr(staker);
  staker.save();
}
