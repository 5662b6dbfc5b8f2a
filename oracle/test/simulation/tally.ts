import { parentPort, workerData } from "node:worker_threads";
import type { Violation } from "./judge.ts";
import { type Kind, KNOBS } from "./knobs.ts";
import { runSchedule } from "./schedule.ts";

/** Seeds from `first` on, every `step`-th, below `end`. */
export type Share = {
  readonly kind: Kind;
  readonly first: number;
  readonly end: number;
  readonly step: number;
  /** After so many failures more would say nothing new. */
  readonly mostFailures: number;
};

export const COUNTED = [
  "kills",
  "reorgs",
  "vetoes",
  "reports",
  "settlements",
  "reverted",
  "revertedInTurns",
  "voided",
  "unknowable",
  "replayedRounds",
  "replayedTurns",
  "signatures",
  "lostTurns",
  "dead",
  "lies",
  "hangs",
  "awaySeconds",
  "dearBlocks",
] as const;
/** Of these the most counts. */
export const MOST = ["deepest", "timeouts", "latest"] as const;

/** What schedules came to. */
export type Tally = Record<(typeof COUNTED)[number] | (typeof MOST)[number], number> & {
  schedules: number;
  readonly failures: { readonly seed: number; readonly violation: Violation }[];
};

const SAID_EVERY = 50;

export function emptyTally(): Tally {
  const zeros = Object.fromEntries([...COUNTED, ...MOST].map((what) => [what, 0])) as Omit<
    Tally,
    "schedules" | "failures"
  >;
  return { ...zeros, schedules: 0, failures: [] };
}

/** Runs a share of the schedules. */
export async function tallyOf(
  { kind, first, end, step, mostFailures }: Share,
  say: (tally: Tally) => void,
): Promise<Tally> {
  const tally = emptyTally();
  for (let seed = first; seed < end && tally.failures.length < mostFailures; seed += step) {
    const outcome = await runSchedule(seed, KNOBS[kind](seed));
    tally.schedules += 1;
    for (const what of COUNTED) tally[what] += outcome[what];
    for (const what of MOST) tally[what] = Math.max(tally[what], outcome[what]);
    if (outcome.violation !== null) tally.failures.push({ seed, violation: outcome.violation });
    if (tally.schedules % SAID_EVERY === 0) say(tally);
  }
  return tally;
}

if (parentPort !== null) {
  const port = parentPort;
  const tally = await tallyOf(workerData as Share, (soFar) => port.postMessage(soFar));
  port.postMessage(tally);
}
