import fc from "fast-check";
import { type Address, concatHex, numberToHex, zeroHash } from "viem";
import type { Action, Plan } from "../src/core/actions.ts";
import type { Attestation, Testimony, WantedReport } from "../src/core/attestation.ts";
import type {
  BatchFacts,
  ChainFacts,
  FeedView,
  Limits,
  OfferedRound,
  RoundFacts,
  Schedule,
  Settings,
} from "../src/core/facts.ts";
import { earmarkDown, type Terms } from "../src/core/payout.ts";
import { plan as planOf } from "../src/core/plan.ts";
import { wantedReports } from "../src/core/steps/report.ts";
import { hashWords, packScores, packStakes, unpackStakes } from "../src/core/words.ts";

// Random chains for the plan, and a model of what the contract does with its actions.

export const TERMS: Terms = {
  multipliers: [500_000_000n, 2_000_000_000n],
  clip: 50_000_000n,
  stakeThreshold: 0n,
  exposure: 1_000_000_000n,
};
export const REPORTERS: readonly Address[] = [1, 2, 3].map((n) => numberToHex(n, { size: 20 }));
export const ME: Address = numberToHex(99, { size: 20 });
export const START = 1_000_000;
const MODELS = Array.from({ length: 7 }, (_, index) => numberToHex(index + 1, { size: 32 }));

export const SETTINGS: Settings = {
  reporters: REPORTERS,
  relayer: ME,
  organizer: ME,
  lockWindow: 600,
  settleWindow: 20_000,
  disputeWindow: 100,
  openMargin: 60,
  repeatVetoed: false,
  turnSeconds: 0,
};

export const SHEET = {
  resolved: true,
  digest: numberToHex(77, { size: 32 }),
  readAt: START + 900,
  models: MODELS.map((model, index) => ({
    name: `m${index}`,
    model,
    scores: [BigInt(index), -1n] as const,
    raw: { first: `${index}e-9`, second: "-1e-9" },
  })),
};

export function batch(index: number, changes: Partial<BatchFacts> = {}): BatchFacts {
  const stakes = packStakes([1_000n, 0n, 3_000n, 4_000n]);
  return {
    index,
    state: "unlocked",
    attempt: 0,
    reportedAt: 0,
    stakes,
    stakesHash: zeroHash,
    lockedAtBlock: (changes.state ?? "unlocked") === "unlocked" ? null : 3n,
    scores: [],
    vetoedHash: null,
    ...changes,
  };
}

export function round(changes: Partial<RoundFacts> = {}): RoundFacts {
  const schedule = {
    closesAt: START,
    lockedBy: START + 600,
    resolvesAt: START + 1_000,
    settledBy: START + 9_000,
    disputeWindow: 100,
  };
  return {
    number: 1n,
    state: "open",
    terms: TERMS,
    schedule,
    reporters: REPORTERS,
    quorum: 2,
    batches: [batch(0)],
    ...changes,
  };
}

/** Limits that stop nothing that is tried here. */
export const LIMITS: Limits = {
  maxClip: 10n ** 9n,
  maxExposure: 10n ** 9n,
  maxRoundsInFlight: 8,
  maxDuration: 10 ** 6,
  minDisputeWindow: 0,
};

export function chain(now: number, rounds: readonly RoundFacts[], changes: Partial<ChainFacts> = {}): ChainFacts {
  return {
    chainId: 1,
    contract: numberToHex(7, { size: 20 }),
    block: { number: 5n, hash: numberToHex(5, { size: 32 }), timestamp: now },
    finalized: 4n,
    tournament: 1,
    organizer: ME,
    hasRegistrar: true,
    limits: LIMITS,
    latestRound: rounds.reduce((latest, { number }) => (number > latest ? number : latest), 0n),
    roundsInFlight: rounds.filter(({ state }) => state !== "open").length,
    freeReserve: 10n ** 12n,
    models: Array.from({ length: 3 * 1024 }, (_, position) => MODELS[position % MODELS.length] ?? "0x"),
    rounds,
    finished: new Map(),
    ...changes,
  };
}

