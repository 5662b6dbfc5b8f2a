import { getAddress, isAddress, ZeroAddress } from "ethers";
import { InputError } from "../../oracle/src/core/errors.ts";
import { joinPath, type Json, JsonNumber, showJson } from "../../oracle/src/core/json.ts";
import { parseDecimal } from "../../oracle/src/core/units.ts";
import { UsageError } from "../support/terminal.ts";

/** A file of parameters is wrong. `problems` names every bad field of it, its value and what to do, one a line. */
export class ParametersError extends UsageError {
  readonly problems: readonly string[];

  constructor(file: string, problems: readonly string[]) {
    super([`${file} can't be used:`, ...problems.map((problem) => `  ${problem}`)].join("\n"));
    this.problems = problems;
  }
}

/** A decimal's unit, how many integer steps one of it has, and its bounds, both included and in that unit. */
export type Measure = { readonly steps: bigint; readonly unit: string; readonly least: bigint; readonly most: bigint };

/**
 * Reads a JSON object field by field and gathers what is wrong instead of stopping at it. What is returned for a bad field
 * only serves to go on reading: `finish` throws before anybody uses it.
 */
export class Fields {
  readonly #members: { readonly [key: string]: Json };
  readonly #path: string;
  readonly #problems: string[];
  readonly #known = new Set<string>();

  private constructor(json: Json | undefined, path: string, problems: string[]) {
    this.#path = path;
    this.#members = isObject(json) ? json : {};
    // What is no object has no members to complain of, each on its own.
    this.#problems = isObject(json) ? problems : [];
    if (!isObject(json)) problems.push(`${path || "the file"}: ${showJson(json)}; must be an object, { … }`);
  }

  /** Reads a whole file's value. @throws ParametersError naming all that is wrong, after `read` has seen everything. */
  static read<T>(file: string, json: Json, read: (fields: Fields) => T): T {
    const problems: string[] = [];
    const root = new Fields(json, "", problems);
    const value = read(root);
    root.#refuseUnknown();
    if (problems.length > 0) throw new ParametersError(file, problems);
    return value;
  }

  /** Whether nothing has been wrong so far: what compares several fields needs all of them. */
  get good(): boolean {
    return this.#problems.length === 0;
  }

  problem(key: string, text: string): void {
    this.#problems.push(`${joinPath(this.#path, key)}: ${text}`);
  }

  object<T>(key: string, read: (fields: Fields) => T): T {
    return this.#nested(this.#take(key), joinPath(this.#path, key), read);
  }

  /** A list, each of whose members is an object. */
  objects<T>(key: string, read: (fields: Fields) => T): T[] {
    return this.#list(key).map((member, index) => this.#nested(member, this.#at(key, index), read));
  }

  /** A number or a decimal string, whole in the measure's steps; returned in steps. */
  decimal(key: string, measure: Measure): bigint {
    const value = this.#take(key);
    const text = value instanceof JsonNumber ? value.source : value;
    const { steps, unit, least, most } = measure;
    const shown = showJson(value);
    if (typeof text !== "string") return this.#refuse(key, `${shown}; must be a number, in ${unit}`, least * steps);
    try {
      const { digits, scale } = parseDecimal(text, key);
      const one = 10n ** BigInt(scale);
      if (digits < least * one || digits > most * one) {
        return this.#refuse(key, `${shown}; must be from ${least} to ${most}, in ${unit}`, least * steps);
      }
      if ((digits * steps) % one !== 0n) {
        return this.#refuse(key, `${shown}; is finer than the contract counts: ${steps} steps a unit`, least * steps);
      }
      return (digits * steps) / one;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return this.#refuse(key, error.reason, least * steps);
    }
  }

  text(key: string, most: number): string {
    const value = this.#take(key);
    if (typeof value === "string" && value.trim() !== "" && value.length <= most) return value;
    return this.#refuse(key, `${showJson(value)}; must be a text of 1 to ${most} characters`, "");
  }

  oneOf<T extends string>(key: string, choices: readonly [T, ...T[]]): T {
    const value = this.#take(key);
    const found = choices.find((choice) => choice === value);
    return found ?? this.#refuse(key, `${showJson(value)}; must be ${quoted(choices)}`, choices[0]);
  }

  address(key: string): string {
    return this.#address(this.#take(key), key);
  }

  /** An address, or null where there is to be none; returned as zero then. */
  addressOrNone(key: string): string {
    const value = this.#take(key);
    return value === null ? ZeroAddress : this.#address(value, key, " or null for none");
  }

  /** One to `most` addresses, none twice. */
  addresses(key: string, most: number): string[] {
    const list = this.#list(key);
    if (list.length > most) this.problem(key, `a list of ${list.length}; must be at most ${most} addresses`);
    const addresses = list.map((member, index) => this.#address(member, `${key}[${index}]`));
    addresses.forEach((address, index) => {
      const first = addresses.indexOf(address);
      if (first === index || address === ZeroAddress) return;
      this.problem(`${key}[${index}]`, `${address}; is the same as ${key}[${first}]: name everybody once`);
    });
    return addresses;
  }

  #address(value: Json | undefined, key: string, alternative = ""): string {
    if (typeof value !== "string" || !/^0x[0-9a-fA-F]{40}$/.test(value)) {
      const rule = `must be an address, 0x and 40 hex digits${alternative}`;
      return this.#refuse(key, `${showJson(value)}; ${rule}`, ZeroAddress);
    }
    if (!isAddress(value)) {
      return this.#refuse(key, `${showJson(value)}; its checksum is wrong, so a digit is: copy it anew`, ZeroAddress);
    }
    const address = getAddress(value);
    return address === ZeroAddress
      ? this.#refuse(key, `is zero; put in whose address it is${alternative}`, ZeroAddress)
      : address;
  }

  #list(key: string): readonly Json[] {
    const value = this.#take(key);
    if (Array.isArray(value) && value.length > 0) return value as readonly Json[];
    return this.#refuse(key, `${showJson(value)}; must be a list of at least one`, []);
  }

  #nested<T>(json: Json | undefined, path: string, read: (fields: Fields) => T): T {
    const fields = new Fields(json, path, this.#problems);
    const value = read(fields);
    fields.#refuseUnknown();
    return value;
  }

  #take(key: string): Json | undefined {
    this.#known.add(key);
    return Object.hasOwn(this.#members, key) ? this.#members[key] : undefined;
  }

  #at(key: string, index: number): string {
    return joinPath(joinPath(this.#path, key), index);
  }

  #refuse<T>(key: string, text: string, stand: T): T {
    this.problem(key, text);
    return stand;
  }

  #refuseUnknown(): void {
    for (const key of Object.keys(this.#members)) {
      if (!this.#known.has(key)) this.problem(key, "is no field of it; remove it or mend its spelling");
    }
  }
}

function isObject(json: Json | undefined): json is { readonly [key: string]: Json } {
  return typeof json === "object" && json !== null && !Array.isArray(json) && !(json instanceof JsonNumber);
}

function quoted(choices: readonly string[]): string {
  return choices.map((choice) => `"${choice}"`).join(" or ");
}
