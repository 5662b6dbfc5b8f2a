import fc from "fast-check";
import { type Hex, numberToHex } from "viem";
import { describe, expect, it } from "vitest";
import { type Evidence, evidenceOf, type Testimony } from "../src/core/attestation.ts";
import { differences, disagreements, sayDisagreement } from "../src/core/disagreement.ts";
import type { ChainFacts, RoundFacts, ScoreSheet } from "../src/core/facts.ts";
import { parseJson } from "../src/core/json.ts";
import { modelId } from "../src/core/models.ts";
import { plan } from "../src/core/plan.ts";
import { wantedReports } from "../src/core/steps/report.ts";
import { hashWords, packScores, packStakes } from "../src/core/words.ts";
import { readRound } from "../src/feeds/read.ts";
import { configuredBody } from "./feeds-bodies.ts";
import { batch, chain, feedFor, NOBODY, REPORTERS, round, SETTINGS, signedBy, START } from "./plan-world.ts";

const RUNS = 1_000;
const BATCHES = 2;
const LANES = 1_024;
/** Lanes of a batch that positions fill. */
const USED = 64;
const FIELDS = ["v2Corr20", "mmc"] as const;
const [ME, YOU] = REPORTERS as readonly [Hex, Hex];

/** A score as a feed may write it: units of 1e-9, with digits behind that no rounding carries over; null: no score. */
type Value = { readonly units: bigint; readonly text: string } | null;
type Row = { readonly position: number; readonly stake: bigint; readonly scores: readonly [Value, Value] };

const values: fc.Arbitrary<Value> = fc.option(
  fc
    .tuple(fc.bigInt(-2_000_000_000n, 2_000_000_000n), fc.constantFrom("", "0", "00", "4", "31"))
    .map(([units, tail]) => {
      const digits = (units < 0n ? -units : units).toString().padStart(10, "0");
      return { units, text: `${units < 0n ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9)}${tail}` };
    }),
  { freq: 8 },
);
const rows: fc.Arbitrary<Row[]> = fc.uniqueArray(
  fc.record({
    position: fc.tuple(fc.nat(BATCHES - 1), fc.nat(USED - 1)).map(([index, lane]) => index * LANES + lane),
    stake: fc.constantFrom(0n, 1n, 10n ** 9n),
    scores: fc.tuple(values, values),
  }),
  { minLength: 1, maxLength: 12, selector: ({ position }) => position },
);

function uuid(position: number): string {
  return `00000000-0000-4000-8000-${position.toString(16).padStart(12, "0")}`;
}

const MODELS = Array.from({ length: BATCHES * LANES }, (_, position) => modelId(uuid(position)));

/** What the feed's own reader makes of the rows: texts, numbers and digest are as in a real life. */
function sheetOf(written: readonly Row[]): ScoreSheet {
  const body = configuredBody() as unknown as { roundDetails: { models: object[] } };
  const [template] = body.roundDetails.models;
  body.roundDetails.models = written.map(({ position, scores }) => ({
    ...template,
    id: uuid(position),
    v2Corr20: `@${scores[0]?.text ?? "null"}@`,
    mmc: `@${scores[1]?.text ?? "null"}@`,
  }));
  // Bare, so that each number is read from exactly this text.
  const text = JSON.stringify(body).replaceAll(/"@(.*?)@"/g, "$1");
  const { details } = readRound(parseJson(text, "body"), { now: START });
  return { ...details, readAt: START + details.models.length };
}

/** A locked round with the rows' stakes, whose positions are all on models of their own. */
function chainOf(written: readonly Row[]): ChainFacts {
  const stakeAt = new Map(written.map(({ position, stake }) => [position, stake]));
  const batches = Array.from({ length: BATCHES }, (_, index) => {
    const words = packStakes(Array.from({ length: USED }, (_, lane) => stakeAt.get(index * LANES + lane) ?? 0n));
    return batch(index, { state: "locked", stakes: words, stakesHash: hashWords(words) });
  });
  return chain(START + 1_000, [round({ state: "locked", batches })], { models: MODELS });
}

function reportsOf(facts: ChainFacts, sheet: ScoreSheet) {
  const feed = { ...feedFor(facts), sheets: new Map([[1n, { ok: true, value: sheet } as const]]) };
  return { feed, reports: wantedReports(facts, feed, SETTINGS).get(1n)?.reports ?? [] };
}

function shownBy(facts: ChainFacts, sheet: ScoreSheet): Evidence[] {
  const [{ batches }] = facts.rounds as [RoundFacts];
  return reportsOf(facts, sheet).reports.map((each) =>
    evidenceOf(each, batches[each.batch]?.stakes ?? [], facts.models, sheet),
  );
}

