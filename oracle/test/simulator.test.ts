import type { FastifyInstance } from "fastify";
import { afterAll, describe, expect, it } from "vitest";
import { generatedTournament, type GeneratedOptions } from "../src/simulator/generated.ts";
import { randomOf } from "../src/simulator/random.ts";
import { buildSimulator } from "../src/simulator/server.ts";
import type { SimulatedModel, SimulatedRound } from "../src/simulator/source.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const START = Date.parse("2026-01-06T12:00:00Z") / 1000;
const OPTIONS: GeneratedOptions = { seed: 7, models: 300, rounds: 6, firstOpensAt: START, firstNumber: 900 };
const SOURCE = generatedTournament(OPTIONS);
const RESOLVED = START + 31 * DAY;

const apps: FastifyInstance[] = [];
afterAll(async () => {
  for (const app of apps) await app.close();
});

type Row = Record<string, unknown>;

/** Asks a simulator whose clock stands at `now`; also the body as text, since JSON.parse hides how a number was written. */
async function ask(now: number, query: string, source = SOURCE) {
  const app = buildSimulator({ clock: () => now, source });
  apps.push(app);
  const response = await app.inject({ method: "POST", url: "/", payload: { query } });
  const body = response.json<{ data?: Record<string, Row & Row[]> | null; errors?: { message: string }[] }>();
  return { status: response.statusCode, text: response.body, data: body.data ?? {}, errors: body.errors };
}

const roundsAt = async (now: number, args: string): Promise<Row[]> =>
  (await ask(now, `{ rounds(${args}) { number resolvedStaking resolvedGeneral payoutFactor } }`)).data["rounds"] ?? [];

async function modelsAt(now: number, source = SOURCE): Promise<Row[]> {
  const fields = "id selectedStakeValue payoutPending payoutSettled v2Corr20 mmc corr60 tc";
  const { data } = await ask(now, `{ roundDetails(roundNumber: 900, tournament: 8) { models { ${fields} } } }`, source);
  return data["roundDetails"]?.["models"] as Row[];
}

