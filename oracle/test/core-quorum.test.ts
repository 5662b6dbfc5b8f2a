import fc from "fast-check";
import { type Address, type Hex, numberToHex } from "viem";
import { describe, expect, it } from "vitest";
import {
  type Attestation,
  type Evidence,
  evidenceFault,
  evidenceOf,
  isSameAttempt,
  type PeerState,
  type Testimony,
  wantedEvidence,
  type WantedReport,
  wantedSignatures,
} from "../src/core/attestation.ts";
import type { ChainFacts, FeedView, Settings } from "../src/core/facts.ts";
import { plan } from "../src/core/plan.ts";
import { reportDeadline, wantedReports } from "../src/core/steps/report.ts";
import { hashWords, packScores, packStakes } from "../src/core/words.ts";
import {
  contradicted,
  endsAfter,
  outdated,
  shownWork,
  uncheckedRounds,
  worksAfter,
  worksOf,
  withFinalEnds,
} from "../src/core/work.ts";
import { batch, chain, feedFor, ME, NOBODY, round, SETTINGS, SHEET, signedBy, START } from "./plan-world.ts";

const STAKES = packStakes([1_000n, 0n, 3_000n, 4_000n]);
const FIVE: readonly Address[] = [1, 2, 3, 4, 5].map((n) => numberToHex(n, { size: 20 }));
const [A, B, C, D] = FIVE as readonly [Address, Address, Address, Address, Address];
const QUORUM = 3;
const OTHER = packScores([[7n, 7n]]);

const locked = round({
  state: "locked",
  reporters: FIVE,
  quorum: QUORUM,
  batches: [batch(0, { state: "locked", stakes: STAKES, stakesHash: hashWords(STAKES) })],
});
const facts = chain(START + 1_000, [locked]);
const feed = feedFor(facts);
const only = (...reporters: Address[]): Settings => ({ ...SETTINGS, reporters });

function wanted(settings = only(A), at = facts): WantedReport {
  const [report] = wantedReports(at, feed, settings).get(1n)?.reports ?? [];
  if (report === undefined) throw new Error("nothing to sign");
  return report;
}

const MINE = wanted();
const THEIRS: WantedReport = { ...MINE, scores: OTHER, scoresHash: hashWords(OTHER), feedDigest: hashWords([9n]) };

function peer(reporters: readonly Address[] | null, fault: string | null = null): PeerState {
  return { host: "peer.example", reporters, fault };
}

function saying(changes: Partial<Testimony>): Testimony {
  return { ...NOBODY, ...changes };
}

const codes = (testimony: Testimony, settings = only(A), at = facts) =>
  plan(at, feed, testimony, settings).waiting.map(({ code }) => code);
const actions = (testimony: Testimony, settings = only(A), at = facts) => plan(at, feed, testimony, settings).actions;

