import { vi } from "vitest";
import type { Oracle } from "../src/service/oracle.ts";
import { alertRules, evaluator, type Firing } from "./alert-rules.ts";
import type { World } from "./reconciler-world.ts";
import { scrape } from "./service-world.ts";

/** Seconds from turn to turn, from block to block and from scrape to scrape. */
export const STEP = 12;

/** A service on a real chain whose clock, like the machine's, goes on only in steps; Prometheus looks at each of them. */
export type Watched = {
  /** What happens beside each step, before its block and after. */
  readonly beside: { before: () => Promise<unknown>; after: () => Promise<unknown> };
  /** Whether the service takes turns, and whether its metrics can be had. */
  turns: boolean;
  answers: boolean;
  /** Goes on by so many seconds in all, `stride` at a time; what fires after each. */
  during(seconds: number, stride?: number): Promise<Firing[][]>;
  /** To a time of the chain in one step. */
  until(time: number): Promise<Firing[]>;
};

export function watched(world: World, oracle: Oracle): Watched {
  const evaluate = evaluator(alertRules());
  const nothing = (): Promise<void> => Promise.resolve();
  const beside = { before: nothing, after: nothing };

  const stepTo = async (time: number): Promise<Firing[]> => {
    await beside.before();
    await world.moveTo(time);
    vi.setSystemTime(time * 1_000);
    await beside.after();
    if (rig.turns) await oracle.reconciler.tick();
    return evaluate({ at: time, series: rig.answers ? await scrape(oracle.metrics) : [] });
  };
  const now = async (): Promise<number> => Number((await world.chain.getBlock()).timestamp);

  const rig: Watched = {
    beside,
    turns: true,
    answers: true,
    async during(seconds, stride = STEP) {
      const fired: Firing[][] = [];
      for (let left = seconds; left > 0; left -= stride) {
        // A transaction may have made a block of its own.
        fired.push(await stepTo((await now()) + stride));
      }
      return fired;
    },
    until: (time) => stepTo(time),
  };
  return rig;
}
