import { InputError } from "./errors.ts";

/** A JSON number as it was written: a score read through a float could differ in its last digit. */
export class JsonNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** Stands where a value would, had there been one that means something: `refuseFaults` names its field. */
export class JsonFault {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export type Json =
  null | boolean | string | JsonNumber | JsonFault | readonly Json[] | { readonly [key: string]: Json };

/** Deeper than anything that is read here, and far from the end of the stack. */
const MAX_DEPTH = 64;

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const NUMBER_CHARACTERS = "+-.0123456789Ee";
const WORD = /true|false|null|-?(?:NaN|Infinity)/y;
const CONSTANTS = new Map<string, boolean | null>([
  ["true", true],
  ["false", false],
  ["null", null],
]);

/**
 * Parses JSON; every number keeps its source text. What JSON.parse lets pass though nobody can tell its meaning becomes a
 * `JsonFault`, which `refuseFaults` names by its path: a member that is there twice, half of a surrogate pair, and the bare
 * NaN and Infinity of some serializers.
 * @param field What to call the text where it isn't JSON at all.
 * @throws InputError
 */
export function parseJson(text: string, field: string): Json {
  return new Parser(text, field).whole();
}

/**
 * Refuses faults wherever they stand, by their path below `path`.
 * @throws InputError
 */
export function refuseFaults(value: Json, path: string): void {
  if (value instanceof JsonFault) throw new InputError(path || "body", value.reason);
  if (value === null || typeof value !== "object" || value instanceof JsonNumber) return;
  for (const [key, member] of Object.entries(value))
    refuseFaults(member, joinPath(path, Array.isArray(value) ? Number(key) : key));
}

/** Adds a member to a path: `a`, `a.b`, `a.b[3]`. */
export function joinPath(path: string, key: PropertyKey): string {
  if (typeof key === "number") return `${path}[${key}]`;
  return path === "" ? String(key) : `${path}.${String(key)}`;
}

/** A JSON value in a few characters, for an error message. */
export function showJson(value: Json | undefined): string {
  if (value === undefined) return "nothing";
  if (value instanceof JsonNumber) return shortened(value.source);
  if (value instanceof JsonFault) return `a value that ${value.reason}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (isObject(value)) return "an object";
  return shortened(JSON.stringify(value));
}

/** Whether the value is an object with members. */
export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof JsonNumber) &&
    !(value instanceof JsonFault)
  );
}

/** The text in a few characters, for an error message. */
export function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

class Parser {
  readonly #text: string;
  readonly #field: string;
  #at = 0;

  constructor(text: string, field: string) {
    this.#text = text;
    this.#field = field;
  }

  whole(): Json {
    const value = this.#value(0);
    this.#skipBlanks();
    return this.#at === this.#text.length ? value : this.#fail("something after its end");
  }

  #value(depth: number): Json {
    if (depth > MAX_DEPTH) throw new InputError(this.#field, `is nested deeper than ${MAX_DEPTH} levels`);
    this.#skipBlanks();
    const next = this.#text[this.#at] ?? "";
    if (next === "{") return this.#object(depth);
    if (next === "[") return this.#list(depth);
    if (next === '"') return this.#wellFormed();
    const word = this.#word();
    return word === undefined ? this.#number() : word;
  }

  #object(depth: number): Json {
    this.#at += 1;
    const members = new Map<string, Json>();
    if (this.#took("}")) return {};
    do {
      this.#skipBlanks();
      const key = this.#string();
      if (!this.#took(":")) this.#fail("no colon");
      const value = this.#value(depth + 1);
      members.set(key, this.#memberFault(key, members) ?? value);
    } while (this.#took(","));
    if (!this.#took("}")) this.#fail("an object without end");
    return Object.fromEntries(members);
  }

  #memberFault(key: string, members: ReadonlyMap<string, Json>): JsonFault | undefined {
    if (members.has(key)) return new JsonFault("is there twice; which of them counts would be chance");
    return key.isWellFormed() ? undefined : new JsonFault("has half of a surrogate pair in its name");
  }

  #list(depth: number): Json {
    this.#at += 1;
    const items: Json[] = [];
    if (this.#took("]")) return items;
    do items.push(this.#value(depth + 1));
    while (this.#took(","));
    return this.#took("]") ? items : this.#fail("a list without end");
  }

  #wellFormed(): string | JsonFault {
    const text = this.#string();
    return text.isWellFormed() ? text : new JsonFault("has half of a surrogate pair; write Unicode text");
  }

  #string(): string {
    if (this.#text[this.#at] !== '"') this.#fail("no text");
    let end = this.#at;
    do end = this.#text.indexOf('"', end + 1);
    while (end !== -1 && this.#isEscaped(end));
    if (end === -1) this.#fail("a text without end");
    const token = this.#text.slice(this.#at, end + 1);
    try {
      const text = JSON.parse(token) as string;
      this.#at = end + 1;
      return text;
    } catch {
      return this.#fail("a text with a bad escape or a bare control character");
    }
  }

  #isEscaped(quote: number): boolean {
    let first = quote;
    while (this.#text[first - 1] === "\\") first -= 1;
    return (quote - first) % 2 === 1;
  }

  /** undefined where none of the known words stands. */
  #word(): Json | undefined {
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.#text)?.[0];
    if (word === undefined) return undefined;
    this.#at += word.length;
    const constant = CONSTANTS.get(word);
    return constant === undefined ? new JsonFault(`${word} is not a number`) : constant;
  }

  #number(): JsonNumber {
    let end = this.#at;
    while (end < this.#text.length && NUMBER_CHARACTERS.includes(this.#text.charAt(end))) end += 1;
    const source = this.#text.slice(this.#at, end);
    if (!NUMBER.test(source)) this.#fail("no value");
    this.#at = end;
    return new JsonNumber(source);
  }

  #took(character: string): boolean {
    this.#skipBlanks();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #skipBlanks(): void {
    while (" \n\r\t".includes(this.#text[this.#at] ?? "x")) this.#at += 1;
  }

  #fail(problem: string): never {
    throw new InputError(this.#field, `is not JSON (${problem} at character ${this.#at})`);
  }
}