export function offer(changes: Partial<OfferedRound> = {}): OfferedRound {
  return {
    number: 1n,
    opensAt: START - 20_000,
    closesAt: START,
    resolvesAt: START + 1_000,
    resolved: true,
    terms: TERMS,
    ...changes,
  };
}

/** A feed that knows the rounds of the chain, all final, and what it offers beside them. */
export function feedFor(facts: ChainFacts, offers: readonly OfferedRound[] = []): FeedView {
  const known = facts.rounds.map(({ number, schedule, terms }) => offer({ number, ...schedule, terms }));
  return {
    rounds: { ok: true, value: [...known, ...offers] },
    refused: [],
    sheets: new Map(facts.rounds.map(({ number }) => [number, { ok: true, value: SHEET }])),
  };
}

/** Somebody who works alone and has signed nothing yet. */
export const NOBODY: Testimony = { attestations: [], own: [], others: [], peers: [] };

/** What the reporters say who sign whatever is wanted. */
export function signedBy(reporters: readonly Address[], reports: Iterable<WantedReport>): Attestation[] {
  return [...reports].flatMap((report) =>
    reporters.map((reporter) => ({ ...report, reporter, signature: concatHex([reporter, report.scoresHash]) })),
  );
}

/** The plan of somebody who has signed, with every key that is here, all that is wanted. */
export function plan(facts: ChainFacts, feed: FeedView, settings: Settings, testimony = NOBODY): Plan {
  const wanted = [...wantedReports(facts, feed, settings).values()].flatMap(({ reports }) => reports);
  const attestations = [...testimony.attestations, ...signedBy(settings.reporters, wanted)];
  return planOf(facts, feed, { ...testimony, attestations }, settings);
}

const schedules = fc
  .tuple(fc.nat(3_000), fc.integer({ min: 1, max: 900 }), fc.nat(900), fc.nat(400), fc.integer({ min: 1, max: 9_000 }))
  .map(([start, lock, wait, disputeWindow, rest]): Schedule => {
    const closesAt = START + start;
    const lockedBy = closesAt + lock;
    const resolvesAt = lockedBy + wait;
    return { closesAt, lockedBy, resolvesAt, settledBy: resolvesAt + disputeWindow + rest, disputeWindow };
  });

/** What a batch would like to be; the time decides what it can be. */
const batchWishes = fc.record({
  locked: fc.boolean(),
  later: fc.constantFrom("locked", "reported", "settled"),
  reportedAfter: fc.nat(600),
  attempt: fc.nat(2),
  stakes: fc.array(fc.bigInt(0n, 10n ** 9n), { minLength: 1, maxLength: 9 }),
});
const roundWishes = fc.record({
  schedule: schedules,
  wholly: fc.boolean(),
  batches: fc.array(batchWishes, { minLength: 1, maxLength: 3 }),
});

/** Chains at a time on, just before or just after an edge of one of their rounds. */
export const chains: fc.Arbitrary<ChainFacts> = fc
  .record({
    wishes: fc.array(roundWishes, { minLength: 1, maxLength: 4 }),
    pick: fc.nat(),
    delta: fc.integer({ min: -1, max: 1 }),
    freeReserve: fc.constantFrom(10n ** 12n, 10n ** 8n, 0n),
    most: fc.integer({ min: 1, max: 5 }),
  })
  .map(({ wishes, pick, delta, freeReserve, most }) => {
    const edges = wishes.flatMap(({ schedule, batches }) => [
      ...edgesOf(schedule),
      ...batches.map((wish) => schedule.resolvesAt + wish.reportedAfter + schedule.disputeWindow),
    ]);
    const now = (edges[pick % edges.length] ?? START) + delta;
    const rounds = wishes.map((wish, index) => realised(wish, BigInt(index + 1), now));
    const limits = {
      maxClip: 10n ** 9n,
      maxExposure: 10n ** 9n,
      maxRoundsInFlight: most,
      maxDuration: 10 ** 6,
      minDisputeWindow: 0,
    };
    return chain(now, rounds, { freeReserve, limits });
  });