const cases = fc.tuple(rows, fc.nat(), fc.constantFrom(0, 1), values).map(([written, pick, field, value]) => {
  const changed = pick % written.length;
  const theirs = written.map((row, index): Row => {
    if (index !== changed) return row;
    return { ...row, scores: field === 0 ? [value, row.scores[1]] : [row.scores[0], value] };
  });
  return { mine: written, theirs, changed, field };
});

/** What a model is paid on: a missing score counts 0. */
function paid({ scores: [a, b] }: Row): readonly [bigint, bigint] {
  return [a?.units ?? 0n, b?.units ?? 0n];
}

describe("a difference in a single field", () => {
  it(`is named exactly, ${RUNS} times, and nothing else ever is`, () => {
    let named = 0;
    fc.assert(
      fc.property(cases, ({ mine, theirs, changed, field }) => {
        const [left, right] = [mine[changed], theirs[changed]] as [Row, Row];
        const matters = left.stake > 0n && paid(left).some((score, index) => score !== paid(right)[index]);
        const facts = chainOf(mine);
        const [my, your] = [sheetOf(mine), sheetOf(theirs)];
        const [ours, yours] = [shownBy(facts, my), shownBy(facts, your)];
        const testimony: Testimony = {
          ...NOBODY,
          own: ours,
          others: yours,
          attestations: [...signedBy([ME], ours.map(asReport)), ...signedBy([YOU], yours.map(asReport))],
        };
        const found = disagreements(facts, testimony);
        if (!matters) {
          expect(found).toEqual([]);
          return;
        }
        named += 1;
        const { position } = left;
        const difference = {
          batch: Math.floor(position / LANES),
          lane: position % LANES,
          position,
          model: modelId(uuid(position)),
          field: FIELDS[field],
          mine: left.scores[field]?.text ?? null,
          theirs: right.scores[field]?.text ?? null,
          cause: "text",
        };
        expect(found).toMatchObject([{ reporters: [YOU], isReported: false, differences: [difference] }]);
        expect(found[0]?.differences).toHaveLength(1);
        const said = plan(facts, reportsOf(facts, my).feed, testimony, SETTINGS);
        const [reason] = [...said.waiting, ...said.notes].filter(({ code }) => code === "disagreement");
        for (const part of [
          `position ${position} (lane ${difference.lane}), model ${difference.model}, ${difference.field}`,
          `mine ${difference.mine ?? "nothing"}, theirs ${difference.theirs ?? "nothing"}`,
          YOU,
          my.digest,
          your.digest,
        ]) {
          expect(reason?.message).toContain(part);
        }
      }),
      { numRuns: 2.5 * RUNS },
    );
    expect(named).toBeGreaterThanOrEqual(RUNS);
  });
});

function asReport(evidence: Evidence) {
  return { ...evidence, eligibleAt: 0, deadline: 0 };
}

