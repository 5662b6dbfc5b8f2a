import type { Invariant } from "./judge.ts";
import { type Kind, type Knobs, KNOBS, simpler } from "./knobs.ts";
import type { Outcome } from "./outcome.ts";
import { runSchedule } from "./schedule.ts";

/** A failure with as few faults as it needs. */
export type Shrunk = { readonly seed: number; readonly knobs: Knobs; readonly outcome: Outcome };

/** Takes faults away, one after the other, as long as the same invariant is broken without them. */
export async function shrink(seed: number, kind: Kind, invariant: Invariant): Promise<Shrunk> {
  let knobs = KNOBS[kind](seed);
  for (let isSmaller = true; isSmaller;) {
    isSmaller = false;
    for (const candidate of simpler(knobs)) {
      const { violation } = await runSchedule(seed, candidate);
      if (violation?.invariant !== invariant) continue;
      knobs = candidate;
      isSmaller = true;
      break;
    }
  }
  return { seed, knobs, outcome: await runSchedule(seed, knobs, true) };
}
