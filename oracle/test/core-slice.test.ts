import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Plan } from "../src/core/actions.ts";
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
  plan,
  REPORTERS,
  round,
  SETTINGS,
  SHEET,
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

  it("leaves out how other rounds ended, and what the feed lists of them", () => {
    const facts = chain(START, [round()], { finished: new Map([[3n, "void"], [4n, "settled"]]) }); // prettier-ignore
    expect(factsFor(facts, 4n).finished).toEqual(new Map([[4n, "settled"]]));
    const refused = [1n, 2n, null].map((number) => ({ number, message: "bad" }));
    const feed = { ...feedFor(facts, [offer({ number: 50n })]), refused };
    const list = listFor(feed, 1n);
    expect(list.rounds.ok && list.rounds.value.map(({ number }) => number)).toEqual([1n]);
    expect(list.refused.map(({ number }) => number)).toEqual([1n, null]);
    const down = { ok: false, code: "feed_down", message: "gone" } as const;
    expect(listFor({ ...feed, rounds: down }, 1n).rounds).toBe(down);
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

  it("has an outline that tells actions apart by kind, batch and scores, notes by code, and readings by digest", () => {
    const facts = chain(START + 1_000, [round({ state: "locked", batches: [batch(0, { state: "locked" })] })]);
    const feed = feedFor(facts);
    const [report] = plan(facts, feed, SETTINGS).actions;
    if (report?.kind !== "report") throw new Error("no report");
    const timed = { round: 1n, eligibleAt: 1, deadline: null };
    const nothing: Plan = { actions: [], waiting: [], notes: [] };
    const note = { code: "unknown_model", round: 1n, batch: null, until: null, message: "" } as const;
    const outlines = [
      nothing,
      { ...nothing, notes: [note] },
      { ...nothing, waiting: [note] },
      ...[
        report,
        { ...report, batch: 1 },
        { ...report, scoresHash: report.stakesHash },
        { ...timed, kind: "lock", batch: 0 } as const,
        { ...timed, kind: "void" } as const,
      ].map((action) => ({ ...nothing, actions: [action] })),
    ].map((each) => outlineOf(each, feed, 1n));
    expect(new Set(outlines).size).toBe(outlines.length);
    const later = { ...nothing, actions: [{ ...report, eligibleAt: 5, signatures: [] }] };
    expect(outlines).toContain(outlineOf(later, feed, 1n));
    const readings = [undefined, { ok: true, value: { ...SHEET, digest: report.stakesHash } } as const].map((sheet) =>
      outlineOf(nothing, { ...feed, sheets: new Map(sheet && [[1n, sheet]]) }, 1n),
    );
    expect(new Set([...readings, ...outlines]).size).toBe(outlines.length + 2);
  });
});
