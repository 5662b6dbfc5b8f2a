import fc from "fast-check";
import type { Hex } from "viem";
import { describe, expect, it } from "vitest";
import { previewPayout, type Terms } from "../src/core/payout.ts";
import { packScores, packStakes, type Scores } from "../src/core/words.ts";
import type { KnownSheet } from "../src/service/sheets.ts";
import { sheetCache } from "../src/service/sheets.ts";
import type { FeedDetails } from "../src/feeds/feed.ts";
import { batch, chain, REPORTERS, round, START } from "./plan-world.ts";
import { appAt, attestation, operators, READINESS, tickAt } from "./service-world.ts";

type Answer = { readonly data?: Record<string, unknown> | null; readonly errors?: { readonly message: string }[] };
type Asked = { readonly query: string; readonly variables?: Record<string, unknown> };

const MODELS = chain(START, []).models.slice(0, 7);
const DIGEST: Hex = `0x${"ab".repeat(32)}`;

function sheetOf(scores: readonly (Scores | null)[], isFinal = false): KnownSheet {
  return {
    digest: DIGEST,
    readAt: START,
    isFinal,
    scores: new Map(MODELS.map((model, index) => [model, scores[index] ?? null])),
  };
}

async function ask(
  asked: Asked,
  facts = chain(START + 5, [round()]),
  sheet: KnownSheet | null = null,
  said = operators(),
): Promise<Answer> {
  const tick = tickAt(facts);
  const app = appAt(tick, READINESS, tick, { sheets: { of: () => sheet }, attester: said });
  const answer = await app.inject({ method: "POST", url: "/graphql", payload: asked });
  return answer.json<Answer>();
}

const POSITIONS = `{ rounds { projection {
  stakedNanoNmr rewardsNanoNmr burnsNanoNmr netNanoNmr isFinal feedDigest readAtUnix
  positions { position model stakeNanoNmr scores1e9 payoutNanoNmr from }
} } }`;
type Projected = {
  position: number;
  stakeNanoNmr: string;
  scores1e9: [string, string] | null;
  payoutNanoNmr: string;
  from: string;
};
type InRound = { round: string; projected: { position: number; stakeNanoNmr: string; payoutNanoNmr: string } };
type Stakers = {
  tournament: { staker: { positions: { position: number; inRounds: InRound[] }[] } };
  rounds: { projection: { positions: InRound["projected"][] } }[];
};
type ProjectedRounds = {
  rounds: {
    projection: {
      stakedNanoNmr: string;
      rewardsNanoNmr: string;
      burnsNanoNmr: string;
      netNanoNmr: string;
      positions: Projected[];
    };
  }[];
};

const score = fc.bigInt(-(2n ** 31n), 2n ** 31n - 1n);
const termsOf = fc.record({
  multipliers: fc.tuple(fc.bigInt(0n, 5n * 10n ** 9n), fc.bigInt(0n, 5n * 10n ** 9n)),
  clip: fc.bigInt(1n, 10n ** 9n),
  stakeThreshold: fc.constantFrom(0n, 1n, 10n ** 9n, 10n ** 18n),
  exposure: fc.bigInt(1n, 10n ** 9n),
});

