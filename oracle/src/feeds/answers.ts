import { keccak256, stringToBytes } from "viem";
import { InputError } from "../core/errors.ts";
import { isObject, type Json, joinPath, JsonNumber, shortened, showJson } from "../core/json.ts";
import type { FeedDetails, FeedModel, FeedRound, FeedRounds, RefusedRound } from "./feed.ts";

// What the answers of all feeds have in common.

/** What was asked for, so that an answer to another question is refused. */
export type Asked = {
  /** The time of asking, unix seconds: tells an open round from an upcoming one. */
  readonly now: number;
  readonly tournament?: number;
  readonly number?: bigint;
  /** Refuse a round whose payouts aren't final. */
  readonly resolved?: true;
  /** Refuse a model of Numerai's whose row has no gates, see `gates.ts`; without it, in Signals alone. */
  readonly gated?: boolean;
};

/** A round with its models. */
export type ReadRound = { readonly round: FeedRound; readonly details: FeedDetails };

export const MAX_TOURNAMENT = 2n ** 32n - 1n;
export const MAX_ROUND = 2n ** 64n - 1n;
const INSTANT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?Z$/;

/**
 * Reads the rows of a list of rounds. A row with a fault is refused alone: one odd round must not stop all others.
 * @throws InputError where a number is in the list twice: which row counts would be chance.
 */
export function readRows(rows: readonly Json[], readRow: (row: Json, path: string) => FeedRound): FeedRounds {
  refuseRepeated(rows.map(numberOf));
  return sortedOut(
    rows.map((row, index) => {
      try {
        return readRow(row, `rounds[${index}]`);
      } catch (error) {
        if (error instanceof InputError) return { number: numberOf(row), fault: error };
        throw error;
      }
    }),
  );
}

/** Good rounds, lowest number first, apart from refused ones. */
export function sortedOut(read: readonly (FeedRound | RefusedRound)[]): FeedRounds {
  const rounds = read.filter((round) => "tournament" in round);
  return {
    rounds: rounds.toSorted((a, b) => (a.number < b.number ? -1 : 1)),
    refused: read.filter((round) => "fault" in round),
  };
}

/** A time of a round: what it is called, and its text. */
export type NamedTime = readonly [name: string, text: string];

/**
 * A round's times, unix seconds, each after the one before.
 * @throws InputError
 */
export function timesOf(
  path: string,
  [openName, open]: NamedTime,
  [closeName, close]: NamedTime,
  [resolveName, resolve]: NamedTime,
): Pick<FeedRound, "opensAt" | "closesAt" | "resolvesAt"> {
  const opensAt = instant(open, joinPath(path, openName));
  const closesAt = instant(close, joinPath(path, closeName));
  const resolvesAt = instant(resolve, joinPath(path, resolveName));
  if (closesAt <= opensAt) throw new InputError(joinPath(path, closeName), `${close} is not after ${openName} ${open}`);
  if (resolvesAt <= closesAt) {
    throw new InputError(joinPath(path, resolveName), `${resolve} is not after ${closeName} ${close}`);
  }
  return { opensAt, closesAt, resolvesAt };
}

/**
 * Refuses a list in which a model stands twice, by the later one's path: which of its scores counts would be chance.
 * @throws InputError
 */
export function refuseDoubled(models: readonly FeedModel[], path: string): void {
  const seen = new Map<string, number>();
  models.forEach(({ id, model }, index) => {
    const earlier = seen.get(model);
    if (earlier !== undefined) {
      throw new InputError(`${path}[${index}].id`, `${id} is also ${path}[${earlier}]; a model has one row`);
    }
    seen.set(model, index);
  });
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

/**
 * Refuses an answer to another question.
 * @throws InputError
 */
export function answersQuestion<T extends number | bigint>(answer: T, asked: T | undefined, field: string): void {
  if (asked !== undefined && answer !== asked)
    throw new InputError(field, `${answer.toString()}, but asked was ${asked.toString()}`);
}

/**
 * A whole number from 1 to `most`, written out.
 * @throws InputError
 */
export function whole(source: string, most: bigint, field: string): bigint {
  const value = /^\d{1,20}$/.test(source) ? BigInt(source) : 0n;
  if (value < 1n || value > most)
    throw new InputError(field, `${shortened(source)} is not a whole number from 1 to ${most.toString()}`);
  return value;
}

/** ISO 8601 with Z to unix seconds, fractions dropped. */
export function instant(text: string, field: string): number {
  const [, seconds] = INSTANT.exec(text) ?? [];
  const milliseconds = seconds === undefined ? NaN : Date.parse(`${seconds}Z`);
  // Date.parse takes 30 February for 2 March.
  const exists = !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(seconds ?? "");
  if (!exists) throw new InputError(field, `${showJson(text)} is not a time such as 2021-01-02T18:00:00Z`);
  return milliseconds / 1000;
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
  const number = isObject(row) ? row["number"] : undefined;
  if (!(number instanceof JsonNumber)) return null;
  try {
    return whole(number.source, MAX_ROUND, "number");
  } catch {
    return null;
  }
}
