import { weiFromNano } from "@numeraire-staking/oracle/core/units";
import { copy } from "../copy/en.ts";
import { exactNmr } from "./amounts.ts";
import { isOver, type PositionRound } from "./rounds.ts";
import { type TimeStyle, timeText } from "./times.ts";

export type CellState = keyof typeof copy.strip.states;

/** A round as a cell of the strip. */
export type Cell = {
  readonly round: bigint;
  readonly state: CellState;
  /** What it locked of the reader's positions, wei. */
  readonly holds: bigint;
  /** Unix seconds. */
  readonly settledBy: number;
  /** The cell in words, for those who don't see it. */
  readonly label: string;
};

/**
 * The strip: one cell a round, in order. A round stands in it once for each of the reader's positions, which add up;
 * rounds that were never opened have no cell.
 */
export function roundStrip(rounds: readonly PositionRound[], style: TimeStyle): Cell[] {
  const byNumber = Map.groupBy(rounds, ({ number }) => number);
  return [...byNumber.values()].flatMap((same) => cellOf(same, style)).sort((a, b) => (a.round < b.round ? -1 : 1));
}

function cellOf(same: readonly PositionRound[], style: TimeStyle): Cell[] {
  const [round] = same;
  const state = round === undefined ? null : stateOf(round);
  if (round === undefined || state === null) return [];
  const nano = same.reduce((total, { stake }) => total + stake, 0n);
  const { settledBy } = round.schedule;
  const [number, amount] = [round.number.toString(), exactNmr(weiFromNano(nano))];
  const { states, cell, cellOver } = copy.strip;
  const label = isOver(round)
    ? cellOver(number, states[state], amount)
    : cell(number, states[state], amount, timeText(settledBy, style));
  return [{ round: round.number, state, holds: weiFromNano(nano), settledBy, label }];
}

/** A locked round counts as reported once every batch has a standing report. */
function stateOf({ state, batches, reportedBatches }: PositionRound): CellState | null {
  if (state === "none") return null;
  return state === "locked" && reportedBatches === batches ? "reported" : state;
}
