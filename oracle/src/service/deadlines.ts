import { type Deadline, nextDeadline } from "../core/deadlines.ts";
import { pending, type Tick } from "./tick.ts";

/** A step that somebody must take before its deadline; opens are this operator's own. */
export type Due = Omit<Deadline, "step"> & { readonly step: Deadline["step"] | "open" };

/** The next deadline of every round, those that this very turn has met left out; the nearest first. */
export function deadlinesOf(tick: Tick): Due[] {
  const { facts } = tick;
  if (facts === null) return [];
  const rounds = facts.rounds.flatMap((round) => nextDeadline(round) ?? []).flatMap((due) => unmet(due, tick));
  const opens = pending(tick).flatMap(({ kind, round, eligibleAt, deadline }): Due[] =>
    kind === "open" && deadline !== null ? [{ round, step: "open", eligibleAt, deadline, batches: 0 }] : [],
  );
  return [...rounds, ...opens].toSorted((a, b) => a.deadline - b.deadline);
}

function unmet(due: Deadline, { done }: Tick): Deadline[] {
  const met = done.filter(({ action }) => action.round === due.round && action.kind === due.step).length;
  return met >= due.batches ? [] : [{ ...due, batches: due.batches - met }];
}
