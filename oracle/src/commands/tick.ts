import { setTimeout as sleep } from "node:timers/promises";
import { pino } from "pino";
import { buildOracle } from "../service/oracle.ts";
import { REASONS } from "../service/reasons.ts";
import { tickTable } from "../service/table.ts";
import type { Tick } from "../service/tick.ts";
import { configured, type Register } from "./command.ts";
import { BAD_ANSWER, CANT_TELL_NOW, GOOD } from "./exit-codes.ts";

export const tick: Register = (program) => {
  configured(program, "tick", "reconcile once and say what was done and what is waited for", async (config) => {
    const { reconciler } = buildOracle(config, pino({ level: "silent" }));
    const turn = await reconciler.tick();
    console.log(tickTable(turn));
    if (!turn.plan.waiting.some(({ code }) => code === "feed_confirming")) return exitCodeOf(turn);
    // The second of the two readings before a signature takes a second turn, and no other process remembers the first.
    await sleep(config.feedSettleSeconds * 1_000);
    const second = await reconciler.tick();
    console.log(tickTable(second));
    return exitCodeOf(second);
  });
};

/** Bad where somebody must act; can't tell where it may pass by itself. */
function exitCodeOf({ failures, plan }: Tick): number {
  const advice = [...failures, ...plan.waiting].map(({ code }) => REASONS[code]);
  if (advice.some(({ level }) => level === "act")) return BAD_ANSWER;
  return failures.length > 0 || advice.some(({ unready }) => unready) ? CANT_TELL_NOW : GOOD;
}
