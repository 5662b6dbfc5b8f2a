import type { Address } from "viem";
import { copy } from "../copy/en.ts";

/** The date of an exit, for a calendar. */
export type ExitDate = {
  readonly chainId: number;
  readonly contract: Address;
  readonly tournament: number;
  readonly tournamentName: string;
  readonly position: number;
  /** The rounds that held the withdrawal when the file was made. */
  readonly rounds: readonly bigint[];
  /** Out by then at the latest, unix seconds. */
  readonly outBy: number;
  /** When the file was made, unix seconds. */
  readonly madeAt: number;
};

const MOST_OCTETS = 75;

/**
 * A calendar with the one event, as RFC 5545 has it, with a reminder at its time. The event of a position keeps its UID, so
 * that a later file takes the place of an earlier one.
 */
export function exitCalendar(exit: ExitDate): string {
  const { chainId, contract, tournament, tournamentName, position, rounds, outBy, madeAt } = exit;
  const { event, eventDetails, noRounds } = copy.exit;
  const numbers = rounds.length === 0 ? noRounds : rounds.join(", ");
  const lines = [
    ...["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//numeraire-staking//web//EN", "BEGIN:VEVENT"],
    `UID:exit-${chainId}-${contract.toLowerCase()}-${tournament}-${position}@numeraire-staking`,
    `DTSTAMP:${stamp(madeAt)}`,
    // A calendar takes the higher of two; seconds would leave its range in 2038.
    `SEQUENCE:${Math.floor(madeAt / 60)}`,
    `DTSTART:${stamp(outBy)}`,
    `SUMMARY:${escaped(event(tournamentName, position.toString()))}`,
    `DESCRIPTION:${escaped(eventDetails(numbers, contract))}`,
    ...["BEGIN:VALARM", "ACTION:DISPLAY", `DESCRIPTION:${escaped(event(tournamentName, position.toString()))}`],
    ...["TRIGGER:PT0S", "END:VALARM", "END:VEVENT", "END:VCALENDAR"],
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join("");
}

/** Unix seconds as a date-time in UTC: 20261214T150000Z. */
function stamp(time: number): string {
  return new Date(time * 1_000).toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
}

/** Text as a value: a line break is written as \n, and other control characters have no place in it. */
function escaped(text: string): string {
  return text
    .replaceAll(/[\\;,]/g, (character) => `\\${character}`)
    .replaceAll(/\r\n|\r|\n/g, "\\n")
    .replaceAll(/\p{Cc}/gu, "");
}

/** A line in pieces of at most 75 octets, each but the first after a space; characters stay whole. */
function folded(line: string): string {
  let [whole, octets] = ["", 0];
  for (const character of line) {
    const size = new TextEncoder().encode(character).length;
    const isFull = octets + size > MOST_OCTETS;
    whole += isFull ? `\r\n ${character}` : character;
    octets = isFull ? 1 + size : octets + size;
  }
  return whole;
}
