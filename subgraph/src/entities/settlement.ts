import { BigInt, ethereum, store, Value } from "@graphprotocol/graph-ts";
import { Batch, Position, PositionRange, Report, Round, Settlement, Tournament } from "../../generated/schema";
import { quotientTowardZero } from "../amounts";
import { Row } from "../fields";
import { PayoutRule } from "../payout";
import { WINDOW_LENGTHS, WindowChange } from "../windows";
import { laneOf, nanoToWei, POSITIONS_PER_BATCH, score0Of, score1Of, times, weiToNano } from "../words";
import { positionId } from "./position";
import { leavingSettlement } from "./range";
import { SettledPositions } from "./settled-positions";
import { SettledStakers } from "./settled-stakers";
import { addStake } from "./tournament";

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
  const leaving = leavingOf(range);
  const rows = new PayoutRows(round, batch, event);
  const positions = new SettledPositions();
  const stakers = new SettledStakers();
  const first = batch.number * POSITIONS_PER_BATCH;
  let movedActive: i64 = 0;
  let movedPending: i64 = 0;
  let count = 0;

  for (let lane = 0; lane < POSITIONS_PER_BATCH; lane++) {
    const stake = laneOf(stakes, lane) as i64;
    const applied = laneOf(payouts, lane) as i64;
    const changes = windowChanges(stake, applied, leaving, lane);
    if (changes === null) continue;

    const number = (first + lane).toString();
    const id = positionId(tournament.id, number);
    const position = Position.load(id);
    if (position == null) continue; // can't be: it had a stake
    if (stake != 0) {
      rows.write(number, id, positions.stakerOf(position), stake, laneOf(scores, lane), applied);
      count += 1;
    }
    const move = positions.settle(id, position, changes, applied);
    stakers.add(positions.tournamentStakerOf(position), changes, applied, move);
    movedActive += move.active;
    movedPending += move.pending;
  }
  stakers.save(tournament);
  addStake(tournament, nanoToWei(movedActive), nanoToWei(movedPending));
  return count;
}

/** The payouts of one batch: what is the same in all of them is made once. */
class PayoutRows {
  private rule: PayoutRule;
  private round: string;
  private exposure: u32;
  private staked: BigInt;
  private tournamentValue: Value;
  private roundValue: Value;
  private batchValue: Value;
  private timestamp: Value;
  private block: Value;
  private transaction: Value;

  constructor(round: Round, batch: Batch, event: ethereum.Event) {
    this.rule = new PayoutRule(round);
    this.round = round.id;
    this.exposure = round.exposure.toU32();
    this.staked = BigInt.fromI64(weiToNano(round.stakedWei));
    this.tournamentValue = Value.fromString(round.tournament);
    this.roundValue = Value.fromString(round.id);
    this.batchValue = Value.fromString(batch.id);
    this.timestamp = Value.fromBigInt(event.block.timestamp);
    this.block = Value.fromBigInt(event.block.number);
    this.transaction = Value.fromBytes(event.transaction.hash);
  }

  /** Writes the payout of a position: stake and what was applied in nano-NMR. */
  write(number: string, position: string, staker: Value, stake: i64, scores: u64, applied: i64): void {
    const id = this.round + "-" + number;
    const score0 = score0Of(scores);
    const score1 = score1Of(scores);
    const rate = this.rule.rate(score0, score1);
    const clipped = this.rule.clip(rate);
    const atRisk = times(stake, this.exposure);
    const row = new Row(id);
    row.put("tournament", this.tournamentValue);
    row.put("round", this.roundValue);
    row.put("batch", this.batchValue);
    row.put("position", Value.fromString(position));
    row.put("staker", staker);
    row.putAmount("stakeWei", "stakeNmr", nanoToWei(stake));
    row.putAmount("atRiskWei", "atRiskNmr", atRisk);
    row.put("weight", Value.fromBigDecimal(quotientTowardZero(stake, this.staked)));
    row.put("score0", Value.fromI32(score0));
    row.put("score1", Value.fromI32(score1));
    row.put("clipped", Value.fromBoolean(clipped !== rate));
    row.putAmount("dueWei", "dueNmr", nanoToWei(this.rule.due(atRisk, clipped)));
    row.putAmount("payoutWei", "payoutNmr", nanoToWei(applied));
    row.put("return", Value.fromBigDecimal(quotientTowardZero(applied, BigInt.fromI64(stake))));
    row.put("timestamp", this.timestamp);
    row.put("block", this.block);
    row.put("transaction", this.transaction);
    store.set("Payout", id, row);
  }
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
