import { isHex } from "viem";
import { type Derivation, derivePayout } from "../core/derivation.ts";
import { InputError } from "../core/errors.ts";
import type { ChainFacts } from "../core/facts.ts";
import type { RoundHistory } from "../core/history.ts";
import { modelId } from "../core/models.ts";
import { POSITIONS_PER_BATCH, unpackPayouts, unpackScores, unpackStakes } from "../core/words.ts";
import type { Options } from "./command.ts";
import type { Look } from "./look.ts";
import { projected } from "./preview.ts";

/** A position's payout, and how it comes about. */
export type ExplainedPosition = { readonly position: number; readonly title: string; readonly derivation: Derivation };

/** The positions that the options ask for; a model may have several. @throws InputError where there is none */
export function wantedPositions({ position, model }: Options, { models }: ChainFacts): number[] {
  if (position !== undefined && model !== undefined)
    throw new InputError("--model", "is given beside --position; give one");
  if (typeof position === "string") {
    if (/^\d{1,10}$/.test(position) && Number(position) < models.length) return [Number(position)];
    throw new InputError("--position", `${position} is not a position; there are ${models.length}, counted from 0`);
  }
  if (typeof model !== "string") return [];
  const id = isHex(model) && model.length === 66 ? model.toLowerCase() : modelId(model);
  const found = models.flatMap((each, index) => (each === id ? [index] : []));
  if (found.length > 0) return found;
  throw new InputError("--model", `${model} has no position; give its UUID, its name, or its id on chain`);
}

/** @throws InputError where the round holds no stake of it; ChainTrouble, FeedUnavailable */
export async function explainPosition(position: number, round: bigint, seen: Look): Promise<ExplainedPosition> {
  const { oracle, facts } = seen;
  if (facts.finished.get(round) === undefined) return inFlight(position, round, seen);
  const history = await oracle.readHistory(() => undefined);
  const past = await history.round(round);
  if (past?.state !== "settled")
    throw new InputError("--position", `round ${round.toString()} is void: it paid nothing`);
  return settled(position, past);
}

async function inFlight(position: number, round: bigint, { oracle }: Look): Promise<ExplainedPosition> {
  const { positions, terms, atRisk: total, isFinal } = await projected(oracle, round);
  const found = positions.find((each) => each.position === position);
  if (found === undefined) throw without(position, round);
  const { stake, scores: known } = found;
  const scores = known ?? [0n, 0n];
  return {
    position,
    title: `Position ${position}, model ${found.name ?? found.model}, projected; ${isFinal ? "the feed calls its scores final" : "its scores may still change"}:`,
    derivation: derivePayout({ stake, scores, terms, total, applied: null }),
  };
}

function settled(position: number, round: RoundHistory): ExplainedPosition {
  const { batches, terms, totals } = round;
  const batch = batches.find(({ index }) => index === Math.floor(position / POSITIONS_PER_BATCH));
  const lane = position % POSITIONS_PER_BATCH;
  const stake = unpackStakes(batch?.lock?.stakes ?? [])[lane] ?? 0n;
  const scores = unpackScores(batch?.reports.at(-1)?.scores ?? [])[lane];
  const applied = unpackPayouts(batch?.settlement?.payouts ?? [])[lane];
  if (stake === 0n || scores === undefined || applied === undefined) throw without(position, round.number);
  return {
    position,
    title: `Position ${position}, as it was settled:`,
    derivation: derivePayout({ stake, scores, terms, total: totals.atRisk, applied }),
  };
}

function without(position: number, round: bigint): InputError {
  return new InputError("--position", `${position} has no stake in round ${round.toString()}`);
}
