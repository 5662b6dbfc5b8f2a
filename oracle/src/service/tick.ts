import type { Outcome } from "../chain/outcome.ts";
import { type Action, describe, type Plan } from "../core/actions.ts";
import type { ChainFacts } from "../core/facts.ts";
import type { Report } from "../core/report.ts";
import type { Code } from "./reasons.ts";

/** An action that was carried out, or found to be. */
export type Done = { readonly action: Action; readonly outcome: Outcome };

/** What went wrong; `action` is null where it was no action. */
export type Failure = {
  readonly action: Action | null;
  /** The report that lacks a signature now, where that is what went wrong. */
  readonly unsigned?: Report;
  readonly code: Code;
  readonly message: string;
};

/** One turn of the reconciler, whole. Times are milliseconds of this machine's clock. */
export type Tick = {
  readonly startedAt: number;
  readonly finishedAt: number;
  /** null: the chain could not be read. */
  readonly facts: ChainFacts | null;
  readonly plan: Plan;
  readonly done: readonly Done[];
  readonly failures: readonly Failure[];
};

/** What was tried and went wrong, for people and logs; null where it was the reading. */
export function triedIn({ action, unsigned }: Failure): string | null {
  if (unsigned === undefined) return action === null ? null : describe(action);
  const { tournament, round, batch, attempt } = unsigned;
  return `sign tournament ${tournament} round ${round.toString()} batch ${batch} attempt ${attempt}`;
}

/** What was due and neither done nor found done. */
export function pending({ plan, done }: Tick): Action[] {
  const over = new Set(done.map(({ action }) => action));
  return plan.actions.filter((action) => !over.has(action));
}
