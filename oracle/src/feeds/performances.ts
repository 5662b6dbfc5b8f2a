import { InputError } from "../core/errors.ts";
import { isObject, type Json, JsonNumber } from "../core/json.ts";
import { isUuid } from "../core/models.ts";
import { NUMERAI_GATES } from "./gates.ts";

type Members = Readonly<Record<string, Json>>;

const FIELDS = NUMERAI_GATES.flatMap(({ measure, limit }) => [measure, limit]);
/** Numerai answers one model at a time; this many times in one answer. */
const MODELS_A_QUERY = 100;

/** The queries for the gates of all models in `roundDetails`, which Numerai's answer on a round leaves out. */
export function performancesQueries(roundDetails: Json | undefined, tournament: number, number: bigint): string[] {
  const arguments_ = `tournament: ${tournament}, roundNumber__eq: ${number.toString()}`;
  const asked = modelsOf(roundDetails).flatMap((model, row) => {
    const id = isObject(model) ? model["id"] : undefined;
    // What isn't a UUID is no part of a query: the reader refuses it.
    if (typeof id !== "string" || !isUuid(id)) return [];
    const answer = `{ roundNumber ${FIELDS.join(" ")} }`;
    return `m${row}: v2RoundModelPerformances(modelId: "${id}", ${arguments_}) ${answer}`;
  });
  return Array.from({ length: Math.ceil(asked.length / MODELS_A_QUERY) }, (_, index) => {
    const chunk = asked.slice(index * MODELS_A_QUERY, (index + 1) * MODELS_A_QUERY);
    return `query {\n  ${chunk.join("\n  ")} }`;
  });
}

/**
 * `roundDetails` with the answers' gates in its models' rows.
 * @throws InputError where a model has no answer for the round, or several
 */
export function withPerformances(roundDetails: Json | undefined, number: bigint, answers: Members): Json | undefined {
  if (!isObject(roundDetails) || !Array.isArray(roundDetails["models"])) return roundDetails;
  const models = modelsOf(roundDetails).map((model, row) => {
    const answer = answers[`m${row}`];
    return isObject(model) && answer !== undefined ? { ...model, ...gatesFrom(answer, number, row) } : model;
  });
  return { ...roundDetails, models };
}

function gatesFrom(answer: Json, number: bigint, row: number): Members {
  const field = `roundDetails.models[${row}].${FIELDS[0] ?? ""}`;
  const found = (Array.isArray(answer) ? (answer as readonly Json[]) : []).filter((candidate) => {
    const round = isObject(candidate) ? candidate["roundNumber"] : undefined;
    return round instanceof JsonNumber && round.source === number.toString();
  });
  const [only] = found;
  if (found.length !== 1 || !isObject(only)) {
    throw new InputError(
      field,
      `v2RoundModelPerformances has ${found.length} rows for the model in this round, not one`,
    );
  }
  return Object.fromEntries(FIELDS.flatMap((name) => (only[name] === undefined ? [] : [[name, only[name]]])));
}

function modelsOf(roundDetails: Json | undefined): readonly Json[] {
  const models = isObject(roundDetails) ? roundDetails["models"] : undefined;
  return Array.isArray(models) ? (models as readonly Json[]) : [];
}
