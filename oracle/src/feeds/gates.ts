import { InputError } from "../core/errors.ts";
import { compareDecimals, type Decimal, parseDecimal } from "../core/units.ts";
import type { RawModel } from "./schema.ts";
import { present } from "./scores.ts";

/**
 * Keeps a model out of a round: its measure reaches the limit, or there is none because there was nothing to measure.
 * Both are the feed's texts, each with its name in the model's row and its place in the answer.
 */
export type Gate = {
  readonly measure: { readonly name: string; readonly text: string | null; readonly field: string };
  readonly limit: { readonly name: string; readonly text: string; readonly field: string };
};

/** Numerai's names, over the week before the round: a model's measure, and its limit. */
export const NUMERAI_GATES = [
  { measure: "prevWeekChurnMax", limit: "churnThreshold" },
  { measure: "prevWeekTurnoverMax", limit: "turnoverThreshold" },
] as const;

const SIGNALS = 11;

/** Whether a tournament of Numerai's has gates, unless somebody says otherwise. */
export function hasGates(tournament: number): boolean {
  return tournament === SIGNALS;
}

/**
 * The gates of a row of Numerai's. Where the row has no limit, null, there is no gate.
 * @param required Refuse a row that doesn't speak of them at all.
 * @throws InputError
 */
export function gatesOf(row: RawModel, path: string, required: boolean): Gate[] {
  return NUMERAI_GATES.flatMap(({ measure, limit }) => {
    if (!required && row[measure] === undefined && row[limit] === undefined) return [];
    const [text, limitText] = [measure, limit].map((name) => present(row[name], `${path}.${name}`));
    if (text === undefined || typeof limitText !== "string") return [];
    return {
      measure: { name: measure, text, field: `${path}.${measure}` },
      limit: { name: limit, text: limitText, field: `${path}.${limit}` },
    };
  });
}

/**
 * Whether a stake on the model counts in the round.
 * @throws InputError where a measure or a limit is not a number, or out of range
 */
export function isAtRisk(gates: readonly Gate[]): boolean {
  // All are read before any decides: what is wrong with one is said whatever the others say.
  return gates.map(passes).every(Boolean);
}

/** What the feed wrote, by name. */
export function textsOf({ measure, limit }: Gate): [string, string | null][] {
  return [measure, limit].map(({ name, text }) => [name, text]);
}

function passes({ measure, limit }: Gate): boolean {
  const most = notNegative(limit.text, limit.field);
  return measure.text !== null && compareDecimals(notNegative(measure.text, measure.field), most) < 0n;
}

/**
 * A measure or a limit, exactly.
 * @throws InputError
 */
export function notNegative(text: string, field: string): Decimal {
  const decimal = parseDecimal(text, field);
  if (decimal.digits < 0n) throw new InputError(field, `${text} is negative; it must be at least 0`);
  return decimal;
}
