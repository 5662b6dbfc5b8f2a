import { chanceOf } from "./chance.ts";
import { FAULTS } from "./faults.ts";

/** What may go wrong in a schedule. All of it follows from the seed; taking one away shows whether a failure needs it. */
export type Knobs = {
  readonly operators: number;
  readonly quorum: number;
  readonly batches: number;
  readonly rounds: number;
  /** Whether the rounds are locked in the first block: half of all schedules skip what leads there. */
  readonly locked: boolean;
  /** Whether a node without a reporter's key relays for reporters that have no relayer. */
  readonly relayOnly: boolean;
  /** Operators that never live; with the liars fewer than would take the quorum away. */
  readonly dead: number;
  /** Operators whose feed always tells something else. */
  readonly liars: number;
  readonly turnSeconds: number;
  readonly settleSeconds: number;
  readonly disputeWindow: number;
  /** Blocks until one is final. */
  readonly finality: number;
  /** At most so many kills. */
  readonly kills: number;
  readonly wipes: boolean;
  readonly reorgs: number;
  /** The feed is away for so many seconds of the report window. */
  readonly away: number;
  /** The feed tells something else for some seconds, fewer than two readings are apart. */
  readonly flicker: boolean;
  /** The feed tells something else from some moment on: the one fault that may cost the round. */
  readonly flip: boolean;
  readonly veto: boolean;
  readonly spike: boolean;
  readonly drops: boolean;
  readonly staleReads: boolean;
  readonly failures: boolean;
  /** By how many milliseconds clocks are off, at most. */
  readonly clockOffset: number;
  /** Whether all turns are recorded, and decided again at the end. */
  readonly recorded: boolean;
  /** Nodes that each operator asks, of which one lies and one hangs; 0: what is read is the chain itself. */
  readonly endpoints: number;
  /** All that is wrong with endpoints then, and at which of them; null: one lies and one hangs. */
  readonly fault: { readonly name: string; readonly at: number } | null;
  /** Whether blocks leave out transactions now and then. */
  readonly fullBlocks: boolean;
  /** Whether a turn may take longer than a block. */
  readonly slowTurns: boolean;
};

const SECONDS_PER_BLOCK = 12;
/** So many schedules have no fault at all: nothing excuses waste in them. */
const CALM_SHARE = 0.02;
const RECORDED_SHARE = 0.02;
/** Each takes as long as thirty without endpoints. */
const ENDPOINTS_SHARE = 0.005;
/** What a report may take; a quarter of it is what the feed may be away for. */
export const REPORT_WINDOW = 70 * SECONDS_PER_BLOCK;

export function knobsOf(seed: number): Knobs {
  const chance = chanceOf(seed, "knobs");
  const operators = chance.pick([3, 3, 4, 5]);
  const quorum = operators === 3 ? 2 : 3;
  const faulty = chance.within(0, operators - quorum);
  const dead = chance.within(0, faulty);
  const knobs = {
    operators,
    quorum,
    batches: chance.pick([1, 1, 2]),
    rounds: chance.pick([1, 1, 1, 2]),
    locked: chance.is(0.5),
    relayOnly: chance.is(0.1),
    dead,
    liars: faulty - dead,
    turnSeconds: chance.pick([0, 12, 24, 36]),
    settleSeconds: chance.pick([13, 24]),
    disputeWindow: chance.pick([24, 60, 300]),
    finality: chance.within(2, 8),
    kills: chance.pick([0, 2, 4, 8]),
    wipes: chance.is(0.5),
    reorgs: chance.pick([0, 1, 3]),
    away: chance.is(0.2) ? chance.within(1, REPORT_WINDOW / 4) : 0,
    flicker: chance.is(0.2),
    flip: chance.is(0.15),
    veto: chance.is(0.15),
    spike: chance.is(0.2),
    drops: chance.is(0.2),
    staleReads: chance.is(0.2),
    failures: chance.is(0.3),
    clockOffset: chance.is(0.3) ? 2_000 : 0,
    recorded: chance.is(RECORDED_SHARE),
    endpoints: chance.is(ENDPOINTS_SHARE) ? chance.pick([3, 4, 5]) : 0,
    fault: null,
    fullBlocks: true,
    slowTurns: true,
  };
  return chance.is(CALM_SHARE) ? { ...knobs, ...CALM, turnSeconds: 36 } : knobs;
}

