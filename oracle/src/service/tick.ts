import type { Outcome } from "../chain/outcome.ts";
import type { Action, Plan } from "../core/actions.ts";
import type { ChainFacts } from "../core/facts.ts";
import type { Code } from "./reasons.ts";

/** An action that was carried out, or found to be. */
export type Done = { readonly action: Action; readonly outcome: Outcome };

/** What went wrong; `action` is null where it was the reading. */
export type Failure = { readonly action: Action | null; readonly code: Code; readonly message: string };

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

/** What was due and neither done nor found done. */
export function pending({ plan, done }: Tick): Action[] {
  const over = new Set(done.map(({ action }) => action));
  return plan.actions.filter((action) => !over.has(action));
}
