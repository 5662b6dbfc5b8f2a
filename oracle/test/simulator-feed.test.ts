import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import { previewPayout, totalAtRiskDown } from "../src/core/payout.ts";
import { FeedUnavailable } from "../src/feeds/feed.ts";
import { folderFeed } from "../src/feeds/folder.ts";
import { numeraiFeed } from "../src/feeds/numerai.ts";
import { generatedTournament } from "../src/simulator/generated.ts";
import { folderTournament } from "../src/simulator/replayed.ts";
import { buildSimulator } from "../src/simulator/server.ts";
import type { Source } from "../src/simulator/source.ts";
import { configuredBody, textOf } from "./feeds-bodies.ts";
import { folderOf, made2021 } from "./feeds-files.ts";

const DAY = 24 * 3600;
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A feed that asks a simulator over HTTP, both on one clock. */
async function feedOf(source: Source, clock: () => number) {
  const app = buildSimulator({ clock, source });
  closers.push(() => app.close());
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  return numeraiFeed({ url, tournament: source.tournament, clock });
}

const START = 1_800_000_000;

describe.each([
  { tournament: 8, names: ["v2_corr20", "mmc"], multipliers: [500_000_000n, 2_000_000_000n], clip: 50_000_000n },
  { tournament: 11, names: ["alpha", "mpc"], multipliers: [300_000_000n, 800_000_000n], clip: 17_000_000n },
  { tournament: 12, names: ["mmc", ""], multipliers: [1_000_000_000n, 0n], clip: 50_000_000n },
])("the feed on generated rounds of tournament $tournament", ({ tournament, names, multipliers, clip }) => {
  const source = generatedTournament({ seed: 3, models: 250, rounds: 1, firstOpensAt: START, tournament });

  it("pays on what the tournament's own configurations say", async () => {
    const feed = await feedOf(source, () => START + 60 * DAY);
    const [round] = (await feed.rounds()).rounds;
    if (round === undefined) throw new Error("no round");
    expect(round.scoreNames).toEqual(names);
    expect(round.terms).toMatchObject({ multipliers, clip });
    const { models } = await feed.details(1n);
    const total = models.reduce((sum, { stake }) => sum + stake, 0n);
    expect(models.map(({ stake, scores }) => scores && previewPayout(round.terms, total, stake, scores))).toEqual(
      models.map(({ settled }) => settled),
    );
  });

  it("keeps out whom churn or turnover keeps out, in Signals alone", async () => {
    const { models } = await (await feedOf(source, () => START + 60 * DAY)).details(1n);
    const reaches = (measure: string | null | undefined, limit: number): boolean =>
      typeof measure !== "string" || Number(measure) >= limit;
    const out = models.filter(
      ({ raw }) => reaches(raw["prevWeekChurnMax"], 0.15) || reaches(raw["prevWeekTurnoverMax"], 0.25),
    );
    if (tournament !== 11) {
      expect(models.filter(({ raw }) => Object.keys(raw).some((name) => name.startsWith("prevWeek")))).toEqual([]);
      return;
    }
    expect(out.length).toBeGreaterThan(20);
    expect(out.length).toBeLessThan(models.length / 2);
    expect(out.filter(({ scores }) => scores !== null)).toEqual([]);
    const unscored = models.filter(({ raw }) => raw["alpha"] === null && raw["mpc"] === null);
    expect(models.filter((model) => model.scores === null && !unscored.includes(model)).length).toBe(
      out.filter((model) => !unscored.includes(model)).length,
    );
  });
});

describe("the feed on generated rounds", () => {
  const start = START;
  const source = generatedTournament({ seed: 3, models: 500, rounds: 5, firstOpensAt: start });
  let now = start;

  it("sees terms that never change, and payouts to the nano", async () => {
    const feed = await feedOf(source, () => now);
    now = start - DAY;
    const { rounds: announced } = await feed.rounds();
    expect(announced.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => "upcoming"));
    now = start + 60 * DAY;
    const { rounds: resolved } = await feed.rounds();
    expect(resolved.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => "resolved"));
    expect(resolved.map(({ terms }) => terms)).toEqual(announced.map(({ terms }) => terms));
    expect(resolved.map(({ scoreNames }) => scoreNames)).toEqual(Array.from({ length: 5 }, () => ["v2_corr20", "mmc"]));
    for (const { number, terms } of resolved) {
      const { models } = await feed.details(number);
      const total = totalAtRiskDown(
        models.reduce((sum, { stake }) => sum + stake, 0n),
        terms,
      );
      expect(models.length).toBeGreaterThan(400);
      expect(models.map(({ stake, scores }) => scores && previewPayout(terms, total, stake, scores))).toEqual(
        models.map(({ settled }) => settled),
      );
    }
  });

  it("sees values move until they are final, and not after", async () => {
    const feed = await feedOf(source, () => now);
    const digests: string[] = [];
    for (now of [start, start + 5 * DAY, start + 20 * DAY, start + 31 * DAY - 1, start + 31 * DAY, start + 99 * DAY]) {
      const { digest, resolved, models } = await feed.details(1n);
      digests.push(digest);
      expect(resolved).toBe(now >= start + 31 * DAY);
      expect(models.some(({ settled }) => settled !== null)).toBe(resolved);
    }
    expect(new Set(digests).size).toBe(5);
    expect(digests[4]).toBe(digests[5]);
  });

  it("may be asked again for a round that isn't known", async () => {
    const feed = await feedOf(source, () => now);
    await expect(feed.details(77n)).rejects.toThrow(FeedUnavailable);
    await expect(feed.details(77n)).rejects.toThrow("Round not found: 77 of tournament 8");
  });
});

