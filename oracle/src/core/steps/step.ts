import type { Action, Plan, Reason, ReasonCode } from "../actions.ts";
import type { RoundFacts } from "../facts.ts";

/** What one step of a round comes to: something to do, or why not. */
export type Step = Action | Reason;

/** Steps as a plan. */
export function collect(steps: readonly Step[], notes: readonly Reason[] = []): Plan {
  return {
    actions: steps.filter((step) => "kind" in step),
    waiting: steps.filter((step) => "code" in step),
    notes,
  };
}

/** A reason about a round, or one of its batches where `batch` isn't null; the message goes on after its name. */
export function reason(
  { number }: Pick<RoundFacts, "number">,
  batch: number | null,
  code: ReasonCode,
  message: string,
  until: number,
): Reason {
  const subject = `round ${number.toString()}${batch === null ? "" : ` batch ${batch}`}`;
  return { code, round: number, batch, until, message: `${subject} ${message}` };
}