describe("a report", () => {
  const signers = fc.subarray([...FIVE]);
  const changes: fc.Arbitrary<Partial<WantedReport>> = fc.constantFrom<Partial<WantedReport>>(
    { scoresHash: THEIRS.scoresHash },
    { stakesHash: hashWords([1n]) },
    { attempt: 1 },
    { batch: 1 },
    { round: 2n },
    { tournament: 2 },
  );

  it("is made exactly where a quorum signed the very words that are computed here, and carries a quorum of them", () => {
    fc.assert(
      fc.property(signers, fc.array(fc.tuple(changes, signers)), fc.nat(), (agreeing, others, shuffle) => {
        const said = [
          ...signedBy(agreeing, [MINE]),
          ...others.flatMap(([change, by]) => signedBy(by, [{ ...MINE, ...change }])),
        ];
        const attestations = said.toSorted((a, b) => (a.signature + String(shuffle) < b.signature ? -1 : 1));
        const made = actions(saying({ attestations }));
        expect(made.map(({ kind }) => kind)).toEqual(agreeing.length >= QUORUM ? ["report"] : []);
        const [report] = made;
        if (report?.kind !== "report") return;
        const places = agreeing
          .map((reporter) => FIVE.indexOf(reporter))
          .toSorted((a, b) => a - b)
          .slice(0, QUORUM);
        expect(report.signatures.map(({ index }) => index)).toEqual(places);
        for (const { index, address, signature } of report.signatures) {
          expect(address).toBe(FIVE[index]);
          expect(signature).toBe(signedBy([address], [MINE])[0]?.signature);
        }
        expect(hashWords(report.scores)).toBe(MINE.scoresHash);
      }),
    );
  });

  it("says how many signatures are missing, and whose", () => {
    const [reason] = plan(facts, feed, saying({ attestations: signedBy([A, C], [MINE]) }), only(A)).waiting;
    expect(reason).toMatchObject({ code: "signatures_missing", round: 1n, batch: 0, until: reportDeadline(locked) });
    expect(reason?.message).toBe(
      `round 1 batch 0 has 2 of the 3 signatures that it needs, none of ${[B, D, FIVE[4]].join(", ")}`,
    );
  });

  it("says that a quorum can't be reached where too few reporters are here, answer or have spoken", () => {
    expect(codes(saying({ peers: [peer(null)] }))).toEqual(["quorum_unreachable"]);
    expect(codes(saying({ peers: [peer([B])] }))).toEqual(["quorum_unreachable"]);
    expect(codes(saying({ peers: [peer([B, C])] }))).toEqual(["signatures_missing"]);
    expect(codes(saying({ peers: [peer([B])], attestations: signedBy([C], [THEIRS]) }))).toEqual([
      "signatures_missing",
    ]);
    expect(codes(saying({ peers: [peer([ME, ME])] }))).toEqual(["quorum_unreachable"]);
    expect(codes(NOBODY)).toEqual(["signatures_missing"]);
  });

  it("isn't made where nothing is known of the round's reports", () => {
    expect(plan(facts, feed, saying({ attestations: signedBy(FIVE, [MINE]) }), only(A), new Map()).actions).toEqual([]);
  });

  it("isn't made by a reporter of words that it didn't compute, whoever signed them", () => {
    const attestations = signedBy([B, C, D], [THEIRS]);
    const others = [evidenceOf(THEIRS, STAKES, facts.models, SHEET)];
    expect(actions(saying({ attestations, others }))).toEqual([]);
  });

  it("of a round without a reporter here is relayed once a quorum signed it and its words are shown", () => {
    const shown = evidenceOf(THEIRS, STAKES, facts.models, SHEET);
    const attestations = signedBy([B, C, D], [THEIRS]);
    const relayer = only();
    expect(actions(saying({ attestations, others: [shown] }), relayer)).toMatchObject([
      {
        kind: "report",
        scoresHash: THEIRS.scoresHash,
        scores: OTHER,
        signatures: [{ index: 1 }, { index: 2 }, { index: 3 }],
      },
    ]);
    expect(codes(saying({ attestations, others: [shown] }), relayer)).toEqual([]);
    for (const short of [
      saying({ attestations }),
      saying({ attestations: attestations.slice(1), others: [shown] }),
      saying({ attestations, others: [{ ...shown, attempt: 1 }] }),
      saying({ attestations, others: [{ ...shown, stakesHash: hashWords([1n]) }] }),
    ]) {
      expect(actions(short, relayer)).toEqual([]);
      expect(codes(short, relayer)).toEqual(["not_a_reporter"]);
    }
  });
});

