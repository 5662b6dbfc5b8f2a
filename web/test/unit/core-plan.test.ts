import fc from "fast-check";
import { type Hex, numberToHex } from "viem";
import { describe, expect, it } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { faultsOfShares, type Held, planOf, planRisk, type Share, targetsOf } from "../../src/core/plan.ts";
import type { PositionRound } from "../../src/core/rounds.ts";
import { worstCase } from "../../src/core/worst-case.ts";

const NMR = 10n ** 18n;
const NANO = 10n ** 9n;
const model = (number: number): Hex => numberToHex(number, { size: 32 });

/** Shares that add up to all. */
const shares: fc.Arbitrary<Share[]> = fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 12 }).map((cuts) => {
  const edges = [0, ...cuts.toSorted((a, b) => a - b), 10_000];
  return edges.slice(1).map((edge, place) => ({ model: model(place), share: BigInt(edge - (edges[place] ?? 0)) }));
});
const totals = fc
  .oneof(fc.bigInt({ min: 0n, max: 100n }), fc.bigInt({ min: 0n, max: 10n ** 16n }))
  .map((nano) => nano * NANO);

const OPEN: PositionRound = {
  ...{ number: 1n, state: "open", batches: 0, reportedBatches: 0, batch: "none", lockedAt: null, stake: 0n },
  terms: { multipliers: [1n, 1n], clip: 50_000_000n, stakeThreshold: 0n, exposure: 10n ** 9n },
  schedule: { closesAt: 10, lockedBy: 20, resolvesAt: 30, settledBy: 40 },
};

function held(number: number, active: bigint, position: number | null = number): Held {
  const limits = { maxClip: 10n ** 9n, maxExposure: 10n ** 9n, maxRoundsInFlight: 1 };
  return {
    model: model(number),
    position,
    standing: { active, pending: 0n, batch: 0, rounds: [OPEN], limits, now: 5, minedBy: 15 },
  };
}

describe("targets", () => {
  it("add up to the total exactly, and none is a nano-NMR from its share", () => {
    fc.assert(
      fc.property(totals, shares, (total, parts) => {
        const targets = targetsOf(total, parts);
        expect(targets.reduce((sum, { stake }) => sum + stake, 0n)).toBe(total);
        targets.forEach(({ stake, model: id }, place) => {
          expect(id).toBe(parts[place]?.model);
          expect(stake % NANO).toBe(0n);
          const off = stake * 10_000n - total * (parts[place]?.share ?? 0n);
          expect(off > -10_000n * NANO && off < 10_000n * NANO).toBe(true);
          if (parts[place]?.share === 0n) expect(stake).toBe(0n);
        });
      }),
    );
  });

  it("give what is left to those that lost most, the first of equals first", () => {
    const thirds = [3_333n, 3_334n, 3_333n].map((share, place) => ({ model: model(place), share }));
    expect(targetsOf(10n * NANO, thirds).map(({ stake }) => stake / NANO)).toEqual([3n, 4n, 3n]);
    const quarters = [2_500n, 2_500n, 2_500n, 2_500n].map((share, place) => ({ model: model(place), share }));
    expect(targetsOf(6n * NANO, quarters).map(({ stake }) => stake / NANO)).toEqual([2n, 2n, 1n, 1n]);
  });

  it("have faults with names", () => {
    const of = (...parts: bigint[]): Share[] => parts.map((share, place) => ({ model: model(place), share }));
    expect(faultsOfShares(of(5_000n, 5_000n))).toEqual([]);
    expect(faultsOfShares(of(5_000n, 4_999n))).toEqual([copy.plan.notAll("99.99 %")]);
    expect(faultsOfShares(of(10_001n, -1n))).toEqual([copy.plan.negative(model(1))]);
    expect(faultsOfShares([...of(5_000n), ...of(5_000n)])).toEqual([copy.plan.doubled(model(0))]);
  });
});

describe("a plan", () => {
  it("brings every stake to its target, by calls that the contract takes", () => {
    const stakes = fc.array(fc.tuple(totals, totals, fc.boolean()), { maxLength: 8 });
    fc.assert(
      fc.property(stakes, totals, (rows, minStake) => {
        const targets = rows.map(([stake], place) => ({ model: model(place), stake }));
        const mine = rows.map(([, active, isOpen], place) => (isOpen ? held(place, active) : held(place, 0n, null)));
        const { acts, faults } = planOf(targets, mine, minStake);
        if (faults.length > 0) {
          expect(acts).toEqual([]);
          return;
        }
        const active = new Map(mine.map(({ model: id, standing }) => [id, standing.active]));
        for (const act of acts) {
          expect(act.amount > 0n).toBe(true);
          const next = (active.get(act.model) ?? 0n) + (act.kind === "request" ? -act.amount : act.amount);
          if (act.kind !== "increase") expect(next === 0n || next >= minStake).toBe(true);
          active.set(act.model, next);
        }
        for (const { model: id, stake } of targets) expect(active.get(id)).toBe(stake);
      }),
    );
  });

  it("names a stake that is too small, but lets a small one grow", () => {
    const small = (position: number | null, active: bigint) =>
      planOf([{ model: model(0), stake: NMR }], [held(0, active, position)], 2n * NMR);
    const fault = copy.plan.belowMinimum(model(0), "1 NMR", "2 NMR");
    expect(small(null, 0n).faults).toEqual([fault]);
    expect(small(0, 3n * NMR).faults).toEqual([fault]);
    expect(small(0, NMR / 2n)).toEqual({
      acts: [{ kind: "increase", model: model(0), position: 0, amount: NMR / 2n }],
      faults: [],
    });
    expect(
      planOf(
        [
          { model: model(0), stake: 1n },
          { model: model(0), stake: 2n },
        ],
        [],
        0n,
      ).faults,
    ).toEqual([copy.plan.doubled(model(0))]);
  });

  it("shows the worst case of all models before and from the signing on", () => {
    const mine = [held(0, 100n * NMR), held(1, 0n, null), held(2, 10n * NMR)];
    const targets = [
      { model: model(0), stake: 60n * NMR },
      { model: model(1), stake: 40n * NMR },
    ];
    const { acts } = planOf(targets, mine, 0n);
    const { before, signing } = planRisk(acts, mine);
    // The round may lock before the request is mined: 5 % of 100, of 40 and of 10 NMR.
    expect([before.known, signing.known]).toEqual([(55n * NMR) / 10n, (75n * NMR) / 10n]);
    expect([before.all, signing.all]).toEqual([110n * NMR, 150n * NMR]);
    expect(planRisk([], mine).signing).toEqual(before);
    expect(before.ever).toBe(mine.reduce((sum, { standing }) => sum + worstCase(standing).ever, 0n));
  });
});
