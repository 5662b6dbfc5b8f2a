import { deadlinesOf, type Due } from "./deadlines.ts";
import { type Code, pageOf, REASONS } from "./reasons.ts";
import type { Tick } from "./tick.ts";

export type ReadinessOptions = {
  /** A turn is overdue when none ended for so long, milliseconds. */
  readonly overdueMs: number;
  /** 0: any age is good. */
  readonly maxBlockAgeSeconds: number;
};

/** One thing that stands in the way, what to do about it, and where there is more to read. */
export type Obstacle = {
  readonly code: Code;
  readonly message: string;
  readonly remedy: string;
  readonly page: string;
};

/** Whether the next deadline would be met if it came now. `slackSeconds`: from the chain's time to the nearest one. */
export type Readiness = {
  readonly ready: boolean;
  readonly obstacles: readonly Obstacle[];
  readonly slackSeconds: number | null;
};

/** Share of a step's window that must be left for it to count as in time. */
const NEAR = 0.25;

/** Worked out anew at every call from the latest turn, so it can't stick. `now`: milliseconds of this machine's clock. */
export function readiness(latest: Tick | null, now: number, options: ReadinessOptions): Readiness {
  if (latest === null)
    return { ready: false, obstacles: [obstacle("starting", "no turn is over yet")], slackSeconds: null };
  const obstacles = [
    ...latest.failures.map(({ code, message }) => obstacle(code, message)),
    ...latest.plan.waiting.map(({ code, message }) => obstacle(code, message)),
    ...overdue(latest, now, options),
    ...staleBlock(latest, now, options),
    ...nearDeadlines(latest),
  ].filter(({ code }) => REASONS[code].unready);
  return { ready: obstacles.length === 0, obstacles, slackSeconds: slack(latest) };
}

function obstacle(code: Code, message: string): Obstacle {
  return { code, message, remedy: REASONS[code].remedy, page: pageOf(code) };
}

function overdue({ finishedAt }: Tick, now: number, { overdueMs }: ReadinessOptions): Obstacle[] {
  const age = now - finishedAt;
  return age > overdueMs ? [obstacle("tick_overdue", `the latest turn ended ${Math.round(age / 1_000)} s ago`)] : [];
}

function staleBlock({ facts }: Tick, now: number, { maxBlockAgeSeconds }: ReadinessOptions): Obstacle[] {
  if (facts === null || maxBlockAgeSeconds === 0) return [];
  const age = Math.round(now / 1_000) - facts.block.timestamp;
  return age > maxBlockAgeSeconds ? [obstacle("rpc_stale", `the node's latest block is ${age} s old`)] : [];
}

function nearDeadlines(tick: Tick): Obstacle[] {
  const { facts } = tick;
  if (facts === null) return [];
  return deadlinesOf(tick)
    .filter((due) => isNear(due, facts.block.timestamp))
    .map((due) => obstacle("deadline_near", sayNear(due, facts.block.timestamp)));
}

/** Whoever should do it, and whatever it waits for. What is past can't be met any more. */
function isNear({ eligibleAt, deadline }: Due, time: number): boolean {
  return time < deadline && deadline - time < NEAR * (deadline - eligibleAt);
}

function sayNear({ round, step, deadline }: Due, time: number): string {
  return `${step} of round ${round.toString()} is due in ${deadline - time} s, until ${deadline}`;
}

function slack(tick: Tick): number | null {
  const [next] = deadlinesOf(tick);
  return tick.facts === null || next === undefined ? null : next.deadline - tick.facts.block.timestamp;
}
