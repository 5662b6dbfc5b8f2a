import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import type { Feed } from "../src/feeds/feed.ts";
import { neutralFeed } from "../src/feeds/neutral-feed.ts";
import { numeraiFeed } from "../src/feeds/numerai.ts";
import {
  configuredBody,
  neutralBody,
  neutralListBody,
  neutralRoundWith,
  ownMultipliersBody,
  type Tree,
} from "./feeds-bodies.ts";
import { ANY_YEAR } from "./feeds-corpus-any-year.ts";
import { NEUTRAL } from "./feeds-corpus-neutral.ts";
import { OF_2021, TODAY } from "./feeds-corpus-numerai.ts";
import type { Spoil } from "./feeds-spoils.ts";

// Every answer goes over real HTTP, as it would come from a server that has gone wrong.

let answers: (path: string, question: string) => string;
const server = createServer((request, response) => {
  let question = "";
  request.on("data", (chunk: Buffer) => (question += chunk.toString()));
  request.on("end", () => response.end(answers(request.url ?? "", question)));
});
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const clock = (): number => 2_000_000_000;

/** Numerai answers `{ round, roundDetails }` in two pieces, cut out of the text so that nothing is mended on the way. */
function numeraiAnswers(body: string): void {
  const cut = body.indexOf(',"roundDetails":');
  const round = body.slice('{"round":'.length, cut);
  const details = body.slice(cut + 1, -1);
  answers = (_, question) => `{"data":{${question.includes("roundDetails(") ? details : `"rounds":[${round}]`}}}`;
}

async function expectRefusal(feed: Feed, number: bigint, { field, says }: Spoil): Promise<void> {
  const error: unknown = await feed.details(number).then(
    () => new Error("was read"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as InputError;
  expect(error).toHaveProperty("field", field);
  expect(message.startsWith(`${field}: `)).toBe(true);
  expect(message).toContain(says);
  // No value is so long that it floods a log, and none of them brings the program's insides with it.
  expect(message.length).toBeLessThan(500);
  expect(message).not.toMatch(/\.ts\b|node:internal|\n/);
}

const CORPUS: readonly [string, readonly Spoil[], () => Tree][] = [
  ["a round of Numerai's today", [...ANY_YEAR, ...TODAY], configuredBody],
  ["a round of Numerai's of 2021", [...ANY_YEAR, ...OF_2021], ownMultipliersBody],
];

describe("the corpus of malformed answers", () => {
  it("has 200 or more that are all different", () => {
    const all = Object.entries({ ANY_YEAR, TODAY, OF_2021, NEUTRAL }).flatMap(([answer, spoils]) =>
      spoils.map(({ name }) => `${answer}: ${name}`),
    );
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBeGreaterThanOrEqual(200);
  });

  describe.each(CORPUS)("%s", (_, spoils, make) => {
    it("is read while it is good", async () => {
      numeraiAnswers(JSON.stringify(make()));
      expect((await numeraiFeed({ url, tournament: 8, clock }).details(700n)).models).toHaveLength(3);
    });

    it.each(spoils.map((spoil) => [spoil.name, spoil] as const))(
      "is refused by the field: %s",
      async (_name, spoil) => {
        numeraiAnswers(spoil.spoil(make()));
        await expectRefusal(numeraiFeed({ url, tournament: 8, clock }), 700n, spoil);
      },
    );
  });

  describe("a round of any organizer's", () => {
    it("is read while it is good", async () => {
      answers = () => JSON.stringify(neutralBody());
      expect((await neutralFeed({ url, tournament: 3, clock }).details(12n)).models).toHaveLength(5);
    });

    it.each(NEUTRAL.map((spoil) => [spoil.name, spoil] as const))(
      "is refused by the field: %s",
      async (_name, spoil) => {
        answers = () => spoil.spoil(neutralBody());
        await expectRefusal(neutralFeed({ url, tournament: 3, clock }), 12n, spoil);
      },
    );
  });
});

describe("a malformed round in a list", () => {
  // Any number is good in a list, where none was asked for.
  const ofRound = (spoils: readonly Spoil[]) =>
    spoils.filter(({ field, says }) => field.startsWith("round.") && !says.includes("but asked was"));

  it.each(ofRound([...ANY_YEAR, ...TODAY]).map((spoil) => [spoil.name, spoil] as const))(
    "of Numerai's is refused alone: %s",
    async (_, { spoil, field }) => {
      const good = JSON.stringify(configuredBody()["round"]).replace('"number":700', '"number":699');
      const body = spoil(configuredBody());
      const bad = body.slice('{"round":'.length, body.indexOf(',"roundDetails":'));
      answers = () => `{"data":{"rounds":[${good},${bad}]}}`;
      await expectRefusedAlone(numeraiFeed({ url, tournament: 8, clock }), 699n, field);
    },
  );

  it.each(ofRound(NEUTRAL).map((spoil) => [spoil.name, spoil] as const))(
    "of any organizer's is refused alone: %s",
    async (_, { spoil, field }) => {
      const body = spoil(neutralBody());
      const bad = body.slice(body.indexOf('"round":') + '"round":'.length, body.indexOf(',"models":'));
      const good = JSON.stringify(neutralListBody(neutralRoundWith({ number: 11 })));
      answers = () => good.replace(/\]\}$/, () => `,${bad}]}`);
      await expectRefusedAlone(neutralFeed({ url, tournament: 3, clock }), 11n, field);
    },
  );
});

async function expectRefusedAlone(feed: Feed, good: bigint, field: string): Promise<void> {
  const { rounds, refused } = await feed.rounds();
  expect(rounds.map(({ number }) => number)).toEqual([good]);
  expect(refused.map(({ fault }) => fault.field)).toEqual([field.replace(/^round/, "rounds[1]")]);
}
