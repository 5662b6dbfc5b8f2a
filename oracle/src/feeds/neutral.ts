import { InputError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { modelId } from "../core/models.ts";
import type { Terms } from "../core/payout.ts";
import { nanoFromDecimalDown, scoreFromDecimalNearest } from "../core/units.ts";
import type { Scores } from "../core/words.ts";
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
import { type Gate, isAtRisk, notNegative, textsOf } from "./gates.ts";
import { checkList, checkListed, checkSingle, type NeutralModel, type NeutralRound } from "./neutral-schema.ts";
import { bothOrNull } from "./scores.ts";
import { multiplierFrom, shareFrom } from "./terms.ts";

/**
 * Reads the answer to `/rounds`.
 * @throws InputError where the list as a whole can't be used
 */
export function readNeutralRounds(body: Json, asked: Asked): FeedRounds {
  const { tournament, rounds } = checkList(body);
  const number = tournamentFrom(tournament, asked);
  return readRows(rounds, (row, path) => roundFrom(checkListed(row, path), number, asked, path));
}

/**
 * Reads the answer to `/rounds/<number>`, or a file.
 * @throws InputError
 */
export function readNeutralRound(body: Json, asked: Asked): ReadRound {
  const answer = checkSingle(body);
  const round = roundFrom(answer.round, tournamentFrom(answer.tournament, asked), asked, "round");
  if (asked.resolved === true && !round.resolved) {
    throw new InputError("round.resolved", "false; the scores of this round are not final yet");
  }
  const models = answer.models.map((row, index) => modelFrom(row, answer.round, `models[${index}]`));
  refuseDoubled(models, "models");
  const { tournament, number, resolved, scoreNames } = round;
  const content = { tournament, number, resolved, models };
  return { round, details: { ...content, digest: digestOf(content, scoreNames) } };
}

function tournamentFrom(source: string, asked: Asked): number {
  const tournament = Number(whole(source, MAX_TOURNAMENT, "tournament"));
  answersQuestion(tournament, asked.tournament, "tournament");
  return tournament;
}

function roundFrom(raw: NeutralRound, tournament: number, asked: Asked, path: string): FeedRound {
  const number = whole(raw.number, MAX_ROUND, `${path}.number`);
  answersQuestion(number, asked.number, `${path}.number`);
  raw.gates?.forEach(({ limit }, index) => notNegative(limit, `${path}.gates[${index}].limit`));
  const { opensAt, closesAt, resolvesAt, resolved, scoreNames } = raw;
  if (scoreNames[0] === scoreNames[1]) {
    throw new InputError(`${path}.scoreNames[1]`, `${JSON.stringify(scoreNames[1])} is also the name of score 0`);
  }
  const times = timesOf(path, ["opensAt", opensAt], ["closesAt", closesAt], ["resolvesAt", resolvesAt]);
  const status = statusAt({ ...times, resolved }, asked.now);
  return { tournament, number, ...times, status, resolved, terms: termsFrom(raw, `${path}.terms`), scoreNames };
}

function termsFrom({ terms, scoreNames: [, second] }: NeutralRound, path: string): Terms {
  const multipliers = terms.multipliers.map((source, index) => multiplierFrom(source, `${path}.multipliers[${index}]`));
  const [first = 0n, other = 0n] = multipliers;
  if (second === "" && other !== 0n) {
    throw new InputError(`${path}.multipliers[1]`, `${terms.multipliers[1]} is not 0, though score 1 has no name`);
  }
  return {
    multipliers: [first, other],
    clip: shareFrom(terms.clip, `${path}.clip`, "a clip"),
    stakeThreshold: nanoFromDecimalDown(terms.stakeThreshold, `${path}.stakeThreshold`),
    exposure: shareFrom(terms.exposure, `${path}.exposure`, "an exposure"),
  };
}

function modelFrom(row: NeutralModel, round: NeutralRound, path: string): FeedModel {
  const gates = gatesOf(row, round, path);
  const scores = scoresOf(row, round, path);
  return {
    id: row.id,
    name: row.name ?? row.id,
    model: modelId(row.id),
    // Nobody pays by this feed but the contract: what it knows of stakes would be no news.
    stake: 0n,
    settled: null,
    scores: isAtRisk(gates) ? scores : null,
    raw: {
      ...Object.fromEntries(row.scores.map((text, index) => [`scores[${index}]`, text])),
      ...Object.fromEntries(gates.flatMap(textsOf)),
    },
  };
}

function scoresOf({ scores }: NeutralModel, { scoreNames }: NeutralRound, path: string): Scores | null {
  const [first, second] = scores.map((text, index) =>
    text === null ? null : scoreFromDecimalNearest(text, `${path}.scores[${index}]`),
  );
  if (scoreNames[1] === "" && second !== null) {
    throw new InputError(`${path}.scores[1]`, `${scores[1] ?? ""} is a score that has no name; write null`);
  }
  return bothOrNull(first ?? null, second ?? null);
}

function gatesOf(row: NeutralModel, round: NeutralRound, path: string): Gate[] {
  const limits = round.gates ?? [];
  const measures = row.gates ?? [];
  if (measures.length !== limits.length) {
    throw new InputError(`${path}.gates`, `has ${measures.length} measures, but the round has ${limits.length} gates`);
  }
  return measures.map((text, index) => {
    const limit = `round.gates[${index}].limit`;
    return {
      measure: { name: `gates[${index}]`, text, field: `${path}.gates[${index}]` },
      limit: { name: limit, text: limits[index]?.limit ?? "", field: limit },
    };
  });
}
