import { gunzipSync, gzip } from "node:zlib";
import { promisify } from "node:util";
import { type Hex, keccak256, stringToBytes } from "viem";
import { canonicalText, fromPlain, isList, type Plain, toPlain } from "../core/canonical.ts";
import { InputError } from "../core/errors.ts";

// A round's bundle: JSON lines, compressed. The first says what it is, then come turns, each after the large parts that it is
// the first to use, and at last the hash of all before. Large parts stand once, under their hash.

/** Which round of which tournament. */
export type BundleOf = {
  readonly chainId: number;
  readonly contract: string;
  readonly tournament: number;
  readonly round: bigint;
};

/** Turns as they are kept, their large parts apart. */
export type Bundle = {
  readonly of: BundleOf;
  readonly turns: readonly Plain[];
  readonly parts: ReadonlyMap<string, Plain>;
};

/** Of the format; another one can't be read. */
const VERSION = 1;
/** Items of a list, and characters of a text, from which on it stands apart. */
const LARGE_LIST = 64;
const LARGE_TEXT = 2_000;
const PART = "#part";
/** A bundle grows no further, bytes: the oldest turns go. */
export const MAX_BUNDLE_BYTES = 5 * 2 ** 20;
/** What unpacks to more is no bundle. */
const MAX_TEXT_BYTES = 2 ** 28;

const compress = promisify(gzip);

/** The bundle with one more turn. */
export function withTurn({ of, turns, parts }: Bundle, turn: object): Bundle {
  const more = new Map(parts);
  return { of, turns: [...turns, apart(toPlain(turn), more)], parts: more };
}

/** A turn with its large parts in their places. @throws InputError where one is missing */
export function wholeTurn(turn: Plain, parts: ReadonlyMap<string, Plain>): unknown {
  return fromPlain(together(turn, parts));
}

/** As it stands in a file; without its oldest turns where it would be too large. */
export async function packBundle(bundle: Bundle): Promise<Buffer> {
  const packed = await compress(textOf(bundle));
  if (packed.byteLength <= MAX_BUNDLE_BYTES || bundle.turns.length === 1) return packed;
  return packBundle({ ...bundle, turns: bundle.turns.slice(Math.ceil(bundle.turns.length / 4)) });
}

/** @throws InputError naming the line */
export function unpackBundle(packed: Uint8Array): Bundle {
  const lines = unzipped(packed).split("\n");
  const sum = lines.pop() === "" ? lines.pop() : undefined;
  const text = lines.map((line) => `${line}\n`).join("");
  if (sum !== canonicalText({ sum: sumOf(text) })) {
    throw new InputError("bundle", "is not whole: its last line isn't the hash of what comes before");
  }
  const [head, ...rest] = lines.map(lineOf);
  const parts = new Map<string, Plain>();
  const turns: Plain[] = [];
  rest.forEach((line, index) => {
    const { part, value, turn } = line;
    if (typeof part === "string" && value !== undefined) parts.set(part, checkedPart(part, value, index + 2));
    else if (turn !== undefined) turns.push(turn);
    else throw new InputError(`bundle line ${index + 2}`, "is neither a part nor a turn");
  });
  if (turns.length === 0) throw new InputError("bundle", "holds no turn");
  return { of: headOf(head), turns, parts };
}

function textOf({ of, turns, parts }: Bundle): string {
  const shown = new Set<string>();
  const lines = turns.flatMap((turn) => {
    const fresh = [...partsOf(turn)].filter((hash) => !shown.has(hash));
    return [
      ...fresh.map((hash) => {
        shown.add(hash);
        return JSON.stringify({ part: hash, value: parts.get(hash) ?? null });
      }),
      JSON.stringify({ turn }),
    ];
  });
  const text = [canonicalText({ bundle: VERSION, ...of }), ...lines].map((line) => `${line}\n`).join("");
  return `${text}${canonicalText({ sum: sumOf(text) })}\n`;
}

function sumOf(text: string): Hex {
  return keccak256(stringToBytes(text));
}

type Members = { readonly [key: string]: Plain };

function apart(plain: Plain, parts: Map<string, Plain>): Plain {
  const isLarge = isList(plain) ? plain.length > LARGE_LIST : typeof plain === "string" && plain.length > LARGE_TEXT;
  if (isLarge) {
    const hash = sumOf(JSON.stringify(plain));
    parts.set(hash, plain);
    return { [PART]: hash };
  }
  return mapped(plain, (member) => apart(member, parts));
}

function together(plain: Plain, parts: ReadonlyMap<string, Plain>): Plain {
  const hash = isMembers(plain) ? plain[PART] : undefined;
  if (typeof hash !== "string") return mapped(plain, (member) => together(member, parts));
  const part = parts.get(hash);
  if (part === undefined) throw new InputError("bundle", `part ${hash} is missing`);
  return part;
}

function* partsOf(plain: Plain): Generator<string> {
  if (isList(plain)) for (const item of plain) yield* partsOf(item);
  else if (isMembers(plain)) {
    const hash = plain[PART];
    if (typeof hash === "string") yield hash;
    else for (const member of Object.values(plain)) yield* partsOf(member);
  }
}

function mapped(plain: Plain, change: (member: Plain) => Plain): Plain {
  if (isList(plain)) return plain.map(change);
  if (!isMembers(plain)) return plain;
  return Object.fromEntries(Object.entries(plain).map(([key, member]) => [key, change(member)]));
}

function isMembers(plain: Plain): plain is Members {
  return plain !== null && typeof plain === "object" && !isList(plain);
}

function unzipped(packed: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(gunzipSync(packed, { maxOutputLength: MAX_TEXT_BYTES }));
  } catch (error) {
    throw new InputError("bundle", `can't be unpacked (${error instanceof Error ? error.message : String(error)})`);
  }
}

function lineOf(line: string, index: number): Members {
  try {
    const plain = JSON.parse(line) as Plain;
    if (isMembers(plain)) return plain;
  } catch {
    // Told below, like any other line that can't be used.
  }
  throw new InputError(`bundle line ${index + 1}`, "is not a JSON object");
}

function checkedPart(hash: string, value: Plain, line: number): Plain {
  if (sumOf(JSON.stringify(value)) === hash) return value;
  throw new InputError(`bundle line ${line}`, `does not hash to ${hash}, as it says`);
}

function headOf(head: Members | undefined): BundleOf {
  const { bundle, chainId, contract, tournament, round } = (fromPlain(head ?? {}) ?? {}) as Record<string, unknown>;
  if (bundle !== VERSION) {
    throw new InputError("bundle", `is of format ${String(bundle)}; this program reads format ${VERSION}`);
  }
  if (
    typeof chainId !== "number" ||
    typeof contract !== "string" ||
    typeof tournament !== "number" ||
    typeof round !== "bigint"
  )
    throw new InputError("bundle line 1", "doesn't say which round of which tournament it is");
  return { chainId, contract, tournament, round };
}
