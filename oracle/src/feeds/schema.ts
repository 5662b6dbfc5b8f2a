import { z } from "zod";
import { InputError } from "../core/errors.ts";
import { type Json, joinPath, JsonFault, JsonNumber, refuseFaults, showJson } from "../core/json.ts";

// Numerai's shapes: strict about every field that is relied on, blind to all others. What a value means is decided in
// `scores.ts` and `read.ts`; here a number is still its source text.

const text = z.string({ error: "text" });
const flag = z.boolean({ error: "true or false" });
const number = z.instanceof(JsonNumber, { error: "a number" }).transform(({ source }) => source);

const scoreConfig = z.object(
  {
    name: text,
    // Text in the API's answers, and a number in the eyes of some of its clients.
    version: z.union([text, number], { error: "text" }),
    displayName: text.nullable(),
    isPayout: flag,
    defaultMultiplier: number.nullable(),
    clipThreshold: number.nullable(),
    stakeThreshold: number.nullable(),
  },
  { error: "an object" },
);

const round = z.object(
  {
    id: text.nullish(),
    tournament: number,
    number,
    target: text.nullish(),
    openTime: text,
    closeTime: text.nullish(),
    closeStakingTime: text.nullish(),
    scoreTime: text.nullish(),
    resolveTime: text,
    resolvedStaking: flag,
    payoutFactor: text.nullable(),
    stakeThreshold: number.nullable(),
    roundScoreConfigs: z.array(scoreConfig, { error: "a list" }).nullish(),
  },
  { error: "an object" },
);

const score = number.nullable().optional();

const model = z.object(
  {
    id: text,
    modelName: text,
    selectedStakeValue: text.nullable(),
    payoutSettled: text.nullable(),
    // Which of these must be there depends on the round.
    corr: score,
    v2Corr20: score,
    corr60: score,
    mmc: score,
    mmc60: score,
    alpha: score,
    mpc: score,
    corrMultiplier: score,
    mmcMultiplier: score,
    // Not among the API's fields of a round: `performances.ts` puts them here.
    prevWeekChurnMax: score,
    churnThreshold: score,
    prevWeekTurnoverMax: score,
    turnoverThreshold: score,
  },
  { error: "an object" },
);

const roundDetails = z.object(
  {
    roundNumber: number,
    tournament: number,
    roundResolved: flag,
    models: z.array(model, { error: "a list" }),
  },
  { error: "an object" },
);

const roundsBody = z.object({ rounds: z.array(z.custom<Json>(), { error: "a list" }) }, { error: "an object" });
const roundBody = z.object({ round, roundDetails }, { error: "an object" });

export type RawScoreConfig = z.output<typeof scoreConfig>;
export type RawRound = z.output<typeof round>;
export type RawModel = z.output<typeof model>;
export type RawDetails = z.output<typeof roundDetails>;

/**
 * The rows of the answer `{ rounds }`, unchecked: one of them may have a fault that is none of the others'.
 * @throws InputError where there is no list
 */
export function checkRounds(body: Json): readonly Json[] {
  return check(roundsBody, body, "").rounds;
}

/**
 * One row of `{ rounds }`; `path` is its place in the answer.
 * @throws InputError with the path of the first field that is missing or of the wrong type.
 */
export function checkRow(row: Json, path: string): RawRound {
  refuseFaults(row, path);
  return check(round, row, path);
}

/**
 * A round and its details, `{ round, roundDetails }`.
 * @throws InputError with the path of the first field that is missing or of the wrong type.
 */
export function checkRound(body: Json): { round: RawRound; roundDetails: RawDetails } {
  refuseFaults(body, "");
  return check(roundBody, body, "");
}

/**
 * The value as its schema reads it; `at` is its place in the answer.
 * @throws InputError with the path of the first field that is missing, of the wrong type or unknown.
 */
export function check<Schema extends z.ZodType>(schema: Schema, body: Json, at: string): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path ?? [];
  const named = (place: readonly PropertyKey[]): string => place.reduce(joinPath, at) || "body";
  // A number is an object to zod, which can't know better.
  const bare = path.findIndex((_, length) => isBare(valueAt(body, path.slice(0, length))));
  if (bare !== -1) {
    const place = path.slice(0, bare);
    throw new InputError(named(place), `${showJson(valueAt(body, place))} is not an object`);
  }
  if (issue?.code === "unrecognized_keys") {
    throw new InputError(named([...path, ...issue.keys.slice(0, 1)]), "is unknown; remove it");
  }
  const value = valueAt(body, path);
  const problem = value === undefined ? "is missing; expected" : `${showJson(value)} is not`;
  throw new InputError(named(path), `${problem} ${issue?.message ?? "valid"}`);
}

function isBare(value: Json | undefined): boolean {
  return value instanceof JsonNumber || value instanceof JsonFault;
}

function valueAt(body: Json, path: readonly PropertyKey[]): Json | undefined {
  let value: Json | undefined = body;
  for (const key of path) value = (value as Record<PropertyKey, Json | undefined>)[key];
  return value;
}
