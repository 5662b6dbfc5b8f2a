import { describeChange, type Mutant } from "./mutation.ts";
import type { Result } from "./results.ts";

/** A mutant that no test can kill, as it does what the contract does. */
export type Equivalent = { readonly id: string; readonly change: string; readonly reason: string };

/** What is wrong with the list: entries that name no mutant, or another one than they say, or one that a test kills. */
export function checkEquivalents(
  list: readonly Equivalent[],
  mutants: readonly Mutant[],
  resultOf: (id: string) => Result | undefined,
): string[] {
  const byId = new Map(mutants.map((mutant) => [mutant.id, mutant]));
  const ids = new Set<string>();
  return list.flatMap(({ id, change, reason }) => {
    if (ids.has(id)) return [`${id} is listed twice`];
    ids.add(id);
    const mutant = byId.get(id);
    if (mutant === undefined) return [`${id} is no mutant any more: take it off the list`];
    if (describeChange(mutant) !== change) return [`${id} is "${describeChange(mutant)}" now, not "${change}"`];
    if (reason === "") return [`${id} has no reason`];
    const result = resultOf(id);
    if (result === undefined || result.status === "survived") return [];
    const by = result.killer === undefined ? "by the time limit" : `by "${result.killer.title}"`;
    return [`${id} is no equivalent: it is killed ${by}`];
  });
}
