import fc from "fast-check";
import { type Address, zeroHash } from "viem";
import { describe, expect, it } from "vitest";
import { auditRound } from "../src/core/audit.ts";
import { derivePayout } from "../src/core/derivation.ts";
import type { ScoreSheet } from "../src/core/facts.ts";
import type { AuditFinding } from "../src/core/findings.ts";
import type { BatchHistory, RoundHistory, ShownSignature, SignedReport } from "../src/core/history.ts";
import { payoutFactorDown, previewPayout, rate, totalAtRiskDown } from "../src/core/payout.ts";
import { hashWords, packPayouts, packScores, packStakes } from "../src/core/words.ts";
import { REPORTERS, round as roundFacts, SHEET, START, TERMS } from "./plan-world.ts";

const STAKES = [1_000_000n, 0n, 3_000_000n, 4_000_000n, 5_000_000n];
const MODELS = SHEET.models.slice(0, STAKES.length).map(({ model }) => model);
const TOTAL = totalAtRiskDown(13_000_000n, TERMS);
const SCORES = STAKES.map((stake, index) => [stake === 0n ? 0n : BigInt(index - 2) * 10n ** 7n, 0n] as const);
const PAYOUTS = STAKES.map((stake, index) => previewPayout(TERMS, TOTAL, stake, SCORES[index] ?? [0n, 0n]));
const [first, second] = REPORTERS;
const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);
const REWARDED = sum(PAYOUTS.filter((payout) => payout > 0n));
const BURNED = -sum(PAYOUTS.filter((payout) => payout < 0n));

const sheet: ScoreSheet = {
  ...SHEET,
  models: SHEET.models.map((row, index) => ({ ...row, scores: SCORES[index] ?? null })),
};

/** Signatures as a transaction shows them, each of its reporter's own. */
function signedBy(reporters: readonly (Address | undefined)[], changes: Partial<ShownSignature> = {}): SignedReport {
  const named = reporters.flatMap((reporter) => reporter ?? []);
  const hashes = { stakesHash: hashWords(packStakes(STAKES)), scoresHash: hashWords(packScores(SCORES)) };
  return {
    report: { tournament: 1, round: 1n, batch: 0, attempt: 0, ...hashes },
    digest: "0x02",
    signers: named.reduce((bits, reporter) => bits | (1n << BigInt(REPORTERS.indexOf(reporter))), 0n),
    signatures: named.map((reporter) => ({
      reporter,
      signature: "0x03",
      recovered: reporter,
      isTrue: true,
      ...changes,
    })),
  };
}

/** The same of another attempt. */
function ofAttempt(attempt: number, signed: SignedReport): SignedReport {
  return { ...signed, report: { ...signed.report, attempt } };
}

/** Everything as it must be, with one veto on the way. */
function history(): RoundHistory & { batches: [BatchHistory] } {
  const at = (time: number) => ({ block: BigInt(time), time, transaction: "0x01" as const });
  const stakes = packStakes(STAKES);
  const scores = packScores(SCORES);
  const signed = signedBy([first, second]);
  const report = { scores, signers: 0b11n };
  const { schedule, quorum } = roundFacts();
  const totals = { atRisk: TOTAL, payoutFactor: payoutFactorDown(TOTAL, TERMS), rewarded: REWARDED, burned: BURNED };
  const opening = { terms: TERMS, schedule, reporters: REPORTERS, quorum };
  return {
    number: 1n,
    state: "settled",
    opened: at(START - 9_000),
    ...opening,
    totals,
    contract: {
      ...{ ...opening, state: "settled", totals, staked: sum(STAKES) },
      counts: { all: 1, locked: 1, reported: 1, settled: 1 },
    },
    batches: [
      {
        index: 0,
        kept: {
          attempt: 1,
          reportedAt: START + 1_200,
          stakesHash: hashWords(stakes),
          scoresHash: hashWords(scores),
        },
        lock: { ...at(START), stakes },
        reports: [
          { ...at(START + 1_000), attempt: 0, ...report, signed },
          { ...at(START + 1_200), attempt: 1, ...report, signed: ofAttempt(1, signed) },
        ],
        vetoes: [{ ...at(START + 1_099), attempt: 0 }],
        settlement: {
          ...at(START + 1_300),
          rewarded: REWARDED,
          burned: BURNED,
          payouts: packPayouts(PAYOUTS),
          balances: [...STAKES, 0n, 0n, 0n],
          brought: { stakes, scores },
        },
      },
    ],
  };
}

