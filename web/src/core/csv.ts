import { decimal } from "@numeraire-staking/oracle/core/derivation";
import type { Hex } from "viem";
import { isoTime } from "./times.ts";

/** Something that happened to a position; amounts in wei, below zero where something left it. */
export type HistoryEntry = {
  /** Unix seconds. */
  readonly time: number;
  readonly block: bigint;
  readonly transaction: Hex;
  readonly tournament: number;
  readonly position: number;
  /** The model's name where one is known, its id on chain where not. */
  readonly model: string;
  readonly kind: "stake" | "withdrawal requested" | "withdrawal cancelled" | "withdrawn" | "gain" | "burn";
  /** Null for what the staker did. */
  readonly round: bigint | null;
  readonly amount: bigint;
};

const COLUMNS = [
  ...["time", "block", "transaction", "tournament", "position", "model", "kind", "round", "amount_wei", "amount_nmr"],
] as const;

/** A table: strings are text, bigints numbers that stay exact. */
export type Table = readonly (readonly (string | bigint)[])[];

/** A history as CSV, one entry a line: amounts exact in wei and, in decimals, in NMR; times in ISO 8601, UTC. */
export function historyCsv(entries: readonly HistoryEntry[]): string {
  const lines = entries.map(({ time, block, transaction, tournament, position, model, kind, round, amount }) => {
    const place = [BigInt(tournament), BigInt(position), model, kind, round ?? ""];
    return `${line([isoTime(time), block, transaction, ...place, amount])},${decimal(amount, 18)}`;
  });
  return [line(COLUMNS), ...lines, ""].join("\r\n");
}

/** A table as RFC 4180 has it: CRLF after each line, quotes doubled inside quotes. Text can't become a formula. */
export function csv(table: Table): string {
  return table.map((row) => `${line(row)}\r\n`).join("");
}

function line(row: readonly (string | bigint)[]): string {
  return row.map((cell) => (typeof cell === "bigint" ? cell.toString() : quoted(inert(cell)))).join(",");
}

/** Spreadsheets run text that begins like a formula; an apostrophe before it makes it text, one before that is kept too. */
function inert(text: string): string {
  return /^[=+\-@\t\r']/.test(text) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