function edgesOf({ closesAt, lockedBy, resolvesAt, settledBy, disputeWindow }: Schedule): number[] {
  return [
    closesAt,
    lockedBy,
    resolvesAt,
    settledBy - disputeWindow - 3_600,
    settledBy - disputeWindow - 3_599,
    settledBy,
  ];
}

type Wish = typeof roundWishes extends fc.Arbitrary<infer T> ? T : never;

function realised({ schedule, wholly, batches }: Wish, number: bigint, now: number): RoundFacts {
  const lockable = now >= schedule.closesAt;
  const locked = batches.map((wish) => lockable && (wholly || wish.locked));
  const state = !locked.includes(true) ? "open" : locked.includes(false) ? "locking" : "locked";
  const facts = batches.map((wish, index): BatchFacts => {
    const stakes = packStakes(wish.stakes);
    if (locked[index] !== true) return batch(index, { stakes });
    const held = batch(index, { stakes, stakesHash: hashWords(stakes), state: "locked", attempt: wish.attempt });
    const reportedAt = schedule.resolvesAt + wish.reportedAfter;
    if (state !== "locked" || wish.later === "locked" || reportedAt > now) return held;
    return { ...held, state: "reported", reportedAt, scores: packScores(unpackStakes(stakes).map(() => [1n, 1n])) };
  });
  // Nothing settles before everything is reported and undisputed.
  const settling = state === "locked" && facts.every(({ state: at }) => at === "reported");
  const settled = facts.map((fact, index): BatchFacts => {
    const over =
      settling && batches[index]?.later === "settled" && index > 0 && now >= fact.reportedAt + schedule.disputeWindow;
    return over ? { ...fact, state: "settled" } : fact;
  });
  return round({ number, schedule, state, batches: settled });
}

/** The chain after the contract took the action at the facts' time. */
export function apply(facts: ChainFacts, action: Action): ChainFacts {
  if (action.kind === "open") {
    const { round: number, terms, schedule } = action;
    const opened = round({ number, terms, schedule, batches: [batch(0)] });
    return { ...facts, latestRound: number, rounds: [...facts.rounds, opened] };
  }
  if (action.kind === "void") return ended(facts, action.round, "void");
  const changed = facts.rounds.map((each) =>
    each.number === action.round ? stepped(each, action, facts.block.timestamp) : each,
  );
  const after = { ...facts, rounds: changed };
  const target = changed.find(({ number }) => number === action.round);
  if (target?.batches.every(({ state }) => state === "settled") === true) return ended(after, action.round, "settled");
  if (action.kind !== "lock") return after;
  const before = facts.rounds.find(({ number }) => number === action.round);
  const staked = unpackStakes(before?.batches[action.batch]?.stakes ?? []).reduce((sum, stake) => sum + stake, 0n);
  return {
    ...after,
    freeReserve: facts.freeReserve - earmarkDown(staked, before?.terms ?? TERMS),
    roundsInFlight: facts.roundsInFlight + (before?.state === "open" ? 1 : 0),
  };
}

function stepped(facts: RoundFacts, action: Exclude<Action, { kind: "open" | "void" }>, now: number): RoundFacts {
  const batches = facts.batches.map((each): BatchFacts => {
    if (each.index !== action.batch) return each;
    if (action.kind === "lock")
      return { ...each, state: "locked", stakesHash: hashWords(each.stakes), lockedAtBlock: 4n };
    if (action.kind === "report") return { ...each, state: "reported", reportedAt: now, scores: action.scores };
    return { ...each, state: "settled" };
  });
  const unlocked = batches.some(({ state }) => state === "unlocked");
  return { ...facts, batches, state: unlocked ? "locking" : "locked" };
}

function ended(facts: ChainFacts, number: bigint, how: "settled" | "void"): ChainFacts {
  const over = facts.rounds.find((each) => each.number === number);
  return {
    ...facts,
    rounds: facts.rounds.filter((each) => each !== over),
    roundsInFlight: facts.roundsInFlight - (over?.state === "open" ? 0 : 1),
    finished: new Map([...facts.finished, [number, how]]),
  };
}