describe("what a quorum signed", () => {
  const before = evidenceOf(THEIRS, STAKES, facts.models, SHEET);
  const attestations = signedBy([A, B, C], [THEIRS]);
  const relayed = { kind: "report", batch: 0, scoresHash: THEIRS.scoresHash, scores: OTHER };
  const away = { ...feed, rounds: { ok: false, code: "feed_down", message: "away" } } as const;
  const made = (testimony: Partial<Testimony>, settings = only(A), at = facts, from: FeedView = feed) =>
    plan(at, from, saying({ attestations, ...testimony }), settings);

  it("is reported by who signed it too, though its feed says something else since, or nothing", () => {
    expect(made({ own: [before] }).actions).toMatchObject([relayed]);
    expect(made({ own: [before] }).waiting).toEqual([]);
    expect(made({ own: [before] }, only(A), facts, away).actions).toMatchObject([relayed]);
    expect(codes(saying({ attestations, others: [before] }))).toEqual([]);
    expect(made({ others: [before] }).actions).toMatchObject([relayed]);
  });

  it("isn't reported by a reporter who didn't sign it, nor without its words, nor out of its window", () => {
    expect(made({ others: [before] }, only(D)).actions).toEqual([]);
    expect(made({}).actions).toEqual([]);
    expect(made({ own: [before], attestations: signedBy([A, B], [THEIRS]) }).actions).toEqual([]);
    expect(made({ own: [before] }, only(A), chain(START + 999, [locked])).actions).toEqual([]);
    expect(made({ own: [before] }, only(A), chain(reportDeadline(locked), [locked])).actions).toEqual([]);
  });

  it("goes out beside a batch that still waits", () => {
    const second = batch(1, { state: "locked", stakes: STAKES, stakesHash: hashWords(STAKES) });
    const both = chain(START + 1_000, [{ ...locked, batches: [...locked.batches, second] }]);
    const { actions: due, waiting } = made({ own: [before] }, only(A), both);
    expect(due).toMatchObject([relayed]);
    expect(waiting.map(({ code, batch: index }) => [code, index])).toEqual([["signatures_missing", 1]]);
    const without = made({ own: [before] }, only(A), both, away);
    expect(without.actions).toMatchObject([relayed]);
    expect(without.waiting.map(({ code }) => code)).toContain("feed_down");
  });

  it("is told apart from what the feed still gives, and from what was never signed", () => {
    const kept = worksAfter(new Map(), [THEIRS], facts, feed, [], [A]);
    const old = (due: readonly WantedReport[], said = attestations, at = facts) =>
      outdated(kept, due, at, said, [A]).map(({ report }) => report.scoresHash);
    expect(old([MINE])).toEqual([THEIRS.scoresHash]);
    expect(old([])).toEqual([THEIRS.scoresHash]);
    expect(old([THEIRS])).toEqual([]);
    expect(old([MINE], [])).toEqual([]);
    const at = (changes: Parameters<typeof batch>[1]) =>
      chain(START + 1_000, [{ ...locked, batches: [batch(0, { ...locked.batches[0], ...changes })] }]);
    expect(old([MINE], attestations, at({ state: "reported" }))).toEqual([]);
    expect(old([MINE], attestations, at({ attempt: 1 }))).toEqual([]);
    expect(old([MINE], attestations, chain(START, []))).toEqual([]);
    expect(worksOf(1n, kept, facts)).toHaveLength(1);
    expect(worksOf(2n, kept, facts)).toEqual([]);
    expect(worksOf(1n, kept, at({ attempt: 1 }))).toEqual([]);
    expect(worksOf(1n, kept, chain(START, []))).toEqual([]);
  });
});

