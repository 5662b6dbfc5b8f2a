import { describe } from "../core/actions.ts";
import type { Finding } from "./check.ts";
import { REASONS } from "./reasons.ts";
import { type Tick, triedIn } from "./tick.ts";

/** A turn for people: what was done, what failed, what is waited for; one a line. */
export function tickTable({ facts, plan, done, failures }: Tick): string {
  const rows = [
    ...done.map(({ action, outcome }) => [
      "done",
      describe(action),
      outcome.kind === "done" ? outcome.hash : outcome.message,
    ]),
    ...failures.map((failure) => [
      "failed",
      triedIn(failure) ?? "reading",
      `${failure.code}: ${asSentence(failure.message)} ${REASONS[failure.code].remedy}`,
    ]),
    ...plan.waiting.map(({ code, message, until }) => [
      "waits",
      code,
      until === null ? message : `${message} (until ${instant(until)})`,
    ]),
    ...plan.notes.map(({ code, message }) => ["note", code, message]),
  ];
  const head = facts === null ? "" : `block ${facts.block.number.toString()} at ${instant(facts.block.timestamp)}\n`;
  return head + (rows.length === 0 ? "nothing is due and nothing is waited for" : table(rows));
}

/** The findings of a check, one a line. */
export function findingsTable(findings: readonly Finding[]): string {
  return table(findings.map(({ verdict, what, says }) => [verdict, what, says]));
}

/** Messages of nodes and libraries come with a full stop or without. */
function asSentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

/** Columns as wide as their widest cell; those named in `right` are aligned to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = rows.reduce<number[]>((wide, row) => {
    row.forEach((cell, column) => (wide[column] = Math.max(wide[column] ?? 0, cell.length)));
    return wide;
  }, []);
  const aligned = (cell: string, column: number): string =>
    right.includes(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(aligned).join("  ").trimEnd()).join("\n");
}

/** Unix seconds for people. */
export function instant(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");
}