describe("the simulator's rounds", () => {
  it.each([
    [START - 1, "upcoming"],
    [START, "open"],
    [START + HOUR - 1, "open"],
    [START + HOUR, "resolving"],
    [RESOLVED - 1, "resolving"],
    [RESOLVED, "resolved"],
  ])("are at %i %s", async (now, status) => {
    const { data } = await ask(now, "{ roundDetails(roundNumber: 900, tournament: 8) { status roundResolved } }");
    expect(data["roundDetails"]).toEqual({ status, roundResolved: status === "resolved" });
    for (const name of ["UPCOMING", "OPEN", "RESOLVING", "RESOLVED"]) {
      const numbers = (await roundsAt(now, `status: ${name}`)).map(({ number }) => number);
      expect(numbers.includes(900)).toBe(name === status.toUpperCase());
    }
  });

  it("come newest first, as many as asked for", async () => {
    const numbers = async (args: string) => (await roundsAt(START, args)).map(({ number }) => number);
    expect(await numbers("tournament: 8")).toEqual([905, 904, 903, 902, 901, 900]);
    expect(await numbers("tournament: 8, limit: 2")).toEqual([905, 904]);
    expect(await numbers("tournament: 8, number: 902")).toEqual([902]);
    expect(await numbers("tournament: 11")).toEqual([]);
  });

  it("are resolved, and have a payout factor, from their hours on", async () => {
    const seen = await Promise.all(
      [START - 1, START, RESOLVED - 1, RESOLVED].map((now) => roundsAt(now, "number: 900")),
    );
    expect(seen.flat()).toEqual([
      { number: 900, resolvedStaking: false, resolvedGeneral: false, payoutFactor: null },
      { number: 900, resolvedStaking: false, resolvedGeneral: false, payoutFactor: "1" },
      { number: 900, resolvedStaking: false, resolvedGeneral: false, payoutFactor: "1" },
      { number: 900, resolvedStaking: true, resolvedGeneral: true, payoutFactor: "1" },
    ]);
  });

  it.each([
    "{ rounds(number: 0) { number } }",
    "{ rounds(tournament: 8, number: 906) { number } }",
    "{ roundDetails(roundNumber: 0, tournament: 8) { status } }",
    "{ roundDetails(roundNumber: 899, tournament: 8) { status } }",
    "{ roundDetails(roundNumber: 900, tournament: 11) { status } }",
    '{ pipelineStatus(date: "tomorrow", tournament: "classic") { isScoringDay } }',
    "{ rounds { nonsense } }",
    "{",
  ])("answer %s with errors and HTTP 200", async (query) => {
    const { status, errors, data } = await ask(START, query);
    expect(status).toBe(200);
    expect(errors?.[0]?.message).toMatch(/not found|Invalid date|Cannot query|Syntax Error/);
    expect(Object.values(data as Record<string, unknown>).filter((answer) => answer !== null)).toEqual([]);
  });

  it("tell a model's churn and turnover to who asks for it, once its round is open", async () => {
    const signals = generatedTournament({ ...OPTIONS, models: 5, tournament: 11 });
    const [model] = signals.rounds[0]?.models() ?? [];
    const performances = async (now: number, asked: string) => {
      const fields = "roundNumber prevWeekChurnMax churnThreshold prevWeekTurnoverMax turnoverThreshold";
      const { data } = await ask(now, `{ v2RoundModelPerformances(${asked}) { ${fields} } }`, signals);
      return data["v2RoundModelPerformances"];
    };
    const asked = `modelId: "${model?.id ?? ""}"`;
    const expected = Object.fromEntries(
      Object.entries(model?.gates ?? {}).map(([name, text]) => [name, text === null ? null : Number(text)]),
    );
    expect(await performances(START, `${asked}, tournament: 11`)).toEqual([{ roundNumber: 900, ...expected }]);
    expect(await performances(START - 1, `${asked}, tournament: 11`)).toEqual([]);
    expect(await performances(RESOLVED, asked)).toHaveLength(6);
    expect(await performances(RESOLVED, `${asked}, roundNumber__eq: 903`)).toMatchObject([{ roundNumber: 903 }]);
    expect(await performances(RESOLVED, `${asked}, tournament: 8`)).toEqual([]);
    expect(await performances(RESOLVED, 'modelId: "x", roundNumber__eq: 900')).toEqual([]);
  });

  it("say when the pipeline ran", async () => {
    const status = async (now: number, date: string) => {
      const fields = "isScoringDay dataReadyAt scoredAt resolvedAt";
      return (await ask(now, `{ pipelineStatus(date: "${date}", tournament: "classic") { ${fields} } }`)).data[
        "pipelineStatus"
      ];
    };
    const idle = { isScoringDay: false, dataReadyAt: null, scoredAt: null, resolvedAt: null };
    expect(await status(RESOLVED, "2026-01-09")).toEqual(idle);
    expect(await status(RESOLVED, "2026-01-10")).toEqual({
      isScoringDay: true,
      dataReadyAt: "2026-01-10T00:00:00Z",
      scoredAt: "2026-01-10T12:00:00Z",
      resolvedAt: null,
    });
    expect(await status(RESOLVED, "2026-02-06")).toMatchObject({ resolvedAt: "2026-02-06T12:00:00Z" });
    expect(await status(RESOLVED - 1, "2026-02-06")).toMatchObject({ resolvedAt: null });
    expect(await status(START, "2026-03-09")).toMatchObject({ dataReadyAt: null, scoredAt: null });
  });
});

