import { PositionRange, Round } from "../../generated/schema";

// Rounds lock, report and settle positions by ranges of 1,024, the same in every round.

/** The longest window of settled rounds. */
const SETTLEMENTS_KEPT: i32 = 250;

export function loadRange(tournament: string, number: i32): PositionRange {
  const id = tournament + "-" + number.toString();
  let range = PositionRange.load(id);
  if (range == null) {
    range = new PositionRange(id);
    range.tournament = tournament;
    range.number = number;
    range.roundsInFlight = [];
    range.settlements = [];
  }
  return range;
}

export function enterFlight(range: PositionRange, round: string): void {
  const rounds = range.roundsInFlight;
  rounds.push(round);
  range.roundsInFlight = rounds;
  range.save();
}

/** A round that is over holds none of its ranges any more. */
export function leaveFlight(round: Round): void {
  const batches = round.batches.load();
  for (let i = 0; i < batches.length; i++) {
    const range = loadRange(round.tournament, batches[i].number);
    const rounds = range.roundsInFlight;
    rounds.splice(rounds.indexOf(round.id), 1);
    range.roundsInFlight = rounds;
    range.save();
  }
}

/** The settlement that a window of such a length loses with the next one; null: it isn't full yet. */
export function leavingSettlement(range: PositionRange, length: i32): string | null {
  const settlements = range.settlements;
  return settlements.length < length ? null : settlements[settlements.length - length];
}

export function addSettlement(range: PositionRange, settlement: string): void {
  const settlements = range.settlements;
  if (settlements.length == SETTLEMENTS_KEPT) settlements.shift();
  settlements.push(settlement);
  range.settlements = settlements;
  range.save();
}
