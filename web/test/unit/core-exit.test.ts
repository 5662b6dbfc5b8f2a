import { describe, expect, it } from "vitest";
import { canExit, exitCalls, exitIfRequested, exitOf } from "../../src/core/exit.ts";
import type { PositionRound } from "../../src/core/rounds.ts";
import { roundStrip } from "../../src/core/strip.ts";

const NMR = 10n ** 18n;
const STYLE = { locale: "en-GB", zone: "UTC" } as const;

function round(number: bigint, block: bigint | null, changes: Partial<PositionRound> = {}): PositionRound {
  return {
    number,
    state: "locked",
    terms: { multipliers: [1n, 1n], clip: 1n, stakeThreshold: 0n, exposure: 1n },
    schedule: { closesAt: 100, lockedBy: 200, resolvesAt: 300, settledBy: 1_000 + Number(number) },
    ...{ batches: 2, reportedBatches: 0, stake: 3n * 10n ** 9n },
    batch: block === null ? "none" : "locked",
    lockedAt: block === null ? null : { block, logIndex: 5 },
    ...changes,
  };
}

describe("the exit", () => {
  const rounds = [
    round(3n, 10n),
    round(1n, 10n),
    round(4n, 20n),
    round(5n, null, { state: "open" }),
    round(2n, 9n, { state: "settled", batch: "settled" }),
  ];
  const leaving = { pending: 7n * NMR, requestedAt: { block: 10n, logIndex: 6 }, rounds, now: 500 };

  it("waits for the rounds that had locked the batch before the request", () => {
    expect(exitOf(leaving)).toEqual({
      free: 0n,
      holding: [
        { number: 1n, settledBy: 1_001, over: 1_001 },
        { number: 3n, settledBy: 1_003, over: 1_003 },
      ],
      ...{ overCount: 1, outBy: 1_003 },
    });
    expect(exitOf({ ...leaving, requestedAt: { block: 10n, logIndex: 4 } })).toMatchObject({
      free: 7n * NMR,
      outBy: 500,
    });
    expect(exitOf({ ...leaving, requestedAt: null }).holding).toEqual([]);
  });

  it("is a call for each round and the withdrawal", () => {
    const exit = exitOf(leaving);
    const voids = [1n, 3n].map((number) => ({ call: "voidRound", round: number }));
    expect(exitCalls(exit)).toEqual([...voids, { call: "withdraw" }]);
    expect([canExit(exit, 1_002), canExit(exit, 1_003)]).toEqual([false, true]);
  });

  it("counts a round that can't be locked any more as voidable from then, and any other by its settledBy", () => {
    const stuck = round(1n, 10n, { state: "locking" });
    expect(exitOf({ ...leaving, rounds: [stuck] })).toMatchObject({ outBy: 500, holding: [{ over: 200 }] });
    expect(exitOf({ ...leaving, rounds: [stuck], now: 199 })).toMatchObject({ outBy: 1_001 });
  });

  it("still waits for a round that has settled its batch and not the others", () => {
    expect(exitOf({ ...leaving, rounds: [round(1n, 10n, { batch: "settled" })] }).holding).toHaveLength(1);
  });

  it("requested now waits for every round that has locked the batch, or may until it is mined", () => {
    const now = 150;
    const numbers = (exit: { holding: readonly { number: bigint }[] }): bigint[] =>
      exit.holding.map(({ number }) => number);
    expect(numbers(exitIfRequested(0, rounds, now, now + 60))).toEqual([1n, 3n, 4n, 5n]);
    expect(numbers(exitIfRequested(0, rounds, 200, 260))).toEqual([1n, 3n, 4n]);
    expect(exitIfRequested(0, [], now, now + 60)).toMatchObject({ free: 0n, outBy: now + 60 });
    expect(numbers(exitIfRequested(0, rounds, 20, 99))).toEqual([1n, 3n, 4n]);
  });
});

describe("the round strip", () => {
  it("is a cell a round, in order, with what it holds of all positions", () => {
    const reported = round(2n, 1n, { reportedBatches: 2 });
    const ended = round(1n, 1n, { state: "void", stake: 0n });
    const cells = roundStrip([reported, ended, reported, round(9n, null, { state: "none" })], STYLE);
    expect(cells).toEqual([
      { round: 1n, state: "void", holds: 0n, settledBy: 1_001, label: "Round 1, void, held 0 NMR of yours" },
      {
        ...{ round: 2n, state: "reported", holds: 6n * NMR, settledBy: 1_002 },
        label: "Round 2, reported, holds 6 NMR of yours, over by 1 Jan 1970, 00:16 UTC",
      },
    ]);
  });

  it("tells a round reported in part from one reported whole", () => {
    expect(roundStrip([round(1n, 1n, { reportedBatches: 1 })], STYLE)[0]?.state).toBe("locked");
  });
});
