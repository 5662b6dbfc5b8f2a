import { expect, it } from "vitest";
import { actLog } from "../src/service/acts.ts";
import { chain, round, START } from "./plan-world.ts";
import { tickAt } from "./service-world.ts";

it("the latest acts come first, with what came of them, and older ones go", () => {
  const acts = actLog();
  const tick = tickAt(chain(START, [round()]));
  const [action] = tick.plan.actions;
  if (action === undefined) throw new Error("nothing to do");
  const hash = `0x${"1".repeat(64)}` as const;
  acts.onTick({ ...tick, done: [{ action, outcome: { kind: "done", hash, gasUsed: 1n } }] });
  acts.onTick({
    ...tick,
    failures: [
      { action: null, code: "rpc_down", message: "no act" },
      { action, code: "funds_low", message: "no ether" },
    ],
  });
  expect(acts.latest).toEqual([
    { at: tick.finishedAt, what: "lock round 1 batch 0", result: "no ether", code: "funds_low" },
    { at: tick.finishedAt, what: "lock round 1 batch 0", result: hash, code: null },
  ]);
  const unsigned = { tournament: 3, round: 1n, batch: 2, attempt: 1, stakesHash: hash, scoresHash: hash };
  acts.onTick({ ...tick, failures: [{ action: null, unsigned, code: "signer_down", message: "no answer" }] });
  expect(acts.latest[0]).toMatchObject({ what: "sign tournament 3 round 1 batch 2 attempt 1", code: "signer_down" });
  const failures = [{ action, code: "tx_reverts", message: "" } as const];
  for (let turn = 0; turn < 100; turn += 1) acts.onTick({ ...tick, failures });
  expect(acts.latest).toHaveLength(30);
  expect(new Set(acts.latest.map(({ code }) => code))).toEqual(new Set(["tx_reverts"]));
});