/**
 * One round of five operators, three of whom make a report: up to two are dead, each of the others has an endpoint that
 * lies and one that hangs, the feed is away, the base fee is high, and blocks are taken back.
 */
function deadlineKnobs(seed: number): Knobs {
  const chance = chanceOf(seed, "deadlines");
  return {
    ...knobsOf(seed),
    ...CALM,
    ...{ operators: 5, quorum: 3, rounds: 1, batches: chance.pick([1, 1, 1, 2]), relayOnly: false },
    ...{ dead: chance.within(0, 2), turnSeconds: 36 },
    ...{ reorgs: chance.within(1, 3), finality: 8, away: chance.within(1, REPORT_WINDOW / 4), spike: true },
    ...{ clockOffset: 2_000, endpoints: chance.pick([3, 4, 5]), fullBlocks: true },
  };
}

/** One operator takes a round to its end, with one fault at one of three endpoints, whichever is next. */
function rpcKnobs(seed: number): Knobs {
  const names = Object.keys(FAULTS);
  const name = names[seed % names.length] ?? "";
  const fault = { name, at: Math.floor(seed / names.length) % 3 };
  return {
    ...knobsOf(seed),
    ...CALM,
    ...{ operators: 1, quorum: 1, rounds: 1, batches: 1, locked: true, relayOnly: false, turnSeconds: 0 },
    ...{ disputeWindow: 24, endpoints: 3, fault },
  };
}

const CALM = {
  ...{ kills: 0, reorgs: 0, dead: 0, liars: 0, away: 0, clockOffset: 0 },
  ...{ flicker: false, flip: false, veto: false, spike: false, drops: false, staleReads: false, failures: false },
  ...{ recorded: false, endpoints: 0, fullBlocks: false, slowTurns: false },
} as const satisfies Partial<Knobs>;

/** Whether nothing at all goes wrong, and operators take turns. */
export function isCalm(knobs: Knobs): boolean {
  return knobs.turnSeconds > 0 && JSON.stringify({ ...knobs, ...CALM }) === JSON.stringify(knobs);
}

/** Which schedules are run: of all faults, or those of a demand. */
export const KINDS = ["all", "deadlines", "rpc", "replay"] as const;
export type Kind = (typeof KINDS)[number];

export const KNOBS: Readonly<Record<Kind, (seed: number) => Knobs>> = {
  all: knobsOf,
  deadlines: deadlineKnobs,
  rpc: rpcKnobs,
  replay: (seed) => ({ ...knobsOf(seed), recorded: true }),
};

/** Each knob at rest, one at a time, hardest to explain first. */
export function simpler(knobs: Knobs): Knobs[] {
  const calm: Partial<Knobs>[] = [
    { failures: false },
    { staleReads: false },
    { drops: false },
    { spike: false },
    { flicker: false },
    { flip: false },
    { veto: false },
    { away: 0 },
    { clockOffset: 0 },
    { endpoints: 0 },
    { recorded: false },
    { fullBlocks: false },
    { slowTurns: false },
    { reorgs: 0 },
    { reorgs: 1 },
    { kills: 0 },
    { kills: 1 },
    { wipes: false },
    { liars: 0 },
    { dead: 0 },
    { relayOnly: false },
    { rounds: 1 },
    { batches: 1 },
    { locked: true },
    { operators: 3, quorum: 2 },
    { turnSeconds: 0 },
  ];
  const changed = calm.map((change) => ({ ...knobs, ...change }));
  const isLess = (each: Knobs): boolean =>
    JSON.stringify(each) !== JSON.stringify(knobs) &&
    each.operators <= knobs.operators &&
    each.reorgs <= knobs.reorgs &&
    each.kills <= knobs.kills &&
    each.dead + each.liars <= each.operators - each.quorum;
  return changed.filter(isLess);
}