describe("projections", () => {
  it("are the core's payouts to the nano, from the report where there is one, else from the feed", async () => {
    const cases = fc.record({
      terms: termsOf,
      stakes: fc.array(fc.bigInt(0n, 10n ** 16n), { minLength: 1, maxLength: 7 }),
      scores: fc.array(fc.option(fc.tuple(score, score)), { minLength: 7, maxLength: 7 }),
      isReported: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ terms, stakes, scores, isReported }) => {
        const words = packScores(stakes.map((_, lane) => scores[lane] ?? [0n, 0n]));
        const held = batch(0, {
          stakes: packStakes(stakes),
          ...(isReported ? { state: "reported", reportedAt: START, scores: words } : { state: "locked" }),
        });
        const facts = chain(START + 2_000, [round({ state: "locked", terms, batches: [held] })]);
        const { data } = await ask({ query: POSITIONS }, facts, isReported ? null : sheetOf(scores));
        const [{ projection } = { projection: null }] = (data as ProjectedRounds).rounds;
        const expected = payouts(terms, stakes, scores);
        expect(projection?.positions.map(({ payoutNanoNmr }) => BigInt(payoutNanoNmr))).toEqual(expected);
        expect(BigInt(projection?.netNanoNmr ?? "x")).toBe(expected.reduce((sum, payout) => sum + payout, 0n));
        const origins = new Set(projection?.positions.map(({ from }) => from));
        expect(
          [...origins].every((from) => (isReported ? from === "REPORT" : from === "FEED" || from === "NONE")),
        ).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("say where the scores come from and when they were read, and pay nothing without", async () => {
    const facts = chain(START + 5, [round()]);
    const read = await ask(
      { query: POSITIONS },
      facts,
      sheetOf(
        MODELS.map(() => [1n, 1n]),
        true,
      ),
    );
    expect(read.data).toMatchObject({
      rounds: [{ projection: { isFinal: true, feedDigest: DIGEST, readAtUnix: START } }],
    });
    const blind = await ask({ query: POSITIONS }, facts);
    expect(blind.data).toMatchObject({
      rounds: [
        { projection: { isFinal: null, netNanoNmr: "0", positions: [{ scores1e9: null, from: "NONE" }, {}, {}] } },
      ],
    });
  });

  it("of one position, of one model and of the tournament add up", async () => {
    const facts = chain(START + 5, [round(), round({ number: 2n })]);
    const model = MODELS[2] ?? "";
    const query = `query($model: String) { tournament { projected { stakedNanoNmr netNanoNmr } position(position: 2) { round projected { payoutNanoNmr } } }
      rounds(first: 1) { projection { netNanoNmr positions(model: $model) { position } } } }`;
    const { data } = await ask(
      { query, variables: { model: model.toUpperCase().replace("0X", "0x") } },
      facts,
      sheetOf(MODELS.map((_, n) => [BigInt(n) * 10n ** 8n, 0n])),
    );
    const body = data as {
      tournament: { projected: { netNanoNmr: string } };
      rounds: { projection: { netNanoNmr: string } }[];
    };
    expect(body).toMatchObject({
      tournament: { projected: { stakedNanoNmr: "16000" }, position: [{ round: "1" }, { round: "2" }] },
      rounds: [{ projection: { positions: [{ position: 2 }] } }],
    });
    expect(BigInt(body.tournament.projected.netNanoNmr)).toBe(
      2n * BigInt(body.rounds[0]?.projection.netNanoNmr ?? "x"),
    );
  });
});

describe("a staker", () => {
  const STAKER = `0x${"ab".repeat(20)}`;
  const asking = async (owned: readonly number[], query: string, facts = chain(START + 5, [round()])) => {
    const tick = tickAt(facts);
    const asked: string[] = [];
    const sheet = sheetOf(MODELS.map((_, n) => [BigInt(n - 3) * 10n ** 8n, 0n]));
    const app = appAt(tick, READINESS, tick, {
      sheets: { of: () => sheet },
      positionsOf: (staker) => {
        asked.push(staker);
        return owned;
      },
    });
    const answer = await app.inject({ method: "POST", url: "/graphql", payload: { query } });
    return { ...answer.json<Answer>(), asked };
  };

  it("has what its positions have in every round in flight, and no more", async () => {
    const cases = fc.record({
      stakes: fc.array(fc.bigInt(0n, 10n ** 12n), { minLength: 1, maxLength: 7 }),
      owned: fc.subarray([0, 1, 2, 3, 4, 5, 6, 1_024, 3_000]),
    });
    const fields = "stakedNanoNmr rewardsNanoNmr burnsNanoNmr netNanoNmr";
    await fc.assert(
      fc.asyncProperty(cases, async ({ stakes, owned }) => {
        const batches = [batch(0, { stakes: packStakes(stakes), state: "locked" })];
        const rounds = [1n, 2n].map((number) => round({ number, state: "locked", batches }));
        const query = `{ tournament { staker(address: "${STAKER}") { address positionCount projected { ${fields} }
          positions { position inRounds { round projected { position stakeNanoNmr payoutNanoNmr } } } } }
          rounds { projection { positions { position stakeNanoNmr payoutNanoNmr } } } }`;
        const { data, errors, asked } = await asking(owned, query, chain(START + 5, rounds));
        expect(errors).toBeUndefined();
        expect(asked).toEqual([STAKER]);
        const { tournament, rounds: seen } = data as Stakers;
        const mine = seen.flatMap(({ projection }) =>
          projection.positions.filter(({ position }) => owned.includes(position)),
        );
        const sum = (of: (each: (typeof mine)[number]) => bigint) =>
          mine.reduce((total, each) => total + of(each), 0n).toString();
        const payout = ({ payoutNanoNmr }: (typeof mine)[number]) => BigInt(payoutNanoNmr);
        expect(tournament.staker).toMatchObject({
          positionCount: owned.length,
          projected: {
            stakedNanoNmr: sum(({ stakeNanoNmr }) => BigInt(stakeNanoNmr)),
            rewardsNanoNmr: sum((each) => (payout(each) > 0n ? payout(each) : 0n)),
            burnsNanoNmr: sum((each) => (payout(each) < 0n ? -payout(each) : 0n)),
            netNanoNmr: sum(payout),
          },
        });
        expect(tournament.staker.positions.map(({ position }) => position)).toEqual(owned);
        const shown = tournament.staker.positions.flatMap(({ inRounds }) => inRounds);
        expect(shown.map(({ projected }) => projected)).toHaveLength(mine.length);
        expect(new Set(shown.map(({ projected }) => JSON.stringify(projected)))).toEqual(
          new Set(mine.map((each) => JSON.stringify(each))),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("is shown page by page, and summed up to a bound", async () => {
    const owned = Array.from({ length: 2_001 }, (_, index) => index);
    const page = `{ tournament { staker(address: "${STAKER}") { positionCount positions(first: 2, after: 6) { position } } } }`;
    expect((await asking(owned, page)).data).toEqual({
      tournament: { staker: { positionCount: 2_001, positions: [{ position: 7 }, { position: 8 }] } },
    });
    const sum = `{ tournament { staker(address: "${STAKER}") { projected { netNanoNmr } } } }`;
    expect((await asking(owned, sum)).errors?.[0]?.message).toMatch(/of 2001 positions; at most 2000 are summed up/);
    expect((await asking(owned.slice(1), sum)).errors).toBeUndefined();
  });

  it.each([
    ['{ tournament { staker(address: "0x12") { address } } }', /address: must be an address/],
    [`{ tournament { staker(address: "${STAKER}") { positions(first: 501) { position } } } }`, /must be from 1 to 500/],
    [
      `{ tournament { ${Array.from({ length: 25 }, (_, n) => `a${n}: staker(address: "${STAKER}") { projected { netNanoNmr } }`).join(" ")} } }`,
      /may ask for 25\d+ fields/,
    ],
    [
      `{ tournament { staker(address: "${STAKER}") { positions(first: 500) { inRounds { projected { position model stakeNanoNmr scores1e9 payoutNanoNmr from } } } } } }`,
      /may ask for/,
    ],
  ])("refuses %s", async (query, message) => {
    const { errors } = await asking([], query);
    expect(errors?.map((each) => each.message).join()).toMatch(message);
  });
});

describe("reports, signatures and deadlines", () => {
  it("are told as they are known", async () => {
    const [reporter] = REPORTERS;
    if (reporter === undefined) throw new Error("no reporter");
    const facts = chain(START + 1_100, [
      round({
        state: "locked",
        batches: [batch(0, { state: "locked" }), batch(1, { state: "reported", reportedAt: START + 1_050 })],
      }),
    ]);
    const query = `{ deadlines { round step batches slackSeconds } round(number: "1") { quorum batches { index state reportedAtUnix signatures { reporter scoresHash } } } }`;
    const { data } = await ask({ query }, facts, null, operators([attestation(1n, 0, reporter)]));
    expect(data).toEqual({
      deadlines: [{ round: "1", step: "report", batches: 1, slackSeconds: 9_000 - 100 - 3_600 + 1 - 1_100 }],
      round: {
        quorum: 2,
        batches: [
          {
            index: 0,
            state: "locked",
            reportedAtUnix: null,
            signatures: [{ reporter, scoresHash: expect.any(String) as string }],
          },
          { index: 1, state: "reported", reportedAtUnix: START + 1_050, signatures: [] },
        ],
      },
    });
  });

  it("are nothing before the chain was read", async () => {
    const answer = await appAt(null).inject({
      method: "POST",
      url: "/graphql",
      payload: { query: "{ tournament { number } rounds { number } deadlines { step } }" },
    });
    expect(answer.json()).toEqual({ data: { tournament: null, rounds: [], deadlines: [] } });
  });
});

describe("limits", () => {
  const nested = (depth: number): string => (depth === 0 ? "name" : `ofType { ${nested(depth - 1)} }`);
  const aliases = Array.from({ length: 500 }, (_, n) => `a${n}: rounds { number state quorum }`).join(" ");
  it.each<[string, Asked, RegExp]>([
    ["a page that is too large", { query: "{ rounds(first: 65) { number } }" }, /first: 65; must be from 1 to 64/],
    ["a page of none", { query: "{ rounds(first: 0) { number } }" }, /must be from 1/],
    [
      "a negative page",
      { query: '{ round(number: "1") { projection { positions(first: -5) { position } } } }' },
      /must be from 1/,
    ],
    ["a round that is no number", { query: '{ round(number: "x") { state } }' }, /number: must be a whole number/],
    [
      "what costs too much",
      { query: "{ rounds(first: 64) { projection { positions(first: 500) { position model } } } }" },
      /may ask for \d+ fields; at most 25000/,
    ],
    [
      "the same through variables",
      {
        query: "query($n: Int!) { rounds(first: 64) { projection { positions(first: $n) { position } } } }",
        variables: { n: 500 },
      },
      /may ask for/,
    ],
    [
      "the same through a default",
      { query: "query($n: Int! = 500) { rounds(first: 64) { projection { positions(first: $n) { position } } } }" },
      /may ask for/,
    ],
    [
      "the same through fragments",
      {
        query:
          "{ rounds(first: 64) { ...a } } fragment a on Round { projection { ...b } } fragment b on Projection { positions(first: 500) { position } }",
      },
      /may ask for/,
    ],
    ["the same through aliases", { query: `{ ${aliases} }` }, /may ask for/],
    [
      "fragments in circles",
      { query: "{ rounds { ...a } } fragment a on Round { ...b } fragment b on Round { ...a }" },
      /Cannot spread fragment/,
    ],
    [
      "a schema asked for in circles",
      {
        query: "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
      },
      /Maximum introspection depth exceeded/,
    ],
    ["a mutation", { query: "mutation { rounds { number } }" }, /mutation/],
  ])("refuse %s", async (_, asked, message) => {
    const { errors } = await ask(asked);
    expect(errors?.map((each) => each.message).join("\n")).toMatch(message);
  });

  it("remember nothing: the same query with a smaller variable is answered", async () => {
    const query = "query($n: Int!) { rounds(first: 64) { projection { positions(first: $n) { position } } } }";
    const tick = tickAt(chain(START + 5, [round()]));
    const app = appAt(tick);
    const answers = [];
    for (const n of [500, 10, 500])
      answers.push(
        (await app.inject({ method: "POST", url: "/graphql", payload: { query, variables: { n } } })).json<Answer>(),
      );
    expect(answers.map(({ errors }) => errors === undefined)).toEqual([false, true, false]);
  });

  it("leave the schema open to ordinary tools, with a meaning or a unit in every name", async () => {
    const { data, errors } = await ask({
      query: `{ __schema { types { name kind fields { name description type { name ${nested(1)} } } } } }`,
    });
    expect(errors).toBeUndefined();
    expect(JSON.stringify(data)).toContain("payoutNanoNmr");
  });

  it("mask what goes wrong inside", async () => {
    const broken = {
      ...operators(),
      attestations: () => {
        throw new Error("secret-canary");
      },
    };
    const { errors } = await ask({ query: "{ rounds { number } }" }, undefined, null, broken);
    expect(errors).toMatchObject([{ message: "Unexpected error." }]);
    expect(JSON.stringify(errors)).not.toContain("canary");
  });
});

describe("scores of rounds in flight", () => {
  const details = (number: bigint): FeedDetails => ({
    tournament: 8,
    number,
    resolved: false,
    models: [],
    digest: DIGEST,
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it("are asked for one round at a time, each again only after ten minutes, and forgotten with the round", async () => {
    let now = 0;
    const asked: bigint[] = [];
    const feed = {
      details: (number: bigint) => {
        asked.push(number);
        return Promise.resolve(details(number));
      },
    };
    const sheets = sheetCache(feed, () => now + 10 ** 9);
    const facts = chain(START, [round(), round({ number: 2n }), round({ number: 3n, batches: [] })]);
    for (let turn = 0; turn < 120; turn += 1) {
      sheets.onFacts(facts);
      sheets.onFacts(facts);
      await settle();
      now += 12_000;
    }
    expect(asked).toEqual([1n, 2n, 1n, 2n, 1n, 2n]);
    expect(sheets.of(2n)).toMatchObject({ digest: DIGEST, isFinal: false });
    sheets.onFacts(chain(START, [round()]));
    expect(sheets.of(2n)).toBeNull();
  });

  it("stay as they were while the feed is down, and a feed that hangs is asked nothing more", async () => {
    let now = 0;
    let answer: () => Promise<FeedDetails> = () => Promise.resolve(details(1n));
    let asked = 0;
    const sheets = sheetCache(
      {
        details: () => {
          asked += 1;
          return answer();
        },
      },
      () => now,
    );
    const turn = async () => {
      now += 700_000;
      sheets.onFacts(chain(START, [round()]));
      await settle();
    };
    await turn();
    answer = () => Promise.reject(new Error("gone"));
    await turn();
    expect(sheets.of(1n)).toMatchObject({ digest: DIGEST });
    answer = () => new Promise(() => undefined);
    for (let times = 0; times < 5; times += 1) await turn();
    expect(asked).toBe(3);
  });
});

/** By the core, position by position. */
function payouts(terms: Terms, stakes: readonly bigint[], scores: readonly (Scores | null)[]): bigint[] {
  const staked = stakes.reduce((sum, stake) => sum + stake, 0n);
  const total = (staked * terms.exposure) / 10n ** 9n;
  return stakes.flatMap((stake, lane) =>
    stake === 0n ? [] : [previewPayout(terms, total, stake, scores[lane] ?? [0n, 0n])],
  );
}

describe("pages elsewhere", () => {
  const PAGE = "https://stakes.example";
  const askFrom = async (origin: string, webOrigins: readonly string[]) => {
    const app = appAt(tickAt(chain(START, [])), READINESS, tickAt(chain(START, [])), { webOrigins });
    const headers = {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "content-type",
    };
    const before = await app.inject({ method: "OPTIONS", url: "/graphql", headers });
    const payload = { query: "{ tournament { number } }" };
    const answer = await app.inject({ method: "POST", url: "/graphql", headers: { origin }, payload });
    return [before, answer].map((each) => each.headers["access-control-allow-origin"]);
  };

  it("may ask where they are named, and only they", async () => {
    expect(await askFrom(PAGE, [PAGE])).toEqual([PAGE, PAGE]);
    for (const origin of await askFrom("https://other.example", [PAGE, "https://third.example"]))
      expect(origin).not.toBe("https://other.example");
    expect(await askFrom(PAGE, [])).toEqual([undefined, undefined]);
  });
});
