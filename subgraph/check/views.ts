// The contract's views at a block against what its events come to: so the judge of the index is judged as well.
import type { Abi, Hex, PublicClient } from "viem";
import type { Report } from "./compare.ts";
import type { Ledger } from "./ledger.ts";
import { lanesOf, payoutFactor, payoutOf, scoresOf, sum, totalAtRisk, WEI_PER_NANO } from "./protocol.ts";
import {
  type Batch,
  earmarkedOf,
  inFlight,
  type Position,
  type Round,
  standingReport,
  stateOf,
  type Tournament,
} from "./state.ts";

const ROUND_STATES = ["NONE", "OPEN", "LOCKING", "LOCKED", "SETTLED", "VOID"];
const BATCH_STATES = ["NONE", "LOCKED", "REPORTED", "SETTLED"];
/** `previewPayout` is asked of so many payouts, spread over all. */
const PREVIEWS = 200;
/** So many views are asked at once. */
const AT_ONCE = 2_000;

/** A view, its arguments, what identifies them in a report, and what it must say, by name. */
interface Question {
  view: string;
  args: readonly unknown[];
  id: string;
  expected: Record<string, unknown>;
  /** Names of a result that is several values. */
  names?: readonly string[];
}

const wei = (nano: bigint): bigint => nano * WEI_PER_NANO;

/** @returns How many values were compared. */
export async function compareViews(
  client: PublicClient,
  { abi, address, block }: { abi: Abi; address: Hex; block: bigint },
  ledger: Ledger,
  report: Report,
): Promise<number> {
  const questions = [...questionsOf(ledger)];
  let values = 0;
  for (let first = 0; first < questions.length; first += AT_ONCE) {
    const some = questions.slice(first, first + AT_ONCE);
    const answers = await Promise.all(
      some.map(({ view, args }) => client.readContract({ abi, address, functionName: view, args, blockNumber: block })),
    );
    for (const [index, { view, id, expected, names }] of some.entries()) {
      const said = valuesOf(answers[index], names);
      for (const [field, value] of Object.entries(expected)) {
        values += 1;
        const [events, chain] = [textOf(value), textOf(said[field])];
        if (events !== chain) report({ entity: view, id, field, subgraph: `${events} (events)`, chain });
      }
    }
  }
  return values;
}

function* questionsOf({ tournaments }: Ledger): Generator<Question> {
  yield { view: "tournaments", args: [], id: "", names: ["count"], expected: { count: tournaments.length } };
  for (const tournament of tournaments) {
    yield* ofTournament(tournament);
    for (const position of tournament.positions) yield* ofPosition(position);
    for (const round of tournament.rounds.values()) {
      yield ofRound(round);
      // The contract forgets the batches of rounds that are over.
      if (inFlight(round)) yield* [...round.batches.values()].map(ofBatch);
    }
  }
  yield* previews(tournaments);
}

function* ofTournament(its: Tournament): Generator<Question> {
  const rounds = [...its.rounds.values()];
  const { number, organizer, pendingOrganizer, guardian, registrar } = its;
  yield {
    ...{ view: "tournamentOf", args: [number], id: its.id },
    expected: {
      ...{ organizer, pendingOrganizer, guardian, registrar, minStake: wei(its.minStake), limits: its.limits },
      ...{ reporterSet: its.reporterSets.at(-1)?.number, positions: its.positions.length },
      ...{ roundsInFlight: rounds.filter(inFlight).length, latestRound: rounds.at(-1)?.number ?? 0n },
    },
  };
  const earmarked = wei(sum(rounds.map(earmarkedOf)));
  yield {
    ...{ view: "reserveOf", args: [number], id: its.id, names: ["total", "earmarked"] },
    expected: { total: wei(its.reserve), earmarked },
  };
  for (const { id, number: set, reporters, quorum } of its.reporterSets) {
    yield {
      ...{ view: "reportersOf", args: [number, set], id, names: ["reporters", "quorum"] },
      expected: { reporters, quorum },
    };
  }
}

