// A round of a million positions, from the feed's scores to the calldata of its reports and settlements: ours, or the way
// one would write it first. A process of its own, so that its peak of memory is its own; prints one line of JSON.
import { type Address, concatHex, type Hex, keccak256, numberToHex } from "viem";
import { bundled, type Call, dataOf } from "../../oracle/src/chain/bundles.ts";
import { callData } from "../../oracle/src/chain/calls.ts";
import type { Action } from "../../oracle/src/core/actions.ts";
import type { Testimony } from "../../oracle/src/core/attestation.ts";
import type { BatchFacts, ChainFacts, FeedView, RoundFacts, Settings } from "../../oracle/src/core/facts.ts";
import { plan } from "../../oracle/src/core/plan.ts";
import { wantedReports } from "../../oracle/src/core/steps/report.ts";
import { hashWords, packStakes, POSITIONS_PER_BATCH, type Scores } from "../../oracle/src/core/words.ts";
import { plainReports, plainSettlements } from "./plain-round.ts";

export type RoundFigures = {
  readonly positions: number;
  /** Seconds. */
  readonly report: number;
  readonly settle: number;
  /** Of both, all threads: on a machine that others use it says more than the clock. */
  readonly cpu: number;
  /** Most that the process ever held, its input included. */
  readonly peakMiB: number;
  readonly inputMiB: number;
  readonly bytes: number;
  /** Of all calldata in its order. */
  readonly digest: Hex;
};

const POSITIONS = 1_000_000;
const START = 1_000_000;
const REPORTERS: readonly Address[] = [1, 2, 3].map((n) => numberToHex(n, { size: 20 }));
const RELAYER: Address = numberToHex(99, { size: 20 });
const SCHEDULE = {
  closesAt: START,
  lockedBy: START + 600,
  resolvesAt: START + 1_000,
  settledBy: START + 90_000,
  disputeWindow: 100,
};
const TERMS = {
  multipliers: [500_000_000n, 2_000_000_000n],
  clip: 50_000_000n,
  stakeThreshold: 0n,
  exposure: 10n ** 9n,
} as const;

export const SETTINGS: Settings = {
  reporters: REPORTERS,
  relayer: RELAYER,
  organizer: null,
  lockWindow: 600,
  settleWindow: 20_000,
  disputeWindow: 100,
  openMargin: 60,
  repeatVetoed: false,
  turnSeconds: 0,
};

/** One flat text, as a parser makes it: V8 would keep a text that is put together in its pieces. */
function modelOf(position: number): Hex {
  const text = Buffer.alloc(66, "a");
  text.write(`0x${(position * 2_654_435_761).toString(16).padStart(16, "0")}`);
  return text.toString("latin1") as Hex;
}

function scoresOf(position: number): Scores {
  return [BigInt(((position * 37) % 200_000_001) - 100_000_000), BigInt(((position * 91) % 100_000_001) - 50_000_000)];
}

function lockedRound(): RoundFacts {
  const batches = Array.from({ length: Math.ceil(POSITIONS / POSITIONS_PER_BATCH) }, (_, index): BatchFacts => {
    const first = index * POSITIONS_PER_BATCH;
    const length = Math.min(POSITIONS_PER_BATCH, POSITIONS - first);
    const stakes = packStakes(Array.from({ length }, (_, lane) => BigInt(first + lane + 1) * 1_000_000_007n));
    const nothing = { attempt: 0, reportedAt: 0, scores: [], vetoedHash: null };
    return { index, state: "locked", stakes, stakesHash: hashWords(stakes), lockedAtBlock: 3n, ...nothing };
  });
  return { number: 1n, state: "locked", terms: TERMS, schedule: SCHEDULE, reporters: REPORTERS, quorum: 2, batches };
}

function chainOf(round: RoundFacts): ChainFacts {
  return {
    chainId: 1,
    contract: numberToHex(7, { size: 20 }),
    block: { number: 5n, hash: numberToHex(5, { size: 32 }), timestamp: SCHEDULE.resolvesAt },
    finalized: 4n,
    tournament: 1,
    organizer: RELAYER,
    hasRegistrar: true,
    limits: {
      maxClip: 10n ** 9n,
      maxExposure: 10n ** 9n,
      maxRoundsInFlight: 8,
      maxDuration: 10 ** 6,
      minDisputeWindow: 0,
    },
    latestRound: 1n,
    roundsInFlight: 1,
    freeReserve: 0n,
    models: Array.from({ length: POSITIONS }, (_, position) => modelOf(position)),
    rounds: [round],
    finished: new Map(),
  };
}

