import fc from "fast-check";
import {
  type AbiEvent,
  encodeAbiParameters,
  encodeEventTopics,
  getAbiItem,
  type Hex,
  numberToHex,
  parseEventLogs,
  toHex,
  zeroAddress,
} from "viem";
import { describe, expect, it } from "vitest";
import { type Entry, entryOf, type RawLog, SELECTORS } from "../src/chain/entries.ts";
import { numeraireStakingAbi as abi } from "../src/chain/generated/abi.ts";
import { hashWords } from "../src/core/words.ts";

// The library decodes the same logs, all of each, and judges.

const TERMS = { multipliers: [1n, -2n], clip: 3n, stakeThreshold: 4n, exposure: 5n } as const;
const SCHEDULE = { closesAt: 1, lockedBy: 2, resolvesAt: 3, settledBy: 4, disputeWindow: 5 };
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const round = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });
const uint256 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
const words = fc.array(uint256, { maxLength: 5 });
const tournament = 7;

type Name =
  "PositionOpened" | "RoundOpened" | "BatchLocked" | "ScoresReported" | "RoundSettled" | "RoundVoided" | "ScoresVetoed";

function log(eventName: Name, args: Readonly<Record<string, unknown>>, block: number): RawLog {
  const { inputs } = getAbiItem({ abi: abi, name: eventName }) as AbiEvent;
  const own = inputs.filter(({ indexed }) => !indexed);
  const topics = encodeEventTopics({ abi, eventName, args: { tournament, ...args } }) as Hex[];
  const data = encodeAbiParameters(own, own.map(({ name = "" }) => args[name]) as never);
  return { topics, data, blockNumber: numberToHex(block) };
}

const staker = fc.uint8Array({ minLength: 20, maxLength: 20 }).map((bytes) => toHex(bytes));
const logs: fc.Arbitrary<RawLog> = fc
  .record({ position: uint32, round, batch: uint32, attempt: uint32, words, amount: uint256, block: fc.nat(), staker })
  .chain(({ position, round, batch, attempt, words, amount, block, staker }) =>
    fc.constantFrom(
      log("PositionOpened", { position, staker, model: numberToHex(amount, { size: 32 }) }, block),
      log("RoundOpened", { round, terms: TERMS, schedule: SCHEDULE }, block),
      log("BatchLocked", { round, batch, stakes: words }, block),
      log("ScoresReported", { round, batch, attempt, signers: amount, scores: words }, block),
      log("RoundSettled", { round, rewarded: amount, burned: 0n }, block),
      log("RoundVoided", { round }, block),
      log("ScoresVetoed", { round, batch, attempt }, block),
    ),
  );

/** What the library reads in it, as far as the journal needs it. */
function judged({ topics, data, blockNumber }: RawLog): unknown {
  const whole = { topics, data, blockNumber, address: zeroAddress, blockHash: null, logIndex: null, removed: false };
  const raw = { ...whole, transactionHash: null, transactionIndex: null };
  const [entry] = parseEventLogs({ abi, logs: [raw as never] });
  switch (entry?.eventName) {
    case "PositionOpened":
      return {
        kind: "position",
        position: entry.args.position,
        model: entry.args.model,
        staker: entry.args.staker.toLowerCase(),
      };
    case "RoundOpened":
      return { kind: "opened", round: entry.args.round };
    case "RoundSettled":
      return { kind: "settled", round: entry.args.round };
    case "RoundVoided":
      return { kind: "void", round: entry.args.round };
    case "BatchLocked": {
      const { round, batch, stakes: words } = entry.args;
      return { kind: "lock", round, batch, stakes: { words, hash: hashWords(words), block: entry.blockNumber } };
    }
    case "ScoresReported": {
      const { round, batch, attempt, scores: words } = entry.args;
      const report = { attempt, words, hash: hashWords(words), block: entry.blockNumber };
      return { kind: "report", round, batch, report };
    }
    default:
      return null;
  }
}

function read(entry: Entry | null): unknown {
  if (entry?.kind === "lock") return { ...entry, stakes: entry.stakes() };
  if (entry?.kind === "report") return { ...entry, report: entry.report() };
  return entry;
}

describe("an entry", () => {
  it("is what the library reads in the event, the first time and the second", () => {
    fc.assert(
      fc.property(logs, (event) => {
        const entry = entryOf(event);
        expect(read(entry)).toEqual(judged(event));
        expect(read(entry)).toEqual(judged(event));
        expect(SELECTORS.includes(event.topics[0] ?? "0x")).toBe(entry !== null);
      }),
    );
  });

  it("has no words where the library finds none, or no entry, in an event that is cut short", () => {
    fc.assert(
      fc.property(logs, fc.nat(), fc.nat(4), (event, bytes, count) => {
        const length = 2 + 2 * (bytes % Math.max(1, (event.data.length - 2) / 2));
        const cut = { ...event, data: event.data.slice(0, length) as Hex };
        const entry = entryOf(cut);
        if (entry?.kind === "lock") expect(entry.stakes()).toEqual(stakesIn(judged(cut)));
        else if (entry?.kind === "report") expect(entry.report()).toEqual(reportIn(judged(cut)));
        else if (entry?.kind === "position") expect(entry).toEqual(judged(cut));
        const fewer = { ...event, topics: event.topics.slice(0, count) };
        if (count < 3) expect(entryOf(fewer)).toBeNull();
      }),
    );
  });

  it("is none where a number is no number of its kind", () => {
    const beyond = numberToHex(2n ** 255n, { size: 32 });
    const event = log("BatchLocked", { round: 1n, batch: 2, stakes: [] }, 3);
    expect(entryOf({ ...event, topics: event.topics.with(3, beyond) })).toBeNull();
    expect(entryOf({ ...event, blockNumber: null })).toBeNull();
  });
});

function stakesIn(entry: unknown): unknown {
  return entry === null ? null : (entry as { stakes: unknown }).stakes;
}

function reportIn(entry: unknown): unknown {
  return entry === null ? null : (entry as { report: unknown }).report;
}
