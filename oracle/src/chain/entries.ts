import { decodeAbiParameters, getAbiItem, type Hex, hexToBigInt, hexToNumber, slice, toEventSelector } from "viem";
import { hashWords } from "../core/words.ts";
import { numeraireStakingAbi as abi } from "./generated/abi.ts";

/** Words as an event carried them, their hash, which is what the contract keeps, and the event's block. */
export type HashedWords = { readonly words: readonly bigint[]; readonly hash: Hex; readonly block: bigint };

/** An event as the journal needs it. Words are looked at when they are asked for: those of most rounds never are. */
export type Entry =
  | { readonly kind: "position"; readonly position: number; readonly model: Hex; readonly staker: Hex }
  | { readonly kind: "opened" | "settled" | "void"; readonly round: bigint }
  | { readonly kind: "lock"; readonly round: bigint; readonly batch: number; readonly stakes: Lazy<HashedWords> }
  | { readonly kind: "report"; readonly round: bigint; readonly batch: number; readonly report: Lazy<HashedReport> };

export type HashedReport = HashedWords & { readonly attempt: number };

/** null: what the event holds is not what such an event holds. */
type Lazy<T> = () => T | null;

export type RawLog = { readonly topics: readonly Hex[]; readonly data: Hex; readonly blockNumber: Hex | null };

const KINDS = {
  PositionOpened: "position",
  RoundOpened: "opened",
  BatchLocked: "lock",
  ScoresReported: "report",
  RoundSettled: "settled",
  RoundVoided: "void",
} as const;
const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[];
const KIND_OF = new Map<string, Entry["kind"]>(
  NAMES.map((name) => [toEventSelector(getAbiItem({ abi, name })), KINDS[name]]),
);
const STAKES = [{ type: "uint256[]" }] as const;
const REPORT = [{ type: "uint32" }, { type: "uint256" }, { type: "uint256[]" }] as const;

/** The first topic of each event that makes an entry; the second is the tournament. */
export const SELECTORS: readonly Hex[] = [...KIND_OF.keys()] as Hex[];

/** The entry that a log makes; null where it is none of these events, or not what such an event is. */
export function entryOf(log: RawLog): Entry | null {
  try {
    return entryIn(log);
  } catch {
    // What is missing by it, the contract's counters tell.
    return null;
  }
}

function entryIn({
  topics: [selector = "0x", , second = "0x", third = "0x"],
  data,
  blockNumber,
}: RawLog): Entry | null {
  const kind = KIND_OF.get(selector);
  switch (kind) {
    case undefined:
      return null;
    case "position":
      return {
        kind,
        position: hexToNumber(second),
        model: slice(data, 0, 32, { strict: true }),
        staker: slice(third, 12, 32, { strict: true }),
      };
    case "opened":
    case "settled":
    case "void":
      return { kind, round: hexToBigInt(second) };
    default: {
      const where = { round: hexToBigInt(second), batch: hexToNumber(third) };
      const block = hexToBigInt(blockNumber ?? "0x");
      return kind === "lock"
        ? { kind, ...where, stakes: lazily(() => hashed(decodeAbiParameters(STAKES, data)[0], block)) }
        : { kind, ...where, report: lazily(() => reportIn(data, block)) };
    }
  }
}

function reportIn(data: Hex, block: bigint): HashedReport {
  const [attempt, , scores] = decodeAbiParameters(REPORT, data);
  return { attempt, ...hashed(scores, block) };
}

function hashed(words: readonly bigint[], block: bigint): HashedWords {
  return { words, hash: hashWords(words), block };
}

/** Once, and then forgets what it was made from. */
function lazily<T>(make: () => T): Lazy<T> {
  let pending: (() => T) | null = make;
  let made: T | null = null;
  return () => {
    if (pending === null) return made;
    try {
      made = pending();
    } catch {
      // Missing words have a name of their own where they are needed.
    }
    pending = null;
    return made;
  };
}