describe("the simulator's writing", () => {
  it("has amounts as text, zero as 0E-18, thousands with commas here and there", async () => {
    const models = await modelsAt(RESOLVED, generatedTournament({ ...OPTIONS, models: 3000, rounds: 1 }));
    const amounts = models.flatMap(({ selectedStakeValue, payoutSettled }) => [selectedStakeValue, payoutSettled]);
    expect(amounts.filter((amount) => amount !== null).every((amount) => typeof amount === "string")).toBe(true);
    expect(amounts.some((amount) => /^\d,\d{3}\.\d+$/.test(String(amount)))).toBe(true);
    expect(amounts.some((amount) => /^\d{4}\.\d+$/.test(String(amount)))).toBe(true);
    expect(new Set(models.map(({ payoutPending }) => payoutPending))).toEqual(new Set(["0E-18"]));
    expect(amounts).not.toContain("0");
  });

  it("has scores as numbers to their last digit, in whatever form they came", async () => {
    const exact: SimulatedModel = {
      id: "66a262f2-39c1-13dd-4cc8-0d2337108916",
      modelName: "exact",
      stake: "0.000",
      scores: { v2Corr20: "0.12345678901234567890", mmc: "-9.89382e-06" },
      multipliers: {},
      gates: {},
      settled: "-0.0",
    };
    const round = { ...(SOURCE.rounds[0] as SimulatedRound), stakeThreshold: "72000.000000001", models: () => [exact] };
    const query =
      "{ rounds { stakeThreshold payoutFactor } roundDetails(roundNumber: 900, tournament: 8) " +
      "{ totalAtStake models { selectedStakeValue payoutSettled v2Corr20 mmc bmc } } }";
    const { text } = await ask(RESOLVED, query, { tournament: 8, rounds: [round] });
    expect(text).toContain('"stakeThreshold":72000.000000001,"payoutFactor":"1"');
    expect(text).toContain(
      '{"selectedStakeValue":"0E-18","payoutSettled":"0E-18","v2Corr20":0.12345678901234567890,"mmc":-9.89382e-06,"bmc":null}',
    );
    expect(text).toContain('"totalAtStake":0,');
  });

  it("has times with Z, and totals that are only nearly right", async () => {
    const query =
      "{ rounds(number: 900) { openTime closeTime closeStakingTime scoreTime resolveTime } " +
      "roundDetails(roundNumber: 900, tournament: 8) { totalAtStake totalStakes models { selectedStakeValue } } }";
    const { data } = await ask(RESOLVED, query);
    expect(data["rounds"]).toEqual([
      {
        openTime: "2026-01-06T12:00:00Z",
        closeTime: "2026-01-06T13:00:00Z",
        closeStakingTime: "2026-01-06T13:00:00Z",
        scoreTime: "2026-01-10T12:00:00Z",
        resolveTime: "2026-02-06T12:00:00Z",
      },
    ]);
    const { totalAtStake, totalStakes, models } = data["roundDetails"] as unknown as {
      totalAtStake: number;
      totalStakes: number;
      models: { selectedStakeValue: string }[];
    };
    const exact = models.reduce(
      (sum, { selectedStakeValue }) => sum + Number(selectedStakeValue.replaceAll(",", "")),
      0,
    );
    expect(totalStakes).toBe(models.length);
    expect(totalAtStake).not.toBe(exact);
    expect(Math.abs(totalAtStake / exact - 1)).toBeLessThan(1e-6);
  });

  it("names in roundDetails what pays", async () => {
    const { data } = await ask(
      START,
      "{ roundDetails(roundNumber: 900, tournament: 8) { payoutMultipliers { displayName multiplier } } }",
    );
    expect(data["roundDetails"]?.["payoutMultipliers"]).toEqual([
      { displayName: "mmc", multiplier: 2 },
      { displayName: "v2_corr20", multiplier: 0.5 },
    ]);
  });
});

describe("the simulator's scores", () => {
  const SCORED = START + 4 * DAY;

  it("are unknown at first, and so are models before the round opens", async () => {
    expect(await modelsAt(START - 1)).toEqual([]);
    for (const model of await modelsAt(SCORED - 1)) {
      expect(model).toMatchObject({ v2Corr20: null, mmc: null, payoutPending: null, payoutSettled: null });
    }
  });

  it("drift, the same for all who ask at once, and end where they must", async () => {
    const [early, again, later, final, long] = await Promise.all(
      [SCORED, SCORED, SCORED + 10 * DAY, RESOLVED, RESOLVED + 100 * DAY].map((now) => modelsAt(now)),
    );
    expect(early).toEqual(again);
    expect(final).toEqual(long);
    const distance = (models: Row[] | undefined): number =>
      (models ?? []).reduce((sum, { mmc }, index) => sum + Math.abs(Number(mmc) - Number(final?.[index]?.["mmc"])), 0);
    expect(distance(early)).toBeGreaterThan(distance(later));
    expect(distance(later)).toBeGreaterThan(0);
    expect(distance(await modelsAt(RESOLVED - 1))).toBeLessThan(distance(early) / 10);
    const own = SOURCE.rounds[0]?.models() ?? [];
    expect(final?.map(({ v2Corr20 }) => v2Corr20)).toEqual(
      own.map(({ scores: { v2Corr20 } }) => (v2Corr20 === null ? null : Number(v2Corr20))),
    );
  });

  it("come with payouts that are projected until they are settled", async () => {
    for (const [now, settled] of [
      [SCORED, false],
      [RESOLVED - 1, false],
      [RESOLVED, true],
    ] as const) {
      const scored = (await modelsAt(now)).filter(({ v2Corr20 }) => v2Corr20 !== null);
      expect(scored.length).toBeGreaterThan(200);
      expect(scored.every(({ payoutPending }) => payoutPending !== null)).toBe(true);
      expect(scored.every(({ payoutSettled }) => (payoutSettled !== null) === settled)).toBe(true);
    }
  });
});

