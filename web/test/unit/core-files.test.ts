import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ExitDate, exitCalendar } from "../../src/core/calendar-file.ts";
import { csv, historyCsv, type HistoryEntry } from "../../src/core/csv.ts";

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom('"', ",", "\r", "\n", "=", "+", "-", "@", "\t", "'", "a", "é", "🐋") }),
);

/** A second reader of RFC 4180, a state a character. */
function readCsv(source: string): string[][] {
  const rows: string[][] = [];
  let [row, cell, isQuoted]: [string[], string, boolean] = [[], "", false];
  for (let at = 0; at < source.length; at++) {
    const character = source.charAt(at);
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (source.charAt(at + 1) === '"') cell += source.charAt(++at);
      else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === ",") [row, cell] = [[...row, cell], ""];
    else if (character === "\r" && source.charAt(at + 1) === "\n") {
      rows.push([...row, cell]);
      [row, cell] = [[], ""];
      at++;
    } else cell += character;
  }
  expect([row, cell, isQuoted]).toEqual([[], "", false]);
  return rows;
}

describe("CSV", () => {
  const cells = fc.oneof(text, fc.bigInt());

  it("is read back by another reader as it was, numbers to the last digit", () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 4 })
          .chain((width) => fc.array(fc.array(cells, { minLength: width, maxLength: width }))),
        (table) => {
          const read = readCsv(csv(table)).map((row) =>
            row.map((cell) => (cell.startsWith("'") ? cell.slice(1) : cell)),
          );
          expect(read).toEqual(table.map((row) => row.map(String)));
        },
      ),
    );
  });

  it("has no text that a spreadsheet would run", () => {
    fc.assert(
      fc.property(text, (cell) => {
        expect(readCsv(csv([[cell]]))[0]?.[0] ?? "").not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });

  it("of a history has amounts exact in wei and in NMR", () => {
    const entry: HistoryEntry = {
      ...{ time: 1_797_260_400, block: 12n, transaction: "0xab", tournament: 1, position: 0 },
      ...{ model: '=cmd("x")', kind: "burn", round: 7n, amount: -1_500_000_001_000_000_000n },
    };
    expect(readCsv(historyCsv([entry, { ...entry, kind: "stake", round: null, amount: 5n }]))).toEqual([
      ["time", "block", "transaction", "tournament", "position", "model", "kind", "round", "amount_wei", "amount_nmr"],
      ...[
        ["burn", "7", "-1500000001000000000", "-1.500000001"],
        ["stake", "", "5", "0.000000000000000005"],
      ].map((rest) => ["2026-12-14T15:00:00Z", "12", "0xab", "1", "0", `'=cmd("x")`, ...rest]),
    ]);
  });
});

const DATE: ExitDate = {
  ...{ chainId: 1, contract: "0x00000000000000000000000000000000000000Aa", tournament: 2, tournamentName: "Classic" },
  ...{ position: 7, rounds: [3n, 4n], outBy: 1_797_260_400, madeAt: 1_797_000_000 },
};

/** A second reader of RFC 5545: the unfolded lines as names and unescaped values. */
function readCalendar(source: string): [string, string][] {
  expect(source.endsWith("\r\n")).toBe(true);
  const lines = source.slice(0, -2).replaceAll("\r\n ", "").split("\r\n");
  return lines.map((line) => {
    const colon = line.indexOf(":");
    const value = line
      .slice(colon + 1)
      .replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
    return [line.slice(0, colon), value];
  });
}

describe("the calendar file", () => {
  it("has the event with its reminder, in UTC", () => {
    const contract = DATE.contract;
    expect(readCalendar(exitCalendar(DATE))).toEqual([
      ["BEGIN", "VCALENDAR"],
      ["VERSION", "2.0"],
      ["PRODID", "-//numeraire-staking//web//EN"],
      ["BEGIN", "VEVENT"],
      ["UID", `exit-1-${contract.toLowerCase()}-2-7@numeraire-staking`],
      ["DTSTAMP", "20261211T144000Z"],
      ["SEQUENCE", "29950000"],
      ["DTSTART", "20261214T150000Z"],
      ["SUMMARY", "Withdraw your stake: tournament Classic, position 7"],
      ["DESCRIPTION", expect.stringMatching(/3, 4\..*0x0+Aa$/) as string],
      ["BEGIN", "VALARM"],
      ["ACTION", "DISPLAY"],
      ["DESCRIPTION", "Withdraw your stake: tournament Classic, position 7"],
      ["TRIGGER", "PT0S"],
      ["END", "VALARM"],
      ["END", "VEVENT"],
      ["END", "VCALENDAR"],
    ]);
  });

  it("keeps lines within 75 octets and any name whole, and lets no name in as a line", () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: "binary", minLength: 60 })), (tournamentName) => {
        const source = exitCalendar({ ...DATE, tournamentName });
        for (const line of source.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
        const shown = tournamentName.replaceAll(/\r\n|\r/g, "\n").replaceAll(/(?!\n)\p{Cc}/gu, "");
        const lines = readCalendar(source);
        const name = Buffer.from(`tournament ${shown}, position`).toString();
        expect(lines.find(([field]) => field === "SUMMARY")?.[1]).toBe(`Withdraw your stake: ${name} 7`);
        expect(lines).toHaveLength(17);
      }),
    );
  });

  it("keeps its UID whatever the date is, and counts up with the time it is made", () => {
    const [before, after] = [DATE, { ...DATE, outBy: 1, madeAt: DATE.madeAt + 60, rounds: [] }].map(
      (date) => new Map(readCalendar(exitCalendar(date))),
    );
    expect(before?.get("UID")).toBe(after?.get("UID"));
    expect(Number(after?.get("SEQUENCE"))).toBeGreaterThan(Number(before?.get("SEQUENCE")));
  });
});
