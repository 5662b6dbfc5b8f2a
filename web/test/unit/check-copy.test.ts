import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sayTick } from "../../src/copy/check.ts";
import { copy } from "../../src/copy/en.ts";
import { checkPayout, type Evidence } from "../../src/core/check.ts";
import { TICKS } from "../../src/core/check-verdict.ts";
import { evidenceOf } from "./check-evidence.ts";

const nowhere: Evidence = { kind: "unusable", reason: "eth_getLogs of blocks 1 to 9: the answer is no list" };

describe("every tick", () => {
  it("has one plain sentence with its values, whether true or false", () => {
    const said = checkPayout(evidenceOf(), 0).map(sayTick);
    expect(said).toEqual([
      "1,000 NMR was locked in block 21, and the batch's stakes hash to what the reporters signed or the contract keeps.",
      "The scores 0.02 and 0.01 are attempt 0, signed by 1 of the reporters who were named when the round opened; it takes 1.",
      "Locked 1970-01-01 00:00:21 UTC, reported 1970-01-01 00:16:40 UTC, settled 1970-01-01 00:16:50 UTC: each within its window, and after the time for a veto.",
      "All stakes (batches: 1) put 1,500 NMR at risk, which makes the payout factor 1, as the contract says.",
      "The formula gives 30 NMR, and that was settled. The round paid 45 NMR and burned 0 NMR in all, as the contract says.",
    ]);
    const wrong = checkPayout(evidenceOf(), 0).map((tick) => sayTick({ ...tick, verdict: "false" }));
    for (const [index, sentence] of wrong.entries()) {
      expect(sentence).toMatch(/^[A-Z0-9].*[^.]\.$/);
      expect(sentence).not.toBe(said[index]);
    }
  });

  it("has a reason where it can't be told", () => {
    for (const why of Object.keys(copy.check.unknown) as (keyof typeof copy.check.unknown)[]) {
      const [tick] = checkPayout(nowhere, 0);
      if (tick !== undefined) expect(sayTick({ ...tick, why })).toBe(copy.check.unknown[why]);
    }
    expect(checkPayout(nowhere, 0).map(({ id }) => id)).toEqual(TICKS);
    expect(Object.keys(copy.check.titles)).toEqual(TICKS);
  });

  it("says so where an event is missing that should be there", () => {
    const [tick] = checkPayout(nowhere, 0);
    if (tick === undefined) throw new Error("there is no tick");
    expect(sayTick({ ...tick, verdict: "false" })).toBe(copy.check.missing);
  });
});

describe("a check of any position", () => {
  it("throws nothing, wherever it may stand", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), (position) => {
        const ticks = checkPayout(evidenceOf(), position);
        expect(ticks.map(({ id }) => id)).toEqual(TICKS);
        if (position > 3) expect(ticks[0]?.why).toBe("no stake");
      }),
    );
  });
});
