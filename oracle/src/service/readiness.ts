import { type Action, describe } from "../core/actions.ts";
import { type Code, REASONS } from "./reasons.ts";
import { pending, type Tick } from "./tick.ts";

export type ReadinessOptions = {
  /** A turn is overdue when none ended for so long, milliseconds. */
  readonly overdueMs: number;
  /** 0: any age is good. */
  readonly maxBlockAgeSeconds: number;
};

/** One thing that stands in the way, and what to do about it. */
export type Obstacle = { readonly code: Code; readonly message: string; readonly remedy: string };

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
  return { code, message, remedy: REASONS[code].remedy };
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
  return pending(tick)
    .filter((action) => isNear(action, facts.block.timestamp))
    .map((action) => obstacle("deadline_near", `${describe(action)} is due until ${String(action.deadline)}`));
}

function isNear({ eligibleAt, deadline }: Action, time: number): boolean {
  return deadline !== null && deadline - time < NEAR * (deadline - eligibleAt);
}

function slack(tick: Tick): number | null {
  const { facts } = tick;
  if (facts === null) return null;
  const deadlines = pending(tick).flatMap(({ deadline }) => deadline ?? []);
  return deadlines.length === 0 ? null : Math.min(...deadlines) - facts.block.timestamp;
}
