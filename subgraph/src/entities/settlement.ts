import { BigInt, ethereum } from "@graphprotocol/graph-ts";
import { Batch, Payout, PositionRange, Report, Round, Settlement, Tournament } from "../../generated/schema";
import { fillNmr, ratioTowardZero } from "../amounts";
import { PayoutRule } from "../payout";
import { moveWindows, WINDOW_LENGTHS, WindowChange } from "../windows";
import { laneOf, nanoToWei, POSITIONS_PER_BATCH, score0Of, score1Of, times } from "../words";
import { burn, loadPosition, reward, savePosition } from "./position";
import { leavingSettlement } from "./range";
import { addStakerStake, loadTournamentStaker, saveTournamentStaker } from "./staker";
import { addStake } from "./tournament";
import { stamp } from "./stamp";

/** Words of a batch's lock and settlement, as far as the windows need them. */
class Booked {
  stakes: BigInt[] = [];
  payouts: BigInt[] = [];
}

/**
 * Books the payouts of a settled batch: one row a stake, and what its position and its staker have. All of the positions'
 * windows move on, also those of positions that had left. The caller saves the tournament.
 * @returns How many payouts there are.
 */
export function bookPayouts(
  tournament: Tournament,
  round: Round,
  batch: Batch,
  range: PositionRange,
  settlement: Settlement,
  event: ethereum.Event,
): i32 {
  const stakes = batch.stakes;
  const scores = standingScores(batch);
  const payouts = settlement.payouts;
  const rule = new PayoutRule(round);
  const leaving = leavingOf(range);
  let movedActive = BigInt.zero();
  let movedPending = BigInt.zero();
  let count = 0;

  for (let lane = 0; lane < POSITIONS_PER_BATCH; lane++) {
    const stake = laneOf(stakes, lane) as i64;
    const applied = laneOf(payouts, lane) as i64;
    const changes = windowChanges(stake, applied, leaving, lane);
    if (changes === null) continue;

    const position = loadPosition(tournament.id, batch.number * POSITIONS_PER_BATCH + lane, event);
    const staker = loadTournamentStaker(tournament, position.staker);
    moveWindows(position, changes);
    moveWindows(staker, changes);
    if (stake != 0) {
      const payout = new Payout(round.id + "-" + position.number.toString());
      payout.position = position.id;
      payout.staker = position.staker;
      fill(payout, rule, round, batch, stake, laneOf(scores, lane), applied, event);
      fillNmr(payout);
      payout.save();
      count += 1;
    }
    if (applied != 0) {
      const amount = nanoToWei(applied);
      const active = position.activeWei;
      const pending = position.pendingWei;
      if (applied > 0) {
        reward(position, amount);
        staker.rewardedWei = staker.rewardedWei.plus(amount);
      } else {
        burn(position, amount.neg());
        staker.burnedWei = staker.burnedWei.minus(amount);
      }
      const activeChange = position.activeWei.minus(active);
      const pendingChange = position.pendingWei.minus(pending);
      addStakerStake(tournament, staker, activeChange, pendingChange);
      movedActive = movedActive.plus(activeChange);
      movedPending = movedPending.plus(pendingChange);
    }
    savePosition(position);
    saveTournamentStaker(staker);
  }
  addStake(tournament, movedActive, movedPending);
  return count;
}

function fill(
  payout: Payout,
  rule: PayoutRule,
  round: Round,
  batch: Batch,
  stake: i64,
  scores: u64,
  applied: i64,
  event: ethereum.Event,
): void {
  const score0 = score0Of(scores);
  const score1 = score1Of(scores);
  const rate = rule.rate(score0, score1);
  const due = rule.due(BigInt.fromI64(stake), rate).toI64();
  payout.tournament = round.tournament;
  payout.round = round.id;
  payout.batch = batch.id;
  payout.stakeWei = nanoToWei(stake);
  payout.atRiskWei = times(stake, round.exposure.toU32());
  payout.weight = ratioTowardZero(payout.stakeWei, round.stakedWei);
  payout.score0 = score0;
  payout.score1 = score1;
  payout.clipped = rule.clips(rate);
  payout.dueWei = nanoToWei(due);
  payout.payoutWei = nanoToWei(applied);
  payout.return_ = ratioTowardZero(payout.payoutWei, payout.stakeWei);
  stamp(payout, event);
}

function standingScores(batch: Batch): BigInt[] {
  const id = batch.report;
  if (id === null) return [];
  const report = Report.load(id);
  return report == null ? [] : report.scores;
}

/** The settlements that fall out of the windows now, in the windows' order; without words where none does. */
function leavingOf(range: PositionRange): Booked[] {
  const leaving: Booked[] = [];
  for (let i = 0; i < WINDOW_LENGTHS.length; i++) {
    const booked = new Booked();
    const id = leavingSettlement(range, WINDOW_LENGTHS[i]);
    if (id !== null) {
      const settlement = Settlement.load(id);
      const batch = Batch.load(id);
      if (settlement != null && batch != null) {
        booked.stakes = batch.stakes;
        booked.payouts = settlement.payouts;
      }
    }
    leaving.push(booked);
  }
  return leaving;
}

/** What a position's windows gain and lose; null: nothing at all. */
function windowChanges(stake: i64, applied: i64, leaving: Booked[], lane: i32): WindowChange[] | null {
  const changes: WindowChange[] = [];
  let any = stake != 0;
  for (let i = 0; i < leaving.length; i++) {
    const change = new WindowChange();
    const left = laneOf(leaving[i].stakes, lane) as i64;
    if (left != 0) any = true;
    change.add(stake, applied);
    change.remove(left, laneOf(leaving[i].payouts, lane) as i64);
    changes.push(change);
  }
  if (!any) return null;
  const allTime = new WindowChange();
  allTime.add(stake, applied);
  changes.push(allTime);
  return changes;
}
