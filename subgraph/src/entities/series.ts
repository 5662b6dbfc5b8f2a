import { BigInt } from "@graphprotocol/graph-ts";
import { Tournament, TournamentPoint } from "../../generated/schema";
import { decimalOf } from "../amounts";

/** A point of the time series: a tournament's saved totals, and what the event rewarded and burned, wei. */
export function recordPoint(tournament: Tournament, rewarded: BigInt, burned: BigInt): void {
  const point = new TournamentPoint(0); // graph-node numbers points, and dates them by their block
  point.tournament = tournament.id;
  point.stakedWei = tournament.activeWei.plus(tournament.pendingWei);
  point.stakedNmr = decimalOf(point.stakedWei);
  point.atRiskWei = tournament.atRiskWei;
  point.atRiskNmr = tournament.atRiskNmr;
  point.reserveWei = tournament.reserveWei;
  point.reserveNmr = tournament.reserveNmr;
  point.rewardedWei = rewarded;
  point.rewardedNmr = decimalOf(rewarded);
  point.burnedWei = burned;
  point.burnedNmr = decimalOf(burned);
  point.stakers = tournament.activeStakerCount;
  point.save();
}
