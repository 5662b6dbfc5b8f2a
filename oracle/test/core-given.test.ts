import { expect, it } from "vitest";
import type { ChainFacts } from "../src/core/facts.ts";
import { givenReport } from "../src/core/steps/given.ts";
import { wantedReports } from "../src/core/steps/report.ts";
import { hashWords, packStakes } from "../src/core/words.ts";
import { batch, chain, feedFor, round, SETTINGS, START } from "./plan-world.ts";

const STAKES = packStakes([1n]);
const held = { state: "locked", stakes: STAKES, stakesHash: hashWords(STAKES) } as const;

function at(time: number, changes: Parameters<typeof batch>[1] = {}): ChainFacts {
  return chain(time, [round({ state: "locked", batches: [batch(0, { ...held, ...changes })] })]);
}

const facts = at(START + 1_000);
const [own] = wantedReports(facts, feedFor(facts), SETTINGS).get(1n)?.reports ?? [];
if (own === undefined) throw new Error("nothing to report");
const { tournament, batch: index, attempt, stakesHash, scoresHash, eligibleAt, deadline } = own;
const report = { tournament, round: 1n, batch: index, attempt, stakesHash, scoresHash };

it("a given report may be signed exactly when the node's own might be, and until the same second", () => {
  expect(givenReport(report, facts, SETTINGS)).toMatchObject({ ...report, eligibleAt, deadline });
  const says = (given: object, now: ChainFacts, settings = SETTINGS) =>
    givenReport({ ...report, ...given }, now, settings);
  expect(says({}, at(eligibleAt - 1))).toBe("round 1 batch 0 resolves later");
  expect(says({}, at(eligibleAt))).toMatchObject(report);
  expect(says({}, at(deadline - 1))).toMatchObject(report);
  expect(says({}, at(deadline))).toMatch(/was not reported in time/);
  expect(says({ round: 2n }, facts)).toBe("round 2 batch 0 is not in flight");
  expect(says({ batch: 1 }, facts)).toBe("round 1 batch 1 is not in flight");
  expect(says({}, at(eligibleAt, { state: "reported" }))).toBe("round 1 batch 0 is reported, not locked");
  for (const given of [{ attempt: 1 }, { stakesHash: scoresHash }, { tournament: 9 }])
    expect(says(given, facts)).toBe(`round 1 batch 0 is at attempt 0 on the stakes ${stakesHash}`);
  expect(says({}, facts, { ...SETTINGS, reporters: [] })).toMatch(/none of them here/);
  expect(says({}, at(eligibleAt, { lockedAtBlock: facts.finalized + 1n }))).toMatch(
    /until the lock of batch 0 is final/,
  );
});
