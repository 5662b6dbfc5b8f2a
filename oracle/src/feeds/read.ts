import { keccak256, stringToBytes } from "viem";
import { InputError } from "../core/errors.ts";
import { type Json, joinPath, JsonNumber } from "../core/json.ts";
import { isUuid, modelId } from "../core/models.ts";
import { nanoFromDecimalDown, signedNanoFromDecimalTowardZero } from "../core/units.ts";
import type { FeedDetails, FeedModel, FeedRound, FeedRounds, RefusedRound } from "./feed.ts";
import { checkRound, checkRounds, checkRow, type RawDetails, type RawModel, type RawRound } from "./schema.ts";
import { type Payout, payoutOf, termsOfOwnMultipliers } from "./scores.ts";

/** What was asked for, so that an answer to another question is refused. */
export type Asked = {
  /** The time of asking, unix seconds: tells an open round from an upcoming one. */
  readonly now: number;
  readonly tournament?: number;
  readonly number?: bigint;
  /** Refuse a round whose payouts aren't final. */
  readonly resolved?: true;
};

const MAX_TOURNAMENT = 2n ** 32n - 1n;
const MAX_ROUND = 2n ** 64n - 1n;
const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/;

/** A round with its models, and what it was read from. */
export type ReadRound = {
  readonly round: FeedRound;
  readonly details: FeedDetails;
  readonly raw: { readonly round: RawRound; readonly models: readonly RawModel[] };
};

/**
 * Reads `{ rounds }`. A row with a fault is refused alone: one odd round must not stop all others.
 * @throws InputError where there is no list, or a number is in it twice: which row counts would be chance.
 */
export function readRounds(body: Json, asked: Asked): FeedRounds {
  const rows = checkRounds(body);
  refuseRepeated(rows.map(numberOf));
  return sortedOut(rows.map((row, index) => readRow(row, asked, `rounds[${index}]`)));
}

/** Good rounds, lowest number first, apart from refused ones. */
export function sortedOut(read: readonly (FeedRound | RefusedRound)[]): FeedRounds {
  const rounds = read.filter((round) => "tournament" in round);
  return {
    rounds: rounds.toSorted((a, b) => (a.number < b.number ? -1 : 1)),
    refused: read.filter((round) => "fault" in round),
  };
}

function readRow(row: Json, asked: Asked, path: string): FeedRound | RefusedRound {
  try {
    const raw = checkRow(row, path);
    return roundFrom(raw, payoutOf(raw, path), asked, path);
  } catch (error) {
    if (error instanceof InputError) return { number: numberOf(row), fault: error };
    throw error;
  }
}

function refuseRepeated(numbers: readonly (bigint | null)[]): void {
  const seen = new Map<bigint, number>();
  numbers.forEach((number, index) => {
    if (number === null) return;
    const earlier = seen.get(number);
    if (earlier !== undefined) {
      throw new InputError(`rounds[${index}].number`, `${number.toString()} is also rounds[${earlier}]`);
    }
    seen.set(number, index);
  });
}

/** The number of a row, whatever else is wrong with it; null where it has none. */
function numberOf(row: Json): bigint | null {
  if (typeof row !== "object" || row === null || !("number" in row) || !(row.number instanceof JsonNumber)) return null;
  try {
    return whole(row.number.source, MAX_ROUND, "number");
  } catch {
    return null;
  }
}

/**
 * Reads `{ round, roundDetails }`. The terms of a round whose models carry their own multipliers are those that Numerai
 * settled with: see `termsOfOwnMultipliers`.
 * @throws InputError
 */
export function readRound(body: Json, asked: Asked): ReadRound {
  const raw = checkRound(body);
  const payout = payoutOf(raw.round, "round");
  const round = roundFrom(raw.round, payout, asked, "round");
  sameRound(raw.roundDetails, round);
  if (asked.resolved === true && !round.resolved) {
    throw new InputError("round.resolvedStaking", "false; the payouts of this round are not final yet");
  }
  const models = modelsFrom(raw.roundDetails.models, payout);
  const { tournament, number, resolved } = round;
  const content = { tournament, number, resolved, models };
  return {
    round: { ...round, terms: settledTerms(raw.round, models) ?? round.terms },
    details: { ...content, digest: digestOf(content, round.scoreNames) },
    raw: { round: raw.round, models: raw.roundDetails.models },
  };
}

/** Where a round stands at `now`. */
export function statusAt(
  round: Pick<FeedRound, "opensAt" | "closesAt" | "resolved">,
  now: number,
): FeedRound["status"] {
  if (round.resolved) return "resolved";
  if (now < round.opensAt) return "upcoming";
  return now < round.closesAt ? "open" : "resolving";
}

/** Digest of what was read; models are sorted, because the feed promises no order. */
export function digestOf(
  details: Omit<FeedDetails, "digest">,
  scoreNames: readonly [string, string],
): FeedDetails["digest"] {
  const models = details.models
    .map(({ model, name, stake, scores, settled }) => [model, name, stake, scores, settled])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  const content = [details.tournament, details.number, details.resolved, scoreNames, models];
  return keccak256(
    stringToBytes(
      JSON.stringify(content, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value)),
    ),
  );
}

