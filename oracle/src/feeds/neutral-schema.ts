import { z } from "zod";
import { type Json, JsonNumber, refuseFaults } from "../core/json.ts";
import { check } from "./schema.ts";

// The shape of a feed of any organizer's. These very schemas check it and are published, as JSON Schema: a field that is
// unknown here is refused, so that a typo is never ignored. What a value means is decided in `neutral.ts`.

/** Names the format and its version; a later one is refused rather than misread. */
export const FORMAT = "numeraire-feed/1";

const MAX_NAME = 100;
const MAX_GATES = 8;
const DECIMAL = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

const isNumber = (value: unknown): value is JsonNumber => value instanceof JsonNumber;
const sourceOf = ({ source }: JsonNumber): string => source;

const flag = z.boolean({ error: "true or false" });
const whole = (description: string) =>
  z
    .custom<JsonNumber>(isNumber, { error: "a number" })
    .meta({ type: "integer", minimum: 1, description })
    .transform(sourceOf);
const name = (least: number) => {
  const error = `text of ${least} to ${MAX_NAME} characters`;
  return z.string({ error }).min(least, { error }).max(MAX_NAME, { error });
};
const time = z
  .string({ error: "text" })
  .meta({ format: "date-time", description: "ISO 8601 in UTC, with Z: 2026-01-06T12:00:00Z" });
const decimalError = "a decimal, as a number or as text";
const decimal = z.union(
  [
    z.custom<JsonNumber>(isNumber).meta({ type: "number" }).transform(sourceOf),
    z
      .string()
      .regex(DECIMAL, { error: decimalError })
      .meta({ description: "A decimal as text: exact in every language" }),
  ],
  { error: decimalError },
);
const pairOf = <Item extends z.ZodType, Other extends z.ZodType>(first: Item, second: Other) =>
  z.tuple([first, second], { error: "a list of two" });

const terms = z.strictObject(
  {
    multipliers: pairOf(decimal, decimal).describe("Of score 0 and score 1"),
    clip: decimal.describe("Most that a round takes or gives of what is at risk, 0 to 1"),
    stakeThreshold: decimal.describe("NMR at risk from which on payouts shrink; 0: never"),
    exposure: decimal.describe("Share of a stake that the round puts at risk, 0 to 1"),
  },
  { error: "an object" },
);

const gate = z.strictObject(
  { name: name(1), limit: decimal.describe("A model whose measure reaches it is not at risk") },
  { error: "an object" },
);
const gatesError = `a list of at most ${MAX_GATES}`;

const round = z.strictObject(
  {
    number: whole("1 to 2^64 - 1, written out; numbers only rise"),
    opensAt: time,
    closesAt: time.describe("When stakes stop counting for the round"),
    resolvesAt: time,
    resolved: flag.describe("Whether its scores are final: only then are they reported"),
    scoreNames: pairOf(name(1), name(0)).describe("The second is empty where the round pays on one score alone"),
    terms,
    gates: z.array(gate, { error: gatesError }).max(MAX_GATES, { error: gatesError }).optional(),
  },
  { error: "an object" },
);

const model = z.strictObject(
  {
    id: name(1).describe("A UUID stands for itself, any other text for its keccak256: that is the model's id on chain"),
    name: name(1).optional(),
    scores: pairOf(decimal.nullable(), decimal.nullable()).describe(
      "Within ±2.147483647; null counts 0, and two nulls mean that the model is not at risk",
    ),
    gates: z
      .array(decimal.nullable(), { error: gatesError })
      .max(MAX_GATES, { error: gatesError })
      .optional()
      .describe("Measures, in the order of the round's gates; null: nothing to measure, so not at risk"),
  },
  { error: "an object" },
);

const head = {
  format: z.literal(FORMAT, { error: JSON.stringify(FORMAT) }),
  tournament: whole("The feed's number of the tournament, 1 to 2^32 - 1, the same in every answer"),
};
const list = <Row extends z.ZodType>(row: Row) =>
  z.strictObject({ ...head, rounds: z.array(row, { error: "a list" }) }, { error: "an object" });
const single = z.strictObject({ ...head, round, models: z.array(model, { error: "a list" }) }, { error: "an object" });
const uncheckedList = list(z.custom<Json>());

export type NeutralRound = z.output<typeof round>;
export type NeutralModel = z.output<typeof model>;
export type NeutralAnswer = z.output<typeof single>;

/**
 * The answer to `/rounds`, its rows unchecked: one of them may have a fault that is none of the others'.
 * @throws InputError with the path of the first field that is missing, of the wrong type or unknown.
 */
export function checkList(body: Json): z.output<typeof uncheckedList> {
  return check(uncheckedList, body, "");
}

/** One row of it; `path` is its place in the answer. @throws InputError likewise */
export function checkListed(row: Json, path: string): NeutralRound {
  refuseFaults(row, path);
  return check(round, row, path);
}

/** The answer to `/rounds/<number>`, or a file. @throws InputError likewise */
export function checkSingle(body: Json): NeutralAnswer {
  refuseFaults(body, "");
  return check(single, body, "");
}

/** The JSON Schemas of both answers, by the name of their file. */
export function publishedSchemas(): Readonly<Record<"rounds" | "round", object>> {
  const published = (schema: z.ZodType, title: string): object => ({
    title,
    ...z.toJSONSchema(schema, { io: "input", unrepresentable: "any", target: "draft-7" }),
  });
  return {
    rounds: published(list(round), "Answer to GET <url>/rounds"),
    round: published(single, "Answer to GET <url>/rounds/<number>, and content of a file round-<number>.json"),
  };
}