/** Texts of its own: chain and feed don't share any. */
function feedOf(): FeedView {
  const models = Array.from({ length: POSITIONS }, (_, position) => {
    const scores = scoresOf(position);
    const raw = { skill: `${scores[0].toString()}e-9`, novelty: `${scores[1].toString()}e-9` };
    return { name: `m${position}`, model: modelOf(position), scores, raw };
  });
  const offer = { number: 1n, opensAt: 0, ...SCHEDULE, resolved: true, terms: TERMS };
  const sheet = { resolved: true, digest: numberToHex(77, { size: 32 }), readAt: START + 900, models };
  return {
    rounds: { ok: true, value: [offer] },
    refused: [],
    sheets: new Map([[1n, { ok: true, value: sheet }]]),
  };
}

function signatureOf(reporter: Address, scoresHash: Hex): Hex {
  return concatHex([reporter, scoresHash, numberToHex(27, { size: 13 })]);
}

/** Each report's words, by batch, and its calldata. */
export type Reported = { readonly scores: ReadonlyMap<number, readonly bigint[]>; readonly calls: readonly Hex[] };

/** As in a turn: what is wanted, what the reporters say to it, the plan, and each action's calldata in its transaction. */
function reported(facts: ChainFacts, feed: FeedView): Reported {
  const reports = wantedReports(facts, feed, SETTINGS);
  const attestations = [...reports.values()]
    .flatMap((each) => each.reports)
    .flatMap((report) =>
      REPORTERS.map((reporter) => ({ ...report, reporter, signature: signatureOf(reporter, report.scoresHash) })),
    );
  const testimony: Testimony = { attestations, own: [], others: [], peers: [] };
  const { actions } = plan(facts, feed, testimony, SETTINGS, reports);
  const scores = actions.flatMap((action) =>
    action.kind === "report" ? [[action.batch, action.scores] as const] : [],
  );
  return { scores: new Map(scores), calls: encoded(actions, facts) };
}

/** The reports are compared once more with the feed, as in every turn. */
function settled(facts: ChainFacts, feed: FeedView): Hex[] {
  return encoded(plan(facts, feed, { attestations: [], own: [], others: [], peers: [] }, SETTINGS).actions, facts);
}

/** As the executor does it: in as few transactions as possible. */
function encoded(actions: readonly Action[], { tournament }: ChainFacts): Hex[] {
  const calls = actions.map((action): Call => ({ action, data: callData(action, tournament) }));
  if (bundled(calls).map(dataOf).length === 0) throw new Error("nothing is due");
  return calls.map(({ data }) => data);
}

/** The chain once these reports are in it and their dispute windows over. */
function afterReports(facts: ChainFacts, { scores }: Reported): ChainFacts {
  const rounds = facts.rounds.map((round) => ({
    ...round,
    batches: round.batches.map((batch): BatchFacts => {
      const words = scores.get(batch.index) ?? [];
      return { ...batch, state: "reported", reportedAt: SCHEDULE.resolvesAt, scores: words };
    }),
  }));
  return { ...facts, block: { ...facts.block, timestamp: SCHEDULE.resolvesAt + 200 }, rounds };
}

function measure(): RoundFigures {
  const isPlain = process.argv[2] === "plain";
  const facts = chainOf(lockedRound());
  const feed = feedOf();
  const inputMiB = process.memoryUsage().rss / 2 ** 20;
  const before = process.cpuUsage();
  const begun = performance.now();
  const reports = isPlain ? plainReports(facts, feed, signatureOf) : reported(facts, feed);
  const between = performance.now();
  const after = afterReports(facts, reports);
  const again = performance.now();
  const settlements = isPlain ? plainSettlements(after) : settled(after, feed);
  const end = performance.now();
  const { user, system } = process.cpuUsage(before);
  const peakMiB = process.resourceUsage().maxRSS / 2 ** 10;
  const data = [...reports.calls, ...settlements];
  return {
    positions: POSITIONS,
    report: (between - begun) / 1_000,
    settle: (end - again) / 1_000,
    cpu: (user + system) / 1e6,
    peakMiB,
    inputMiB,
    bytes: data.reduce((sum, { length }) => sum + length / 2 - 1, 0),
    digest: keccak256(concatHex(data.map((each) => keccak256(each)))),
  };
}

console.log(JSON.stringify(measure()));