const REAL = fileURLToPath(new URL("../../../shared/data/numerai-classic", import.meta.url));
const FOLDERS: [string, string][] = [
  ["made up, with the models' own multipliers", made2021([245, 246, 250])],
  ["of today, with configurations", folderOf({ "round-700.json": textOf(configuredBody()) })],
];
if (existsSync(REAL)) FOLDERS.push(["real, of 2021", REAL]);

describe.each(FOLDERS)("files played by the simulator, %s", (_, folder) => {
  it("reach the feed as the folder feed reads them, on every day of their calendar", async () => {
    const { rounds } = await folderFeed(folder).rounds();
    const [first] = rounds;
    if (first === undefined) throw new Error("no rounds");
    let now = 0;
    const overHttp = await feedOf(await folderTournament(folder), () => now);
    const fromFiles = folderFeed(folder, () => now);
    for (now of [first.opensAt - 1, first.opensAt, first.closesAt, first.resolvesAt - 1, first.resolvesAt]) {
      expect(await overHttp.rounds()).toEqual(await fromFiles.rounds());
    }
    now = Math.max(...rounds.map(({ resolvesAt }) => resolvesAt));
    for (const { number } of rounds) {
      expect(await overHttp.details(number)).toEqual(await fromFiles.details(number));
    }
  });

  it("hide the scores until they are final", async () => {
    const [round] = (await folderFeed(folder).rounds()).rounds;
    if (round === undefined) throw new Error("no rounds");
    let now = round.resolvesAt;
    const feed = await feedOf(await folderTournament(folder), () => now);
    const final = await feed.details(round.number);
    now = round.closesAt - 1;
    const open = await feed.details(round.number);
    expect(open.models.map(({ scores, settled }) => [scores, settled])).toEqual(final.models.map(() => [null, null]));
    now = round.resolvesAt - DAY;
    const projected = await feed.details(round.number);
    expect(projected.models.map(({ stake }) => stake)).toEqual(final.models.map(({ stake }) => stake));
    expect(projected.models.map(({ scores }) => scores !== null)).toEqual(
      final.models.map(({ scores }) => scores !== null),
    );
    expect(projected.models.map(({ scores }) => scores)).not.toEqual(final.models.map(({ scores }) => scores));
  });
});

describe("files that can't be played", () => {
  it.each([
    [
      "not final",
      (body: ReturnType<typeof configuredBody>) => Reflect.set(body["round"] ?? {}, "resolvedStaking", false),
      "round.resolvedStaking",
    ],
    [
      "invalid",
      (body: ReturnType<typeof configuredBody>) => Reflect.set(body["round"] ?? {}, "openTime", "x"),
      "round.openTime",
    ],
  ])("are refused by file and field: %s", async (_, change, field) => {
    const body = configuredBody();
    change(body);
    const folder = folderOf({ "round-700.json": textOf(body) });
    await expect(folderTournament(folder)).rejects.toThrow(InputError);
    await expect(folderTournament(folder)).rejects.toThrow(`${field}: `);
    await expect(folderTournament(folder)).rejects.toThrow("round-700.json)");
  });

  it("are refused when they are of two tournaments", async () => {
    const other = configuredBody();
    for (const [part, field] of [
      ["round", "number"],
      ["roundDetails", "roundNumber"],
    ] as const) {
      Reflect.set(other[part] ?? {}, "tournament", 11);
      Reflect.set(other[part] ?? {}, field, 701);
    }
    const folder = folderOf({ "round-700.json": textOf(configuredBody()), "round-701.json": textOf(other) });
    await expect(folderTournament(folder)).rejects.toThrow("round.tournament: 11, but asked was 8 (in ");
    const { rounds, refused } = await folderFeed(folder).rounds();
    expect(rounds.map(({ number }) => number)).toEqual([700n]);
    expect(refused).toMatchObject([{ number: 701n, fault: { field: "round.tournament" } }]);
    expect(refused[0]?.fault.message).toContain("round.tournament: 11, but asked was 8 (in ");
  });
});