describe("differences", () => {
  const model = modelId(uuid(1));
  const evidence = (scores: readonly (readonly [bigint, bigint])[], raws: readonly (Record<string, string> | null)[]) =>
    ({
      tournament: 1,
      round: 1n,
      batch: 1,
      attempt: 0,
      stakesHash: hashWords([]),
      scoresHash: hashWords(packScores(scores)),
      scores: packScores(scores),
      feedDigest: hashWords([1n]),
      readAt: START,
      positions: raws.map((raw, lane) => ({ position: LANES + lane, model, raw })),
    }) satisfies Evidence;
  const brief = (mine: Evidence, theirs: Evidence) =>
    differences(mine, theirs).map((each) => [each.position, each.field, each.mine, each.theirs, each.cause]);

  it("of the words under equal texts are a version's, whichever way the texts are written", () => {
    const mine = evidence([[1n, 2n]], [{ a: "1e-9", b: "0.000000002" }]);
    expect(brief(mine, evidence([[1n, 3n]], [{ a: "0.000000001", b: "2E-9" }]))).toEqual([
      [1_024, "score 1", "0.000000002", "0.000000003", "version"],
    ]);
  });

  it("of all lanes are told, in the order of the positions", () => {
    const mine = evidence([[1n, 1n], [2n, 2n], [3n, 3n]], [{ a: "1" }, { a: "2" }, { a: "3" }]); // prettier-ignore
    const theirs = evidence([[1n, 9n], [2n, 2n], [4n, 3n]], [{ a: "9" }, { a: "2.0" }, { a: "4" }]); // prettier-ignore
    expect(brief(mine, theirs)).toEqual([
      [1_024, "a", "1", "9", "text"],
      [1_026, "a", "3", "4", "text"],
    ]);
  });

  it("name a model that only one of the feeds lists, and a field that only one has", () => {
    expect(brief(evidence([[1n, 1n]], [{ a: "1" }]), evidence([[0n, 0n]], [null]))).toEqual([
      [1_024, "model", model, null, "text"],
    ]);
    expect(brief(evidence([[0n, 0n]], [null]), evidence([[1n, 1n]], [{ a: "1" }]))).toEqual([
      [1_024, "model", null, model, "text"],
    ]);
    expect(brief(evidence([[0n, 0n]], [null]), evidence([[1n, 1n]], [null]))).toEqual([
      [1_024, "score 0", "0", "0.000000001", "version"],
      [1_024, "score 1", "0", "0.000000001", "version"],
    ]);
    expect(brief(evidence([[1n, 1n]], [{ a: "1" }]), evidence([[2n, 1n]], [{ a: "1", b: "x" }]))).toEqual([
      [1_024, "b", null, "x", "text"],
    ]);
  });

  it("of texts that are no numbers are the texts themselves", () => {
    const written = (a: string) => evidence([[a === "x" ? 1n : 2n, 0n]], [{ a, b: "x" }]);
    for (const other of ["y", "1", "X"])
      expect(brief(written("x"), written(other))).toEqual([[1_024, "a", "x", other, "text"]]);
  });

  it("name positions that stand for different models", () => {
    const other = numberToHex(5, { size: 32 });
    const theirs = evidence([[2n, 1n]], [{ a: "1" }]);
    const moved = { ...theirs, positions: theirs.positions.map((each) => ({ ...each, model: other })) };
    expect(brief(evidence([[1n, 1n]], [{ a: "1" }]), moved)).toEqual([[1_024, "model", model, other, "text"]]);
  });

  it("stay to the words where no texts are known, as of what the contract holds", () => {
    expect(brief(evidence([[-5n, 1n]], [{ a: "1" }]), evidence([[5n, 1n]], []))).toEqual([
      [1_024, "score 0", "-0.000000005", "0.000000005", "unknown"],
    ]);
    const longer = evidence([[1n, 1n], [0n, 0n], [0n, 0n], [0n, 0n], [7n, 0n]], []); // prettier-ignore
    expect(brief(evidence([[1n, 1n]], []), longer).slice(-2)).toEqual([
      [1_028 + 3, "score 0", null, "0", "unknown"],
      [1_028 + 3, "score 1", null, "0", "unknown"],
    ]);
  });

  it("are told in a sentence: how many, the first, and what it comes from", () => {
    const said = (mine: Evidence, theirs: Evidence): string =>
      sayDisagreement({
        mine,
        theirs,
        scoresHash: theirs.scoresHash,
        reporters: [YOU],
        isReported: false,
        differences: differences(mine, theirs),
      });
    const digits = "1".repeat(81);
    const mine = evidence([[1n, 2n]], [{ a: digits }]);
    expect(said(mine, evidence([[3n, 4n]], [{ a: digits }]))).toMatch(
      /: 2 differences, the first at position 1024 \(lane 0\), model 0x\w+, score 0: mine \S+, theirs \S+; the feed wrote the same for both, so one computes wrongly: compare the versions; /,
    );
    expect(said(mine, evidence([[3n, 2n]], [{ a: "3" }]))).toContain(
      `: 1 difference, the first at position 1024 (lane 0), model ${model}, a: mine ${"1".repeat(80)}…, theirs 3; mine from`,
    );
    expect(said(evidence([[1n, 2n]], []), evidence([[3n, 2n]], []))).toContain(
      "model none, score 0: mine 0.000000001,",
    );
  });

  it("are unknown while nobody shows them, and told with the contract's words once they are reported", () => {
    const mine = evidence([[1n, 1n]], [{ a: "1" }]);
    const scores = packScores([[2n, 1n]]);
    const { stakesHash } = mine;
    const held = batch(1, { state: "locked", stakesHash });
    const facts = chain(START, [round({ state: "locked", batches: [batch(0, { state: "locked" }), held] })]);
    const said = { ...asReport(mine), scores, scoresHash: hashWords(scores) };
    const testimony = { ...NOBODY, own: [mine], attestations: signedBy([YOU], [said]) };
    const [unknown] = disagreements(facts, testimony);
    expect(unknown).toMatchObject({ differences: null, theirs: null, isReported: false });
    expect(unknown && sayDisagreement(unknown)).toMatch(/nobody who signed them shows what they are made from/);
    const reported = { ...held, state: "reported", scores } as const;
    const later = chain(START, [round({ state: "locked", batches: [batch(0, { state: "locked" }), reported] })]);
    const [known] = disagreements(later, testimony);
    expect(known).toMatchObject({
      isReported: true,
      reporters: [YOU],
      differences: [{ field: "score 0", cause: "unknown" }],
    });
    expect(disagreements(later, { ...NOBODY, own: [mine] })).toMatchObject([{ isReported: true, reporters: [] }]);
    expect(disagreements(later, { ...NOBODY, own: [{ ...mine, ...said }] })).toEqual([]);
    expect(known && sayDisagreement({ ...known, differences: [] })).toContain("no lane differs");
    expect(disagreements(chain(START, []), { ...NOBODY, own: [mine] })).toEqual([]);
  });
});
