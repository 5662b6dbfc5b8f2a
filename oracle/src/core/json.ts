import { InputError } from "./errors.ts";

/** A JSON number as it was written: a score read through a float could differ in its last digit. */
export class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type Json = null | boolean | string | JsonNumber | readonly Json[] | { readonly [key: string]: Json };

type Reviver = (key: string, value: Json | number, context: { readonly source?: string }) => Json;

// TypeScript's library doesn't know the reviver's third argument yet.
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => Json;

// Strings are matched too, and first, so that a NaN inside one is left alone.
const STRING_OR_NON_NUMBER = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;
const MARK = "\u0000";

/**
 * Parses JSON; every number keeps its source text. NaN and Infinity, which some serializers write bare though JSON knows
 * no such thing, become a `JsonNumber` that no reader of decimals accepts: `refuseNonNumbers` names the field.
 * @param field What to call the text where it isn't JSON at all.
 * @throws InputError
 */
export function parseJson(text: string, field: string): Json {
  try {
    return parseWithSource(text, (_, value, { source }) =>
      typeof value === "number" ? new JsonNumber(source ?? "") : value,
    );
  } catch (error) {
    return parseWithNonNumbers(text) ?? notJson(field, error);
  }
}

/**
 * Refuses NaN and Infinity wherever they stand, by their path below `path`.
 * @throws InputError
 */
export function refuseNonNumbers(value: Json, path: string): void {
  if (value === null || typeof value !== "object") return;
  if (value instanceof JsonNumber) {
    if (/[NI]/.test(value.source)) throw new InputError(path, `${value.source} is not a number`);
    return;
  }
  for (const [key, member] of Object.entries(value))
    refuseNonNumbers(member, joinPath(path, Array.isArray(value) ? Number(key) : key));
}

/** Adds a member to a path: `a`, `a.b`, `a.b[3]`. */
export function joinPath(path: string, key: PropertyKey): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path === "" ? String(key) : `${path}.${String(key)}`;
}

/** A JSON value in a few characters, for an error message. */
export function showJson(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (value instanceof JsonNumber) return value.source;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

function parseWithNonNumbers(text: string): Json | undefined {
  const marked = text.replace(STRING_OR_NON_NUMBER, (token) => (token.startsWith('"') ? token : `"\\u0000${token}"`));
  if (marked === text) return undefined;
  try {
    return parseWithSource(marked, (_, value, { source }) => {
      if (typeof value === "number") return new JsonNumber(source ?? "");
      return typeof value === "string" && value.startsWith(MARK) ? new JsonNumber(value.slice(MARK.length)) : value;
    });
  } catch {
    return undefined;
  }
}

function notJson(field: string, cause: unknown): never {
  throw new InputError(field, `is not JSON (${cause instanceof Error ? cause.message : String(cause)})`);
}
