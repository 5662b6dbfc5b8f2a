import { BigInt } from "@graphprotocol/graph-ts";
import { Tournament, TournamentPoint } from "../../generated/schema";
import { fillNmr } from "../amounts";

/** A point of the time series: a tournament's saved totals, and what the event rewarded and burned, wei. */
export function recordPoint(tournament: Tournament, rewarded: BigInt, burned: BigInt): void {
  const point = new TournamentPoint(0); // graph-node numbers points, and dates them by their block
  point.tournament = tournament.id;
  point.stakedWei = tournament.activeWei.plus(tournament.pendingWei);
  point.atRiskWei = tournament.atRiskWei;
  point.reserveWei = tournament.reserveWei;
  point.rewardedWei = rewarded;
  point.burnedWei = burned;
  point.stakers = tournament.activeStakerCount;
  fillNmr(point);
  point.save();
}
