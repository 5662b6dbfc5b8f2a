import { type Hex, zeroHash } from "viem";
import type { BatchFacts, RoundFacts } from "../core/facts.ts";
import { POSITIONS_PER_BATCH } from "../core/words.ts";
import type { HashedWords } from "./entries.ts";
import { ChainTrouble } from "./errors.ts";
import type { Journal } from "./journal.ts";
import { type Contract, type Pin, read } from "./view.ts";

/** A tournament at one block. */
export type View = Contract & {
  readonly tournament: number;
  readonly pin: Pin;
  readonly timestamp: number;
  readonly positions: number;
  readonly events: Journal;
};

type Opened = Awaited<ReturnType<typeof openedRound>>;

/** `RoundState` of the contract, by its number. */
export const ROUND_STATES = ["none", "open", "locking", "locked", "settled", "void"] as const;
const BATCH_STATES = ["unlocked", "locked", "reported", "settled"] as const;

/**
 * The rounds in flight with their batches, lowest number first.
 * @throws ChainTrouble where the events don't explain what the contract says.
 */
export async function readRounds(view: View): Promise<RoundFacts[]> {
  const rounds = await Promise.all(view.events.inFlight.map((number) => openedRound(view, number)));
  const sets = await readReporters(view, new Set(rounds.map(({ reporterSet }) => reporterSet)));
  // Decoding is work for this process: done while questions are under way, it would be taken for the node's delay.
  for (const { number, batches } of rounds) {
    for (let index = 0; index < batches; index += 1) view.events.stakes(number, index);
  }
  return Promise.all(
    rounds.map(async (round) => {
      const { number, state, terms, schedule } = round;
      const [reporters, quorum] = sets.get(round.reporterSet) ?? [[], 0];
      return { number, state, terms, schedule, reporters, quorum, batches: await readBatches(view, round) };
    }),
  );
}

async function openedRound(view: View, number: bigint) {
  const round = await read(view, view.pin, "roundOf", [view.tournament, number]);
  const state = ROUND_STATES[round.state];
  if (state !== "open" && state !== "locking" && state !== "locked") {
    const message = `round ${number.toString()} is in state ${state ?? round.state}, which the node's events don't explain`;
    throw new ChainTrouble("events_incomplete", message);
  }
  return { ...round, number, state };
}

async function readReporters(view: View, sets: ReadonlySet<number>) {
  const entries = [...sets].map(async (set) => {
    return [set, await read(view, view.pin, "reportersOf", [view.tournament, set])] as const;
  });
  return new Map(await Promise.all(entries));
}

function readBatches(view: View, round: Opened): Promise<BatchFacts[]> {
  const open = round.state === "open";
  const count = open ? Math.ceil(view.positions / POSITIONS_PER_BATCH) : round.batches;
  return Promise.all(
    Array.from({ length: count }, (_, index) => (open ? unlocked(view, round, index) : readBatch(view, round, index))),
  );
}

async function readBatch(view: View, round: Opened, index: number): Promise<BatchFacts> {
  const batch = await read(view, view.pin, "batchOf", [view.tournament, round.number, index]);
  const state = BATCH_STATES[batch.state] ?? "unlocked";
  if (state === "unlocked") return unlocked(view, round, index);
  const { attempt, reportedAt, stakesHash, scoresHash } = batch;
  const where = `round ${round.number.toString()} batch ${index}`;
  const reported = state !== "locked";
  const lock = matching(view.events.stakes(round.number, index), stakesHash, `stakes of ${where}`);
  return {
    index,
    state,
    attempt,
    reportedAt,
    stakes: lock.words,
    stakesHash,
    lockedAtBlock: lock.block,
    scores: reported
      ? matching(view.events.scores(round.number, index, attempt), scoresHash, `scores of ${where}`).words
      : [],
    vetoedHash: view.events.scores(round.number, index, attempt - 1)?.hash ?? null,
  };
}

/** The stakes as a lock would take them are read only where a lock may happen now. */
async function unlocked(view: View, { schedule }: Opened, index: number): Promise<BatchFacts> {
  const lockable = view.timestamp >= schedule.closesAt && view.timestamp < schedule.lockedBy;
  const stakes = lockable ? await read(view, view.pin, "stakesOf", [view.tournament, index]) : [];
  const nothing = {
    attempt: 0,
    reportedAt: 0,
    stakesHash: zeroHash,
    lockedAtBlock: null,
    scores: [],
    vetoedHash: null,
  };
  return { index, state: "unlocked", stakes, ...nothing };
}

/** Stakes words of a batch: of its lock, or, before it, as a lock at that block would take them. */
export async function stakesOf(
  contract: Contract,
  tournament: number,
  { index, stakes }: BatchFacts,
  blockNumber: bigint,
): Promise<readonly bigint[]> {
  return stakes.length > 0 ? stakes : read(contract, { blockNumber }, "stakesOf", [tournament, index]);
}

function matching(found: HashedWords | undefined, hash: Hex, what: string): HashedWords {
  if (found?.hash === hash) return found;
  const fault = found === undefined ? "are missing" : `hash to ${found.hash}, not to ${hash},`;
  throw new ChainTrouble("events_incomplete", `the ${what} ${fault} in the node's events`);
}
