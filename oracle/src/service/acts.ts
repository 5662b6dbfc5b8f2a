import { describe } from "../core/actions.ts";
import type { Code } from "./reasons.ts";
import { type Tick, triedIn } from "./tick.ts";

/** Something that was tried, for people. `at`: milliseconds; `code`: why it failed, null where it didn't. */
export type Act = { readonly at: number; readonly what: string; readonly result: string; readonly code: Code | null };

/** The latest acts of this process, the latest first. Nothing depends on them. */
export type Acts = { onTick(tick: Tick): void; readonly latest: readonly Act[] };

const KEPT = 30;

export function actLog(): Acts {
  let latest: readonly Act[] = [];
  return {
    onTick({ finishedAt: at, done, failures }) {
      const acts = [
        ...done.map(({ action, outcome }): Act => {
          const result = outcome.kind === "done" ? outcome.hash : outcome.message;
          return { at, what: describe(action), result, code: null };
        }),
        ...failures.flatMap((failure): Act[] => {
          const what = triedIn(failure);
          return what === null ? [] : [{ at, what, result: failure.message, code: failure.code }];
        }),
      ];
      latest = [...acts.toReversed(), ...latest].slice(0, KEPT);
    },
    get latest() {
      return latest;
    },
  };
}