function roundFrom(raw: RawRound, payout: Payout, asked: Asked, path: string): FeedRound {
  const tournament = Number(whole(raw.tournament, MAX_TOURNAMENT, joinPath(path, "tournament")));
  const number = whole(raw.number, MAX_ROUND, joinPath(path, "number"));
  answersQuestion(tournament, asked.tournament, joinPath(path, "tournament"));
  answersQuestion(number, asked.number, joinPath(path, "number"));
  const times = timesFrom(raw, path);
  const resolved = raw.resolvedStaking;
  const status = statusAt({ ...times, resolved }, asked.now);
  return { tournament, number, ...times, status, resolved, terms: payout.terms, scoreNames: payout.scoreNames };
}

function timesFrom(raw: RawRound, path: string): Pick<FeedRound, "opensAt" | "closesAt" | "resolvesAt"> {
  const [closeName, closeTime] =
    typeof raw.closeStakingTime === "string"
      ? ["closeStakingTime", raw.closeStakingTime]
      : ["closeTime", raw.closeTime];
  if (typeof closeTime !== "string")
    throw new InputError(joinPath(path, "closeStakingTime"), "is missing, as is closeTime");
  const opensAt = instant(raw.openTime, joinPath(path, "openTime"));
  const closesAt = instant(closeTime, joinPath(path, closeName));
  const resolvesAt = instant(raw.resolveTime, joinPath(path, "resolveTime"));
  if (closesAt <= opensAt)
    throw new InputError(joinPath(path, closeName), `${closeTime} is not after openTime ${raw.openTime}`);
  if (resolvesAt <= closesAt)
    throw new InputError(joinPath(path, "resolveTime"), `${raw.resolveTime} is not after ${closeName} ${closeTime}`);
  return { opensAt, closesAt, resolvesAt };
}

function sameRound(raw: RawDetails, round: FeedRound): void {
  const number = whole(raw.roundNumber, MAX_ROUND, "roundDetails.roundNumber");
  const tournament = whole(raw.tournament, MAX_TOURNAMENT, "roundDetails.tournament");
  answersQuestion(number, round.number, "roundDetails.roundNumber");
  answersQuestion(tournament, BigInt(round.tournament), "roundDetails.tournament");
  if (round.resolved && !raw.roundResolved) {
    throw new InputError("roundDetails.roundResolved", "false, though round.resolvedStaking is true");
  }
}

function modelsFrom(raw: readonly RawModel[], payout: Payout): FeedModel[] {
  const seen = new Map<string, number>();
  return raw.map((row, index) => {
    const path = `roundDetails.models[${index}]`;
    const model = modelFrom(row, payout, path);
    const earlier = seen.get(model.model);
    if (earlier !== undefined) {
      throw new InputError(`${path}.id`, `${row.id} is also roundDetails.models[${earlier}]; a model has one row`);
    }
    seen.set(model.model, index);
    return model;
  });
}

function modelFrom(row: RawModel, payout: Payout, path: string): FeedModel {
  if (!isUuid(row.id))
    throw new InputError(`${path}.id`, `unknown model ${JSON.stringify(row.id)}; a model's id is a UUID`);
  return {
    id: row.id,
    name: row.modelName,
    model: modelId(row.id),
    stake:
      row.selectedStakeValue === null ? 0n : nanoFromDecimalDown(row.selectedStakeValue, `${path}.selectedStakeValue`),
    scores: payout.scoresOf(row, path),
    raw: Object.fromEntries(payout.fields.map((field) => [field, row[field] ?? null])),
    settled:
      row.payoutSettled === null ? null : signedNanoFromDecimalTowardZero(row.payoutSettled, `${path}.payoutSettled`),
  };
}

function settledTerms(raw: RawRound, models: readonly FeedModel[]): FeedRound["terms"] | undefined {
  if (raw.payoutFactor === null || (raw.roundScoreConfigs ?? []).length > 0) return undefined;
  return termsOfOwnMultipliers(
    raw.payoutFactor,
    models.reduce((sum, { stake }) => sum + stake, 0n),
  );
}

function answersQuestion<T extends number | bigint>(answer: T, asked: T | undefined, field: string): void {
  if (asked !== undefined && answer !== asked)
    throw new InputError(field, `${answer.toString()}, but asked was ${asked.toString()}`);
}

function whole(source: string, most: bigint, field: string): bigint {
  const value = /^\d{1,20}$/.test(source) ? BigInt(source) : 0n;
  if (value < 1n || value > most)
    throw new InputError(field, `${source} is not a whole number from 1 to ${most.toString()}`);
  return value;
}

/** ISO 8601 with Z to unix seconds, fractions dropped. */
export function instant(text: string, field: string): number {
  const [, seconds] = INSTANT.exec(text) ?? [];
  const milliseconds = seconds === undefined ? NaN : Date.parse(`${seconds}Z`);
  // Date.parse takes 30 February for 2 March.
  const exists = !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(seconds ?? "");
  if (!exists) throw new InputError(field, `${JSON.stringify(text)} is not a time such as 2021-01-02T18:00:00Z`);
  return milliseconds / 1000;
}