describe("a signature", () => {
  const due = (testimony: Testimony, settings = only(A), at = facts, report = wanted(settings, at)) =>
    wantedSignatures([report], at, testimony, settings).map(({ reporter }) => reporter);

  it("is wanted of every reporter whose key is here, once", () => {
    expect(due(NOBODY, only(C, A, ME))).toEqual([A, C]);
    expect(due(saying({ attestations: signedBy([A], [MINE]) }), only(C, A))).toEqual([C]);
  });

  it("is never wanted again for an attempt that the reporter signed, whatever it signed", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n), fc.subarray([...FIVE]), (word, by) => {
        const earlier = { ...MINE, scoresHash: hashWords([word]) };
        const attestations = signedBy(by, [earlier]);
        expect(due(saying({ attestations }), only(...FIVE))).toEqual(FIVE.filter((each) => !by.includes(each)));
      }),
    );
  });

  it("is wanted anew after a veto", () => {
    const again = batch(0, { state: "locked", stakes: STAKES, stakesHash: hashWords(STAKES), attempt: 1 });
    const vetoed = chain(START + 1_000, [{ ...locked, batches: [again] }]);
    expect(due(saying({ attestations: signedBy([A], [MINE]) }), only(A), vetoed)).toEqual([A]);
  });

  it("waits for a peer that could know of an earlier life, but not into the last fifth of the window", () => {
    const alone = saying({ peers: [peer(null), peer(null)] });
    expect(due(alone)).toEqual([]);
    expect(plan(facts, feed, alone, only(A)).waiting[0]?.message).toMatch(
      /nothing new is signed before a peer answers/,
    );
    expect(due(saying({ peers: [peer(null), peer([])] }))).toEqual([A]);
    const { eligibleAt, deadline } = MINE;
    const late = deadline - Math.floor((deadline - eligibleAt) / 5);
    expect(due(alone, only(A), chain(late - 1, [locked]))).toEqual([]);
    expect(due(alone, only(A), chain(late, [locked]))).toEqual([A]);
  });

  it("that was given to other scores is named with both digests, and stands in the way until a quorum agrees", () => {
    const before = signedBy([A], [THEIRS]);
    const stuck = plan(facts, feed, saying({ attestations: before }), only(A));
    expect(stuck.waiting.map(({ code }) => code)).toEqual(["signatures_missing", "equivocation_guard"]);
    expect(stuck.waiting[1]?.message).toBe(
      `round 1 batch 0 isn't signed a second time: ${A} has signed ${THEIRS.scoresHash} from feed digest ` +
        `${THEIRS.feedDigest}, and the feed now gives ${MINE.scoresHash} with digest ${MINE.feedDigest}`,
    );
    const carried = plan(facts, feed, saying({ attestations: [...before, ...signedBy([B, C, D], [MINE])] }), only(A));
    expect(carried.actions.map(({ kind }) => kind)).toEqual(["report"]);
    expect(carried.waiting).toEqual([]);
    expect(carried.notes.map(({ code }) => code)).toEqual(["equivocation_guard"]);
  });
});

