import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextDeadline } from "../src/core/deadlines.ts";
import type { ChainFacts } from "../src/core/facts.ts";
import { chain, chains, feedFor, LIMITS, plan, round, SETTINGS, START } from "./plan-world.ts";

/** How many steps of the kind the plan wants of a round at a time, where nothing else is in the way. */
function wantedAt(facts: ChainFacts, number: bigint, kind: string, timestamp: number): number {
  const block = { ...facts.block, timestamp };
  const then = { ...facts, block, freeReserve: 10n ** 15n, limits: LIMITS };
  const { actions } = plan(then, feedFor(facts), SETTINGS);
  return actions.filter((action) => action.round === number && action.kind === kind).length;
}

describe("the next deadline of a round", () => {
  it("is of as many batches as the plan wants, from when it wants all of them until it wants none", () => {
    fc.assert(
      fc.property(chains, (facts) => {
        for (const each of facts.rounds) {
          const due = nextDeadline(each);
          if (due === null) throw new Error("a round with batches has a deadline");
          const { step, eligibleAt, deadline, batches } = due;
          // A report must leave room for what follows: of a short round it can't be made at all.
          if (eligibleAt >= deadline) continue;
          const wanted = [eligibleAt - 1, eligibleAt, deadline - 1, deadline].map((time) =>
            wantedAt(facts, each.number, step, time),
          );
          // Before its latest report the round was another.
          const changedAt = Math.max(...each.batches.map(({ reportedAt }) => reportedAt));
          if (eligibleAt > changedAt) expect(wanted[0]).toBeLessThan(batches);
          expect(wanted.slice(1)).toEqual([batches, batches, 0]);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("doesn't exist for a round that nobody has staked on", () => {
    const empty = round({ batches: [] });
    expect(nextDeadline(empty)).toBeNull();
    expect(plan(chain(START, [empty]), feedFor(chain(START, [])), SETTINGS).actions).toEqual([]);
  });
});