describe("a generated tournament", () => {
  const large = generatedTournament({ ...OPTIONS, models: 4000, rounds: 4 });
  const models = large.rounds.at(-1)?.models() ?? [];
  const numbers = (field: string): number[] => models.flatMap(({ scores }) => scores[field] ?? []).map(Number);
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = (values: number[]): number => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));

  it("is the same for the same seed, and another for another", () => {
    const rowsOf = (options: GeneratedOptions) =>
      generatedTournament(options).rounds.map((round) => ({ ...round, payout: 0, models: round.models() }));
    expect(rowsOf(OPTIONS)).toEqual(rowsOf(OPTIONS));
    expect(rowsOf({ ...OPTIONS, seed: 8 })).not.toEqual(rowsOf(OPTIONS));
    expect(rowsOf({ ...OPTIONS, seed: 8 })[0]?.models[0]?.id).not.toBe(rowsOf(OPTIONS)[0]?.models[0]?.id);
  });

  it("has scores and stakes spread as asked", () => {
    expect(mean(numbers("v2Corr20"))).toBeCloseTo(0.01, 2);
    expect(deviation(numbers("v2Corr20"))).toBeCloseTo(0.03, 2);
    expect(Math.abs(mean(numbers("mmc")))).toBeLessThan(0.001);
    expect(deviation(numbers("mmc"))).toBeCloseTo(0.015, 3);
    const logarithms = models.map(({ stake }) => Math.log(Number(stake)));
    expect(mean(logarithms)).toBeCloseTo(Math.log(5), 0);
    expect(deviation(logarithms)).toBeCloseTo(2, 1);
  });

  it("has models that are clipped, unscored, half scored, and no id twice", () => {
    const clipped = models.filter(
      ({ stake, settled }) => Math.abs(Math.abs(Number(settled) / Number(stake)) - 0.05) < 1e-6,
    );
    expect(clipped.length).toBeGreaterThan(100);
    expect(models.filter(({ scores }) => scores["v2Corr20"] === null && scores["mmc"] === null).length).toBeGreaterThan(
      20,
    );
    expect(models.filter(({ scores }) => scores["v2Corr20"] !== null && scores["mmc"] === null).length).toBeGreaterThan(
      10,
    );
    expect(models.filter(({ settled }) => settled === null).length).toBeLessThan(200);
    expect(new Set(models.map(({ id }) => id)).size).toBe(4000);
    expect(
      models.every(({ id }) => /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id)),
    ).toBe(true);
  });

  it("grows, so that the threshold binds in the later half only", () => {
    expect(SOURCE.rounds.map(({ payoutFactor }) => Number(payoutFactor) < 1)).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
    ]);
    expect(SOURCE.rounds.map((round) => round.models().length)).toEqual([250, 260, 270, 280, 290, 300]);
  });

  it("keeps the calendar it is given", () => {
    const schedule = { opensEvery: 60, openFor: 20, scoresAfter: 30, resolvesAfter: 300 };
    const rounds = generatedTournament({
      seed: 1,
      models: 1,
      rounds: 3,
      firstOpensAt: 1000,
      tournament: 12,
      ...schedule,
    });
    expect(rounds.tournament).toBe(12);
    expect(rounds.rounds.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(rounds.rounds[2]).toMatchObject({
      opensAt: 1120,
      closesAt: 1140,
      stakingClosesAt: 1140,
      scoresAt: 1150,
      resolvesAt: 1420,
    });
  });
});

describe("chance", () => {
  it("is the same on every machine", () => {
    const random = randomOf("golden", 1);
    expect([random.uniform(), random.uniform(), random.normal()]).toMatchInlineSnapshot(`
      [
        0.6689621408004314,
        0.13532938808202744,
        0.019141262432347563,
      ]
    `);
  });

  it("is even, and differs from label to label", () => {
    const random = randomOf(1);
    const values = Array.from({ length: 20_000 }, () => random.uniform());
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const tenths = Array.from(
      { length: 10 },
      (_, tenth) => values.filter((value) => Math.floor(value * 10) === tenth).length,
    );
    expect(Math.min(...tenths)).toBeGreaterThan(1800);
    expect(Math.max(...tenths)).toBeLessThan(2200);
    const firsts = Array.from({ length: 1000 }, (_, label) => randomOf("label", label).uniform());
    expect(new Set(firsts).size).toBe(1000);
    expect(randomOf("a", "b").uniform()).not.toBe(randomOf("ab").uniform());
  });
});
