import { type ModelRound, reportDeadline } from "./contract.ts";
import type { Violation } from "./judge.ts";
import type { World } from "./world.ts";

/** What a schedule drew of its faults. */
export type Drawn = {
  readonly kills: number;
  readonly reorgs: number;
  /** Blocks of the deepest reorganisation. */
  readonly deepest: number;
  /** Blocks with ten times the base fee. */
  readonly dearBlocks: number;
};

/** What came of a schedule. */
export type Outcome = Drawn & {
  readonly violation: Violation | null;
  /** The same for the same seed. */
  readonly hash: number;
  readonly vetoes: number;
  readonly reports: number;
  readonly settlements: number;
  readonly reverted: number;
  /** Of these, where operators take turns. */
  readonly revertedInTurns: number;
  readonly voided: number;
  readonly unknowable: number;
  /** Rounds, by node, and turns of them that were decided again from their recordings. */
  readonly replayedRounds: number;
  readonly replayedTurns: number;
  readonly signatures: number;
  /** Turns with a failure, where one endpoint has a fault. */
  readonly lostTurns: number;
  readonly dead: number;
  /** Answers of endpoints that lie, and questions that nobody answered. */
  readonly lies: number;
  readonly hangs: number;
  readonly awaySeconds: number;
  /** The most timeouts that a turn waited out. */
  readonly timeouts: number;
  /** The part of a report window that was over at the latest report that stands, in percent. */
  readonly latest: number;
  readonly trace: readonly string[];
};

export function outcomeOf({ chain, judge, knobs, living, hash, trace }: World, drawn: Drawn): Outcome {
  const done: string[] = [];
  let reverted = 0;
  for (let block = chain.head; block.parent !== null; block = block.parent) {
    for (const { transaction, refusal } of block.receipts.values()) {
      if (refusal === null) done.push(...transaction.calls.map(({ kind }) => kind));
      else reverted += 1;
    }
  }
  const count = (kind: string): number => done.filter((each) => each === kind).length;
  return {
    ...drawn,
    violation: judge.violation,
    hash,
    vetoes: count("veto"),
    reports: count("report"),
    settlements: count("settle"),
    voided: count("void"),
    reverted,
    revertedInTurns: knobs.turnSeconds > 0 ? reverted : 0,
    unknowable: judge.unknowable,
    replayedRounds: judge.replayedRounds,
    replayedTurns: judge.replayedTurns,
    signatures: judge.signings.length,
    lostTurns: judge.lostTurns,
    dead: knobs.dead,
    lies: living.reduce((sum, { endpoints }) => sum + (endpoints?.lies ?? 0), 0),
    hangs: living.reduce((sum, { endpoints }) => sum + (endpoints?.hangs ?? 0), 0),
    awaySeconds: knobs.away,
    timeouts: judge.timeouts,
    latest: Math.max(0, ...[...chain.head.state.values()].map(partUsed)),
    trace: trace ?? [],
  };
}

/** Of its report window, until its last report. */
function partUsed({ schedule, state, batches }: ModelRound): number {
  const { resolvesAt } = schedule;
  const latest = state === "settled" ? Math.max(...batches.map(({ reportedAt }) => reportedAt)) : resolvesAt;
  return (100 * (latest - resolvesAt)) / (reportDeadline(schedule) - resolvesAt);
}
