import fc from "fast-check";
import { decodeFunctionData, type Hex, numberToHex, size } from "viem";
import { describe, expect, it } from "vitest";
import { BUNDLE_GAS, bundled, bytesOf, type Call, dataOf, gasOf, MAX_BYTES, MAX_GAS } from "../src/chain/bundles.ts";
import { callData } from "../src/chain/calls.ts";
import { numeraireStakingAbi as abi } from "../src/chain/generated/abi.ts";
import type { Action } from "../src/core/actions.ts";
import { TERMS } from "./plan-world.ts";

const WORD = 2n ** 255n + 1n;
const HASH = numberToHex(1, { size: 32 });
const SIGNATURE: Hex = `0x${"ab".repeat(65)}`;
const SIGNATURES = [0, 1].map((index) => ({ index, address: numberToHex(index, { size: 20 }), signature: SIGNATURE }));

/** An action of that kind on a batch of so many words, told apart by its round. */
function action(kind: Action["kind"], words: number, round: number): Action {
  const timed = { round: BigInt(round), eligibleAt: 0, deadline: 10 };
  const scores = Array<bigint>(words).fill(WORD);
  const schedule = { closesAt: 1, lockedBy: 2, resolvesAt: 3, settledBy: 4, disputeWindow: 0 };
  switch (kind) {
    case "open":
      return { ...timed, kind, terms: TERMS, schedule };
    case "lock":
      return { ...timed, kind, batch: 0 };
    case "report":
      return {
        ...timed,
        kind,
        batch: 0,
        attempt: 0,
        stakesHash: HASH,
        scoresHash: HASH,
        scores,
        signatures: SIGNATURES,
      };
    case "settle":
      return { ...timed, kind, batch: 0, stakes: scores, scores };
    case "void":
      return { ...timed, kind };
  }
}

function call(each: Action): Call {
  return { action: each, data: callData(each, 1) };
}

const works = fc
  .array(fc.tuple(fc.constantFrom("open", "lock", "report", "settle", "void"), fc.integer({ min: 1, max: 256 })), {
    minLength: 1,
    maxLength: 40,
  })
  .map((wishes) => wishes.map(([kind, words], index) => call(action(kind, words, index + 1))));

describe("bundles", () => {
  it("hold every action exactly once, in a keeper's order, within gas and size", () => {
    fc.assert(
      fc.property(works, (calls) => {
        const bundles = bundled(calls);
        const all = bundles.flat();
        expect(new Set(all)).toEqual(new Set(calls));
        expect(all).toHaveLength(calls.length);
        const kinds = all.map(({ action: { kind } }) => kind).filter((kind) => kind !== "void");
        const order = ["open", "report", "settle", "lock"];
        expect(kinds).toEqual(kinds.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
        // Among their like the most urgent stay first.
        for (const kind of order) {
          const alike = all.filter((each) => each.action.kind === kind);
          expect(alike).toEqual(calls.filter((each) => each.action.kind === kind));
        }
        for (const bundle of bundles) {
          expect(gasOf(bundle.map((each) => each.action))).toBeLessThanOrEqual(BUNDLE_GAS);
          expect(size(dataOf(bundle))).toBeLessThanOrEqual(MAX_BYTES);
          if (bundle.length > 1) expect(size(dataOf(bundle))).toBe(bytesOf(bundle));
        }
      }),
      { numRuns: 150 },
    );
  });

  it("are no more than needed: the first call of each would not fit into the one before", () => {
    fc.assert(
      fc.property(works, (calls) => {
        const bundles = bundled(calls);
        for (const [index, bundle] of bundles.entries()) {
          const next = bundles[index + 1]?.[0];
          if (next === undefined) continue;
          const more = [...bundle, next];
          const isOver = gasOf(more.map((each) => each.action)) > BUNDLE_GAS || bytesOf(more) > MAX_BYTES;
          expect(isOver).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("of one go plain, of more as one multicall of the same calls", () => {
    const [report, lock] = [call(action("report", 3, 1)), call(action("lock", 1, 2))];
    expect(dataOf([report])).toBe(report.data);
    expect(decodeFunctionData({ abi, data: dataOf([report, lock]) })).toEqual({
      functionName: "multicall",
      args: [[report.data, lock.data]],
    });
  });

  it("leave room below what a transaction may use", () => {
    expect(BUNDLE_GAS).toBeLessThan(MAX_GAS);
    const day = ["report", "settle", "lock"] as const;
    expect(bundled(day.map((kind, index) => call(action(kind, 256, index + 1))))).toHaveLength(1);
  });
});
