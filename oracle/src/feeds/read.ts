import { InputError } from "../core/errors.ts";
import { type Json, joinPath, showJson } from "../core/json.ts";
import { isUuid, modelId } from "../core/models.ts";
import { nanoFromDecimalDown, signedNanoFromDecimalTowardZero } from "../core/units.ts";
import {
  answersQuestion,
  type Asked,
  digestOf,
  MAX_ROUND,
  MAX_TOURNAMENT,
  type ReadRound,
  readRows,
  refuseDoubled,
  statusAt,
  timesOf,
  whole,
} from "./answers.ts";
import type { FeedModel, FeedRound, FeedRounds } from "./feed.ts";
import { gatesOf, hasGates, isAtRisk, textsOf } from "./gates.ts";
import { checkRound, checkRounds, checkRow, type RawDetails, type RawModel, type RawRound } from "./schema.ts";
import { type Payout, payoutOf, termsOfOwnMultipliers } from "./scores.ts";

/** A round of Numerai's, and what it was read from. */
export type NumeraiRound = ReadRound & {
  readonly raw: { readonly round: RawRound; readonly models: readonly RawModel[] };
};

/**
 * Reads `{ rounds }`.
 * @throws InputError where there is no list, or a number is in it twice
 */
export function readRounds(body: Json, asked: Asked): FeedRounds {
  return readRows(checkRounds(body), (row, path) => {
    const raw = checkRow(row, path);
    return roundFrom(raw, payoutOf(raw, path), asked, path);
  });
}

/**
 * Reads `{ round, roundDetails }`. The terms of a round whose models carry their own multipliers are those that Numerai
 * settled with: see `termsOfOwnMultipliers`.
 * @throws InputError
 */
export function readRound(body: Json, asked: Asked): NumeraiRound {
  const raw = checkRound(body);
  const payout = payoutOf(raw.round, "round");
  const round = roundFrom(raw.round, payout, asked, "round");
  sameRound(raw.roundDetails, round);
  if (asked.resolved === true && !round.resolved) {
    throw new InputError("round.resolvedStaking", "false; the payouts of this round are not final yet");
  }
  const gated = asked.gated ?? hasGates(round.tournament);
  const models = modelsFrom(raw.roundDetails.models, payout, gated);
  const { tournament, number, resolved } = round;
  const content = { tournament, number, resolved, models };
  return {
    round: { ...round, terms: settledTerms(raw.round, models) ?? round.terms },
    details: { ...content, digest: digestOf(content, round.scoreNames) },
    raw: { round: raw.round, models: raw.roundDetails.models },
  };
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
  return timesOf(path, ["openTime", raw.openTime], [closeName, closeTime], ["resolveTime", raw.resolveTime]);
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

function modelsFrom(raw: readonly RawModel[], payout: Payout, gated: boolean): FeedModel[] {
  const models = raw.map((row, index) => modelFrom(row, payout, gated, `roundDetails.models[${index}]`));
  refuseDoubled(models, "roundDetails.models");
  return models;
}

function modelFrom(row: RawModel, payout: Payout, gated: boolean, path: string): FeedModel {
  if (!isUuid(row.id)) throw new InputError(`${path}.id`, `unknown model ${showJson(row.id)}; a model's id is a UUID`);
  const gates = gatesOf(row, path, gated);
  const scores = payout.scoresOf(row, path);
  return {
    id: row.id,
    name: row.modelName,
    model: modelId(row.id),
    stake:
      row.selectedStakeValue === null ? 0n : nanoFromDecimalDown(row.selectedStakeValue, `${path}.selectedStakeValue`),
    scores: isAtRisk(gates) ? scores : null,
    raw: {
      ...Object.fromEntries(payout.fields.map((field) => [field, row[field] ?? null])),
      ...Object.fromEntries(gates.flatMap(textsOf)),
    },
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