function* ofPosition({ id, tournament, number, active, pending, heldBy }: Position): Generator<Question> {
  const args = [tournament.number, number];
  const stake = { active: wei(active), pending: wei(pending) };
  yield { view: "stakeOf", args, id, names: ["active", "pending"], expected: stake };
  if (pending === 0n) return;
  const free = heldBy.some(inFlight) ? 0n : wei(pending);
  yield { view: "withdrawable", args, id, names: ["amount"], expected: { amount: free } };
}

function ofRound(its: Round): Question {
  const { id, tournament, number, terms, schedule, guardian, lockedAt } = its;
  const batches = [...its.batches.values()];
  const staked = sum(batches.map((batch) => batch.staked));
  const payouts = batches.flatMap(({ settlement }) => (settlement ? [...settlement.payouts] : []));
  const amounts = {
    staked: wei(staked),
    atRisk: lockedAt ? wei(totalAtRisk(terms, staked)) : 0n,
    payoutFactor: lockedAt ? payoutFactor(terms, staked) : 0n,
    earmarked: wei(earmarkedOf(its)),
    rewarded: wei(sum(payouts.filter((payout) => payout > 0n))),
    burned: wei(-sum(payouts.filter((payout) => payout < 0n))),
  };
  return {
    ...{ view: "roundOf", args: [tournament.number, number], id },
    expected: {
      ...{ state: ROUND_STATES.indexOf(stateOf(its)), terms, schedule, guardian, ...amounts },
      ...{ reporterSet: its.reporterSet.number, batches: its.size, lockedBatches: batches.length },
      reportedBatches: batches.filter(standingReport).length,
      settledBatches: batches.filter(({ settlement }) => settlement).length,
    },
  };
}

function ofBatch(its: Batch): Question {
  const report = standingReport(its);
  const state = its.settlement ? "SETTLED" : report ? "REPORTED" : "LOCKED";
  return {
    ...{ view: "batchOf", args: [its.round.tournament.number, its.round.number, its.number], id: its.id },
    expected: {
      ...{ state: BATCH_STATES.indexOf(state), words: its.words.length },
      ...{ attempt: its.reports.filter(({ veto }) => veto).length, reportedAt: report?.at.timestamp ?? 0n },
    },
  };
}

/** The contract's formula on stakes and scores of the chain; what it says is what must be due. */
function* previews(tournaments: readonly Tournament[]): Generator<Question> {
  const settled = tournaments.flatMap((its) => [...its.settled.values()].flat());
  const lanes = settled.flatMap((batch) => [...batch.stakes.keys()].map((lane) => ({ batch, lane })));
  const step = Math.max(1, Math.floor(lanes.length / PREVIEWS));
  for (let index = 0; index < lanes.length; index += step) {
    const { batch, lane } = lanes[index] ?? {};
    if (!batch || lane === undefined) continue;
    const { terms, batches } = batch.round;
    const staked = sum([...batches.values()].map((each) => each.staked));
    const stake = batch.stakes[lane] ?? 0n;
    const scores = lanesOf(standingReport(batch)?.words ?? [])[lane] ?? 0n;
    const { due } = payoutOf(terms, payoutFactor(terms, staked), stake, scoresOf(scores));
    yield {
      ...{ view: "previewPayout", args: [terms, totalAtRisk(terms, staked), stake, scores] },
      ...{ id: `${batch.id}, lane ${lane}`, names: ["payout"], expected: { payout: due } },
    };
  }
}

function valuesOf(answer: unknown, names: readonly string[] | undefined): Record<string, unknown> {
  if (!names) return answer as Record<string, unknown>;
  const values = names.length === 1 ? [answer] : (answer as unknown[]);
  return Object.fromEntries(names.map((name, index) => [name, values[index]]));
}

/** Structs and arrays by their content, addresses in lower case. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "bigint" || typeof part === "number" ? String(part) : part,
  ).toLowerCase();
}