type Changed = Partial<BatchHistory>;
type Change = (batch: BatchHistory) => Changed;

function audited(change: Change = () => ({}), round: Partial<RoundHistory> = {}, seen: ScoreSheet | null = sheet) {
  const good = history();
  const [only] = good.batches;
  return auditRound({
    round: { ...good, ...round, batches: [{ ...only, ...change(only) }] },
    models: MODELS,
    sheet: seen,
  });
}

const said = (findings: readonly AuditFinding[]): string[] =>
  findings.map(({ verdict, message }) => `${verdict}: ${message}`);
const last = <T>(items: readonly T[]): T => items[items.length - 1] as T;
const settlement =
  (changes: object): Change =>
  ({ settlement: was }) => ({ settlement: was && { ...was, ...changes } });
const kept =
  (changes: object): Change =>
  ({ kept: was }) => ({ kept: was && { ...was, ...changes } });
const lastReport =
  (changes: object): Change =>
  ({ reports }) => ({
    reports: [...reports.slice(0, -1), { ...last(reports), ...changes }],
  });

describe("the audit of a round", () => {
  it("has nothing to say of a good one", () => {
    expect(audited()).toEqual([]);
    expect(audited(undefined, {}, null)).toEqual([]);
    expect(audited(settlement({ brought: null }))).toEqual([]);
  });

  it.each<[string, Change, RegExp]>([
    ["a lock that is missing", () => ({ lock: null }), /the event of its lock is missing/],
    ["a report that is missing", () => ({ reports: [], vetoes: [] }), /the event of its report is missing/],
    ["a settlement that is missing", () => ({ settlement: null }), /the event of its settlement is missing/],
    [
      "a lock before the close",
      ({ lock }) => ({ lock: lock && { ...lock, time: START - 1 } }),
      /^difference: locked at \d+, which is not from/,
    ],
    ["a lock at lockedBy", ({ lock }) => ({ lock: lock && { ...lock, time: START + 600 } }), /locked at/],
    [
      "a report before the resolution",
      ({ reports }) => ({ reports: reports.map((each) => ({ ...each, time: each.time - 300 })) }),
      /reported at/,
    ],
    ["a report too late to be settled", lastReport({ time: START + 9_000 - 100 - 3_600 + 1 }), /reported at/],
    [
      "a veto after its window",
      ({ vetoes }) => ({ vetoes: vetoes.map((veto) => ({ ...veto, time: START + 1_100 })) }),
      /vetoed at/,
    ],
    ["a settlement within the window", settlement({ time: START + 1_299 }), /settled at/],
    ["a settlement at settledBy", settlement({ time: START + 9_000 }), /settled at/],
    [
      "a veto that nobody reported again",
      () => ({ vetoes: [] }),
      /vetoes before the last report: 0 on chain, recomputed 1/,
    ],
    ["an attempt out of turn", lastReport({ attempt: 2 }), /attempt 2 is reported out of turn/],
    [
      "a reporter who did not sign",
      lastReport({ signed: ofAttempt(1, signedBy([first])) }),
      /did not sign these words/,
    ],
    [
      "too few signatures",
      lastReport({ signed: ofAttempt(1, signedBy([first])), signers: 1n }),
      /has 1 true signatures of 2/,
    ],
    [
      "signatures that are none",
      lastReport({ signed: signedBy([first, second], { recovered: null, isTrue: false }) }),
      /has 0 true signatures of 2/,
    ],
    [
      "a signature that the event doesn't tell of",
      lastReport({ signers: 1n }),
      /attempt 1: signers: 0x1 on chain, recomputed 0x3/,
    ],
    [
      "a contract whose word can't be told any more",
      lastReport({ signed: ofAttempt(1, signedBy([first, second], { recovered: null, isTrue: null })) }),
      /^unknown: attempt 1: what 0x\w+ said of its signature can't be told/,
    ],
    [
      "signatures under other scores",
      ({ reports }) => ({
        reports: reports.map((each) => ({ ...each, scores: [...packScores(SCORES.slice(1)), 0n] })),
      }),
      /attempt 1: hash of the signed scores/,
    ],
    [
      "signatures for another attempt",
      lastReport({ signed: signedBy([first, second]) }),
      /the attempt that was signed: 0/,
    ],
    [
      "stakes that nobody signed for",
      ({ lock }) => ({ lock: lock && { ...lock, stakes: [1n, 2n] } }),
      /hash of the signed stakes/,
    ],
    ["stakes that the contract doesn't know", kept({ stakesHash: "0x01" }), /hash of the kept stakes: 0x01 on chain/],
    ["scores that the contract doesn't know", kept({ scoresHash: "0x01" }), /hash of the kept scores: 0x01 on chain/],
    ["vetoes that the contract didn't count", kept({ attempt: 2 }), /vetoes: 2 on chain, recomputed 1/],
    ["a report at another time than the contract's", kept({ reportedAt: 1 }), /time of the report: 1 on chain/],
    [
      "a veto of another attempt",
      ({ vetoes }) => ({ vetoes: vetoes.map((veto) => ({ ...veto, attempt: 1 })) }),
      /attempt 1 is vetoed out of turn/,
    ],
    ["a batch that the round doesn't have", () => ({ index: 1 }), /has a settlement, and the round has 1 batches/],
    ["signatures that can't be seen", lastReport({ signed: null }), /^unknown: .* doesn't show the signatures/],
    [
      "other stakes in the settlement",
      settlement({ brought: { stakes: [1n], scores: packScores(SCORES) } }),
      /stakes word 0: 0x\w+ in the lock's event, 0x1 in/,
    ],
    [
      "other scores in the settlement",
      settlement({ brought: { stakes: packStakes(STAKES), scores: [] } }),
      /scores word 0: 0x\w+ in the report's event, nothing in/,
    ],
    [
      "a reward that is too high",
      settlement({ payouts: packPayouts(PAYOUTS.with(4, (PAYOUTS[4] ?? 0n) + 1n)) }),
      /position 4, payout: \S+ NMR was settled, the formula gives/,
    ],
    [
      "a payout lane too many",
      settlement({ payouts: [...packPayouts(PAYOUTS), 0n] }),
      /payout lanes: 12 on chain, recomputed 8/,
    ],
    ["no payouts at all", settlement({ payouts: [] }), /position 4, payout: 0 NMR was settled, the formula gives/],
    [
      "no payout of a burn, where the balance isn't known",
      settlement({ payouts: packPayouts(PAYOUTS.with(0, 0n)), balances: [] }),
      /^note: position 0: the burn of \S+ NMR was cut to the 0 it had left/,
    ],
    [
      "a burn that is too small for no reason",
      settlement({ payouts: packPayouts(PAYOUTS.with(0, (PAYOUTS[0] ?? 0n) + 1n)) }),
      /position 0, payout/,
    ],
    ["another sum of rewards", settlement({ rewarded: REWARDED + 1n }), /rewarded \(NMR\)/],
    ["another sum of burns", settlement({ burned: BURNED + 1n }), /burned \(NMR\)/],
  ])("finds %s", (_, change, message) => {
    expect(said(audited(change))).toContainEqual(expect.stringMatching(message));
  });

  it.each<[string, Partial<RoundHistory>, RegExp]>([
    [
      "another contract's terms",
      { contract: { ...history().contract, terms: { ...TERMS, clip: 1n } } },
      /terms: the events say .*, the contract says /,
    ],
    ["another total", { totals: { ...history().totals, atRisk: 1n } }, /total at risk \(NMR\)/],
    ["another factor", { totals: { ...history().totals, payoutFactor: 1n } }, /payout factor \(1e-18\)/],
    ["other reporters", { reporters: [...REPORTERS].reverse() }, /reporters: the events say/],
  ])("finds %s", (_, round, message) => {
    expect(said(audited(undefined, round))).toContainEqual(expect.stringMatching(message));
  });

  it("finds any score that the feed has otherwise, and names position, model, field and both", () => {
    fc.assert(
      fc.property(fc.constantFrom(0, 2, 3, 4), fc.nat(1), fc.integer({ min: 1, max: 1_000 }), (row, which, delta) => {
        const models = sheet.models.map((each, index) => {
          const [high, low] = each.scores ?? [0n, 0n];
          const moved = which === 0 ? ([high + BigInt(delta), low] as const) : ([high, low + BigInt(delta)] as const);
          return index === row ? { ...each, scores: moved } : each;
        });
        const found = said(audited(undefined, {}, { ...sheet, models }));
        const field = which === 0 ? "first" : "second";
        expect(found).toEqual([
          expect.stringMatching(
            new RegExp(
              `^difference: position ${row}, model m${row} \\(0x\\w+\\), ${field} \\(the feed's text: .*\\): \\S+ was reported, the feed gives \\S+$`,
            ),
          ),
        ]);
      }),
    );
  });

  it("says so where the feed wrote nothing for a score that was reported", () => {
    const models = sheet.models.map((each, index) =>
      index === 4 ? { ...each, scores: null, raw: { first: null, second: null } } : each,
    );
    expect(said(audited(undefined, {}, { ...sheet, models }))).toEqual([
      expect.stringMatching(/, first \(the feed's text: nothing\): 0\.02 was reported, the feed gives 0$/),
    ]);
  });

  it("takes a model that the feed doesn't list for one without scores, and says so", () => {
    const models = sheet.models.filter((_, index) => index !== 4);
    expect(said(audited(undefined, {}, { ...sheet, models }))).toEqual([
      expect.stringMatching(/^difference: position 4, model 0x\w+, score 0: 0\.02 was reported, the feed gives 0$/),
      expect.stringMatching(/^note: position 4, model 0x\w+: scored 0, because the feed doesn't list it$/),
    ]);
    const unknown = auditRound({ round: history(), models: [], sheet: null });
    expect(unknown).toEqual([]);
  });

  it("finds reported words that are more or fewer than the stakes", () => {
    const longer = lastReport({ scores: [...packScores(SCORES), 1n] });
    expect(said(audited(longer))).toContainEqual(
      expect.stringMatching(/position 8, model none, score 1: 0\.000000001 was reported, the feed gives nothing/),
    );
    expect(said(audited(lastReport({ scores: [] })))).toContainEqual(
      expect.stringMatching(/nothing was reported, the feed gives -0\.02/),
    );
  });

  it("explains a burn that was cut at what the position had left", () => {
    const cut = PAYOUTS.with(0, -7n);
    const found = audited(
      settlement({
        payouts: packPayouts(cut),
        balances: [7n, ...STAKES.slice(1), 0n, 0n, 0n],
        burned: BURNED + (PAYOUTS[0] ?? 0n) + 7n,
      }),
      {
        totals: { ...history().totals, burned: BURNED + (PAYOUTS[0] ?? 0n) + 7n },
        contract: { ...history().contract, totals: { ...history().totals, burned: BURNED + (PAYOUTS[0] ?? 0n) + 7n } },
      },
    );
    expect(said(found)).toEqual([
      expect.stringMatching(/^note: position 0: the burn of \S+ NMR was cut to the 0\.000000007 it had left$/),
    ]);
  });
});

describe("the audit of a round that isn't over", () => {
  const NOTHING = { atRisk: 0n, payoutFactor: 0n, rewarded: 0n, burned: 0n };
  const { contract, totals } = history();
  const counts = { all: 1, locked: 1, reported: 0, settled: 0 };
  /** As far as the totals say; what the contract says is the same. */
  const stage = (
    state: RoundHistory["state"],
    counted: Partial<typeof counts>,
    word: Partial<RoundHistory["contract"]> = {},
  ) => {
    const said = { ...totals, rewarded: 0n, burned: 0n, ...word.totals };
    const now = { ...contract, ...word, state, totals: said, counts: { ...counts, ...counted } };
    return { state, totals: said, contract: now };
  };
  const unlocked = { totals: NOTHING, staked: 0n };
  const keptAs = (attempt: number, was: BatchHistory["kept"]): BatchHistory["kept"] =>
    was && { ...was, attempt, reportedAt: 0, scoresHash: zeroHash };
  const only = history().batches[0];

  it.each<[string, Partial<RoundHistory>, Change]>([
    [
      "open",
      { ...stage("open", { all: 0, locked: 0 }, unlocked) },
      () => ({ lock: null, reports: [], vetoes: [], settlement: null, kept: null }),
    ],
    [
      "with one batch of two locked",
      stage("locking", { all: 2 }, { totals: NOTHING }),
      () => ({ reports: [], vetoes: [], settlement: null, kept: null }),
    ],
    [
      "locked",
      stage("locked", {}),
      ({ kept: was }) => ({ reports: [], vetoes: [], settlement: null, kept: keptAs(0, was) }),
    ],
    [
      "vetoed",
      stage("locked", {}),
      ({ reports, kept: was }) => ({ reports: reports.slice(0, 1), settlement: null, kept: keptAs(1, was) }),
    ],
    ["reported", stage("locked", { reported: 1 }), () => ({ settlement: null })],
    [
      "reported, and forgotten by the contract",
      stage("void", { reported: 1 }),
      () => ({ settlement: null, kept: null }),
    ],
  ])("has nothing to say of one that is %s", (_, round, change) => {
    expect(said(audited(change, round))).toEqual([]);
  });

  it("counts what the contract counts", () => {
    const round = stage("locking", { all: 2 }, unlocked);
    const found = said(audited(() => ({ lock: null, reports: [], vetoes: [], settlement: null, kept: null }), round));
    expect(found).toContainEqual("difference: batches with a lock: 1 on chain, recomputed 0");
    const twice = { batches: [only, { ...only, index: 1 }] };
    const both = auditRound({ round: { ...history(), ...twice }, models: MODELS, sheet });
    expect(said(both)).toContainEqual("difference: has a lock, and the round has 1 batches");
  });
});

const scores = fc.tuple(fc.bigInt(-(2n ** 31n) + 1n, 2n ** 31n - 1n), fc.bigInt(-(2n ** 31n) + 1n, 2n ** 31n - 1n));
const terms = fc.record({
  multipliers: fc.tuple(fc.bigInt(-(10n ** 10n), 10n ** 10n), fc.bigInt(-(10n ** 10n), 10n ** 10n)),
  clip: fc.bigInt(0n, 10n ** 9n),
  stakeThreshold: fc.constantFrom(0n, 10n ** 9n),
  exposure: fc.bigInt(0n, 10n ** 9n),
});

describe("a payout, derived", () => {
  it("comes to what the contract pays, and names each bound that bit and no other", () => {
    fc.assert(
      fc.property(scores, terms, fc.bigInt(1n, 10n ** 16n), fc.bigInt(0n, 10n ** 10n), (own, rules, stake, total) => {
        const { payout, bounds, lines } = derivePayout({ stake, scores: own, terms: rules, total, applied: null });
        expect(payout).toBe(previewPayout(rules, total, stake, own));
        const factor = payoutFactorDown(total, rules);
        const free = rate(own, factor, { ...rules, clip: 10n ** 30n });
        expect(bounds).toEqual([
          ...(factor < 10n ** 18n ? ["payout factor"] : []),
          ...(free !== rate(own, factor, rules) ? ["clip"] : []),
          ...(rules.exposure < 10n ** 9n ? ["exposure"] : []),
        ]);
        expect(lines).toHaveLength(5);
      }),
    );
  });

  it("says that a burn was cut", () => {
    const { payout, bounds, lines } = derivePayout({
      stake: 1_000n,
      scores: [-(10n ** 9n), 0n],
      terms: TERMS,
      total: 1n,
      applied: -7n,
    });
    expect(payout).toBe(-7n);
    expect(bounds).toEqual(["clip", "what was left of the stake"]);
    expect(lines.at(-1)).toMatch(/applied += -0\.000000007 NMR: the burn took all/);
  });
});
