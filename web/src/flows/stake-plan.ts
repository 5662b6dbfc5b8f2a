import { InputError } from "@numeraire-staking/oracle/core/errors";
import type { Plannable } from "./schema.ts";

/**
 * What only adds to a position goes before what takes from it, so that a rest above the tournament's smallest is there when it
 * is asked for; a cancelled withdrawal can be requested again, a requested one must not be cancelled after.
 */
const ORDER: readonly Plannable["kind"][] = ["cancelWithdrawal", "increaseStake", "openPosition", "requestWithdrawal"];

/**
 * The acts of a plan in an order in which none stands in another's way. They go in one multicall: all or nothing.
 * @throws InputError where two acts do the same to one position: which was meant can't be told
 */
export function ordered(acts: readonly Plannable[]): Plannable[] {
  const seen = new Map<string, number>();
  for (const [index, act] of acts.entries()) {
    const subject = subjectOf(act);
    const earlier = seen.get(subject);
    if (earlier !== undefined) {
      throw new InputError(`acts.${index}`, `does the same as acts.${earlier} to one position; join them into one`);
    }
    seen.set(subject, index);
  }
  return acts.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

function subjectOf(act: Plannable): string {
  const on = act.kind === "openPosition" ? act.model.toLowerCase() : act.position.toString();
  return `${act.kind} ${act.tournament} ${on}`;
}