describe("work and evidence", () => {
  const reporters = [A];
  const works = (
    from: ReturnType<typeof worksAfter>,
    said: readonly Attestation[],
    report = MINE,
    at: ChainFacts = facts,
  ) => worksAfter(from, [report], at, feed, said, reporters);
  const shown = (from: ReturnType<typeof worksAfter>): Hex[] =>
    [...from.values()].map(({ report }) => report.scoresHash);

  it("stays what was signed when the feed changes afterwards, and is the latest before", () => {
    const first = works(new Map(), []);
    expect(shown(works(first, [], THEIRS))).toEqual([THEIRS.scoresHash]);
    expect(shown(works(first, signedBy([A], [MINE]), THEIRS))).toEqual([MINE.scoresHash]);
    expect(shown(works(first, signedBy([B], [MINE]), THEIRS))).toEqual([THEIRS.scoresHash]);
    // A reorganisation may take a veto back: the earlier attempt's words are then all that can be reported.
    expect(shown(works(first, signedBy([A], [MINE]), { ...THEIRS, attempt: 1 }))).toEqual([
      MINE.scoresHash,
      THEIRS.scoresHash,
    ]);
  });

  it("needs the texts of a sheet and the stakes of a batch", () => {
    const none = { ...feed, sheets: new Map() };
    expect(worksAfter(new Map(), [MINE], facts, none, [], reporters).size).toBe(0);
    expect(worksAfter(new Map(), [MINE], chain(START, []), feed, [], reporters).size).toBe(0);
    const unlisted = { ...SHEET, models: SHEET.models.slice(0, 3) };
    const shownOf = evidenceOf(MINE, STAKES, facts.models.slice(0, 3), unlisted);
    expect(shownOf.positions.map(({ position }) => position)).toEqual([0, 2]);
    expect(evidenceOf(MINE, STAKES, facts.models, unlisted).positions[2]?.raw).toBeNull();
  });

  it("is of a round that is over once the block that showed it so is final", () => {
    const over = chain(START, [], { finished: new Map([[1n, "settled"]]), finalized: 4n });
    const seen = endsAfter(new Map(), over);
    const ends = (at: ChainFacts, from = seen) => [...withFinalEnds(at, from).finished.keys()];
    expect(ends(over)).toEqual([]);
    expect(ends({ ...over, finalized: 5n })).toEqual([1n]);
    expect(ends({ ...over, finalized: 5n }, new Map())).toEqual([]);
    const later = { ...over, block: { ...over.block, number: 9n } };
    expect(endsAfter(seen, later)).toEqual(seen);
    expect(endsAfter(endsAfter(seen, facts), later)).toEqual(new Map([[1n, 9n]]));
  });

  it("is kept after the report, and forgotten when the round is over", () => {
    const kept = works(new Map(), []);
    expect(shown(worksAfter(kept, [], facts, feed, [], reporters))).toEqual([MINE.scoresHash]);
    const over = chain(START, [], { finished: new Map([[1n, "settled"]]) });
    expect(shown(worksAfter(kept, [], over, feed, [], reporters))).toEqual([]);
  });

  it("is contradicted by a reporter with other scores, or by other scores in the contract", () => {
    const mine = works(new Map(), []);
    const against = (said: readonly Attestation[], scores: readonly bigint[] = [], changes = {}) => {
      const [held] = locked.batches;
      const reported = { ...locked, batches: held === undefined ? [] : [{ ...held, scores, ...changes }] };
      return contradicted(mine, chain(START + 1_000, [reported]), said).length;
    };
    expect(against(signedBy([B], [MINE]))).toBe(0);
    expect(against(signedBy([B], [THEIRS]))).toBe(1);
    expect(against(signedBy([B], [{ ...THEIRS, attempt: 1 }]))).toBe(0);
    expect(against([], MINE.scores)).toBe(0);
    expect(against([], OTHER)).toBe(1);
    expect(against([], [...MINE.scores, 0n])).toBe(1);
    expect(against([], OTHER, { attempt: 1 })).toBe(0);
    expect(against([], OTHER, { stakesHash: hashWords([3n]) })).toBe(0);
    expect(contradicted(mine, chain(START, []), [])).toEqual([]);
  });

  it("shows the texts of every position with a stake, and of no other", () => {
    const [work] = works(new Map(), []).values();
    const evidence: Evidence | undefined = work && shownWork(work);
    expect(evidence?.positions.map(({ position, raw }) => [position, raw?.["first"]])).toEqual([
      [0, "0e-9"],
      [2, "2e-9"],
      [3, "3e-9"],
    ]);
    expect(evidence && evidenceFault(evidence)).toBeNull();
    expect(evidence && evidenceFault({ ...evidence, scores: OTHER })).toMatch(
      /^its words of round 1 batch 0 hash to 0x/,
    );
  });

  it("of batches that others reported is done for comparison, by who may sign for them, once an attempt", () => {
    const done = batch(0, { ...locked.batches[0], state: "reported", reportedAt: START + 1_000, scores: OTHER });
    const at = (changes: Partial<typeof done> = {}) =>
      chain(START + 1_010, [{ ...locked, batches: [{ ...done, ...changes }] }]);
    const checks = (seen = feed, facts_ = at()) => wantedReports(facts_, seen, only(A)).get(1n);
    expect(checks()).toMatchObject({ reports: [], waiting: [], checks: [{ scoresHash: MINE.scoresHash }] });
    expect(checks(feed, at({ vetoedHash: MINE.scoresHash }))?.checks).toHaveLength(1);
    const sheet = (value: object) => ({
      ...feed,
      sheets: new Map([[1n, { ok: true, value: { ...SHEET, ...value } }]]),
    });
    for (const unusable of [
      { ...feed, sheets: new Map() },
      { ...feed, sheets: new Map([[1n, { ok: false, code: "feed_down", message: "" }]]) },
      sheet({ resolved: false }),
      sheet({ models: [] }),
    ]) {
      expect(checks(unusable as typeof feed)?.checks).toEqual([]);
    }
    expect(() => checks(sheet({ models: null }) as never)).toThrow(TypeError);
    expect(checks(feed, at({ state: "settled" }))?.checks).toEqual([]);

    const unchecked = (from: ReturnType<typeof worksAfter>, facts_ = at(), settings = only(A)) =>
      uncheckedRounds(from, facts_, settings);
    expect(unchecked(new Map())).toEqual([1n]);
    expect(unchecked(new Map(), at(), only())).toEqual([]);
    expect(unchecked(new Map(), facts)).toEqual([]);
    const compared = worksAfter(new Map(), checks()?.checks ?? [], at(), feed, [], reporters);
    expect(unchecked(compared)).toEqual([]);
    expect(unchecked(compared, at({ attempt: 1 }))).toEqual([1n]);
    expect(unchecked(compared, at({ stakesHash: MINE.scoresHash }))).toEqual([1n]);
    expect(contradicted(compared, at(), [])).toHaveLength(1);
  });

  it("is asked for where others contradict, or to relay what a quorum signed in a round of others", () => {
    const mine = [MINE];
    const asked = (own: readonly WantedReport[], said: readonly Attestation[], settings: Settings, at = facts) =>
      wantedEvidence(own, at, said, settings).length;
    expect(asked(mine, signedBy([B], [MINE]), only(A))).toBe(0);
    expect(asked(mine, signedBy([B], [THEIRS]), only(A))).toBe(1);
    expect(asked([], signedBy([B, C, D], [THEIRS]), only(A))).toBe(0);
    expect(asked([], signedBy([B, C], [THEIRS]), only())).toBe(0);
    expect(asked([], signedBy([B, C, D], [THEIRS]), only())).toBe(3);
    const reported = chain(START + 1_000, [{ ...locked, batches: [batch(0, { state: "reported" })] }]);
    expect(asked([], signedBy([B, C, D], [THEIRS]), only(), reported)).toBe(0);
  });

  it("of one attempt isn't of another", () => {
    for (const change of [
      { tournament: 2 },
      { round: 2n },
      { batch: 1 },
      { attempt: 1 },
      { stakesHash: THEIRS.scoresHash },
    ]) {
      expect(isSameAttempt(MINE, { ...MINE, ...change })).toBe(false);
    }
    expect(isSameAttempt(MINE, THEIRS)).toBe(true);
  });
});

describe("peers in a plan", () => {
  it("are noted by host where they don't answer or serve what is refused, and not otherwise", () => {
    const { notes } = plan(
      facts,
      feed,
      saying({
        peers: [
          { host: "a.example", reporters: [B], fault: null },
          { host: "b.example", reporters: null, fault: "no answer in time" },
          { host: "c.example", reporters: [C], fault: "2 attestations refused: bad" },
          { host: "d.example", reporters: null, fault: null },
        ],
      }),
      only(A),
    );
    expect(notes.map(({ code, message }) => [code, message])).toEqual([
      ["peer_down", "2 of 4 peers can't be asked: b.example (no answer in time), d.example (no answer)"],
      ["peer_refused", "1 of 4 peers serve what is refused: c.example (2 attestations refused: bad)"],
    ]);
  });
});
