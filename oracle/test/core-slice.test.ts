import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalText } from "../src/core/canonical.ts";
import type { ChainFacts, FeedView, Settings } from "../src/core/facts.ts";
import { plan as planOf } from "../src/core/plan.ts";
import { decisionsOf, factsFor, listFor, outlineOf, testimonyFor } from "../src/core/slice.ts";
import { wantedReports } from "../src/core/steps/report.ts";
import { packStakes } from "../src/core/words.ts";
import {
  batch,
  chain,
  chains,
  feedFor,
  NOBODY,
  offer,
  REPORTERS,
  round,
  SETTINGS,
  signedBy,
  START,
} from "./plan-world.ts";

function decidedTwice(facts: ChainFacts, feed: FeedView, settings: Settings, signers: number) {
  const wanted = [...wantedReports(facts, feed, settings).values()].flatMap(({ reports }) => reports);
  const attestations = signedBy(REPORTERS.slice(0, signers), wanted);
  const peers = [{ host: "peer", reporters: null, fault: "no answer" }];
  const testimony = { ...NOBODY, attestations, peers };
  const whole = planOf(facts, feed, testimony, settings);
  const numbers = [...facts.rounds.map(({ number }) => number), 50n];
  return numbers.map((number) => {
    const sheet = feed.sheets.get(number);
    const sliced = planOf(
      factsFor(facts, number),
      { ...listFor(feed, number), sheets: new Map(sheet === undefined ? [] : [[number, sheet]]) },
      testimonyFor(testimony, number),
      settings,
    );
    return [canonicalText(decisionsOf(whole, number)), canonicalText(decisionsOf(sliced, number))];
  });
}

describe("a round's part of a turn", () => {
  it("gives the same decisions on the round as the whole, whatever the other rounds do", () => {
    fc.assert(
      fc.property(chains, fc.nat(3), fc.boolean(), fc.constantFrom(0, 36), (facts, signers, relays, turnSeconds) => {
        const feed = feedFor(facts, [offer({ number: 50n, closesAt: START + 90_000, resolvesAt: START + 99_000 })]);
        const settings = { ...SETTINGS, turnSeconds, relayer: relays ? SETTINGS.relayer : null };
        for (const [whole, sliced] of decidedTwice(facts, feed, settings, signers)) expect(sliced).toBe(whole);
      }),
    );
  });

  it("knows what rounds before it take from a reserve that isn't enough for all", () => {
    const stakes = fc.array(fc.bigInt(0n, 10n ** 9n), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(stakes, { minLength: 2, maxLength: 4 }),
        fc.bigInt(0n, 3n * 10n ** 8n),
        (all, freeReserve) => {
          const rounds = all.map((each, index) =>
            round({ number: BigInt(index + 1), batches: [batch(0, { stakes: packStakes(each) })] }),
          );
          const facts = chain(START, rounds, { freeReserve });
          for (const [whole, sliced] of decidedTwice(facts, feedFor(facts), SETTINGS, 0)) expect(sliced).toBe(whole);
        },
      ),
    );
  });

  it("leaves out other rounds' words, save those that a lock would take", () => {
    const held = { state: "locked", batches: [batch(0, { state: "reported", scores: [1n] })] } as const;
    const facts = chain(START, [round(), round({ number: 2n }), round({ number: 3n, ...held })]);
    const { rounds } = factsFor(facts, 1n);
    expect(rounds.map(({ batches }) => batches[0]?.stakes.length)).toEqual([1, 1, 0]);
    expect(rounds[2]?.batches[0]?.scores).toEqual([]);
    expect(factsFor(facts, 3n).rounds[2]).toEqual(facts.rounds[2]);
  });

  it("has an outline that changes with what is decided, not with the time that it is said at", () => {
    const locked = { state: "locked", batches: [batch(0, { state: "locked" })] } as const;
    const outlineAt = (time: number, finalized: bigint): string => {
      const facts = chain(time, [round(locked)], { finalized });
      const feed = feedFor(facts);
      return outlineOf(decisionsOf(planOf(facts, feed, NOBODY, SETTINGS), 1n), feed, 1n);
    };
    expect(outlineAt(START + 1_000, 1n)).toBe(outlineAt(START + 1_200, 2n));
    expect(outlineAt(START + 1_000, 1n)).not.toBe(outlineAt(START + 1_000, 4n));
    expect(outlineAt(START + 900, 4n)).not.toBe(outlineAt(START + 1_000, 4n));
  });
});
