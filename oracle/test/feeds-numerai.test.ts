import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import { FeedUnavailable } from "../src/feeds/feed.ts";
import { numeraiFeed, type NumeraiOptions } from "../src/feeds/numerai.ts";
import { configuredBody, NAN, ownMultipliersBody, textOf, type Tree } from "./feeds-bodies.ts";
import { changed } from "./feeds-spoils.ts";

type Question = { query: string; variables: Record<string, number>; headers: IncomingMessage["headers"] };
type Answer = (question: Question, response: ServerResponse) => void;

const SECRET = "PUBLIC$verysecretkey";
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function served(answer: Answer, options: Partial<NumeraiOptions> = {}) {
  const questions: Question[] = [];
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const question = { ...(JSON.parse(text) as Omit<Question, "headers">), headers: request.headers };
      questions.push(question);
      answer(question, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql?key=urlsecret`;
  return {
    questions,
    url,
    feed: numeraiFeed({ url, tournament: 8, token: SECRET, clock: () => 2_000_000_000, ...options }),
  };
}

const answering =
  (body: Tree): Answer =>
  ({ query }, response) => {
    const data = query.includes("roundDetails(") ? { roundDetails: body["roundDetails"] } : { rounds: [body["round"]] };
    response.end(textOf({ data }));
  };

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => new Error("did not fail"),
    (reason: unknown) => reason,
  );
  const { message, stack, cause } = error as Error;
  expect(`${message} ${stack ?? ""} ${String(cause)}`).not.toMatch(/verysecretkey|urlsecret/);
  return error as Error;
}

describe("Numerai's API", () => {
  it("is asked for the newest rounds, with the token", async () => {
    const { feed, questions } = await served(answering(configuredBody()), { limit: 7 });
    expect((await feed.rounds()).rounds.map(({ number }) => number)).toEqual([700n]);
    expect(questions.map(({ variables }) => variables)).toEqual([{ tournament: 8, limit: 7 }]);
    expect(questions[0]?.headers.authorization).toBe(`Token ${SECRET}`);
    expect(questions[0]?.headers["content-type"]).toBe("application/json");
  });

  it("is asked for a round, then for its details, without a token where there is none", async () => {
    const { url, questions } = await served(answering(configuredBody()));
    const details = await numeraiFeed({ url, tournament: 8 }).details(700n);
    expect(details.models).toHaveLength(3);
    expect(questions.map(({ variables }) => variables)).toEqual([
      { tournament: 8, number: 700, limit: 1 },
      { tournament: 8, roundNumber: 700 },
    ]);
    expect(questions[0]?.headers).not.toHaveProperty("authorization");
    expect(questions[1]?.query).toContain("v2Corr20");
    expect(questions[1]?.query).not.toContain("corrMultiplier");
  });

  it("is asked for the models' own multipliers where a round has no configurations", async () => {
    const { feed, questions } = await served(answering(ownMultipliersBody()));
    expect((await feed.details(700n)).models[0]?.scores).toEqual([20_000_000n, 20_000_000n]);
    expect(questions[1]?.query).toContain("corrMultiplier");
  });

  const gate = { roundNumber: 700, prevWeekChurnMax: 0.1, churnThreshold: 0.15, turnoverThreshold: null };
  const gated =
    (answer: (row: string) => unknown): Answer =>
    (question, response) => {
      const rows = [...question.query.matchAll(/(m\d+): v2RoundModelPerformances/g)].map(([, row]) => row ?? "");
      const data = Object.fromEntries(rows.map((row) => [row, answer(row)]));
      const body = changed(configuredBody(), ["round.tournament", 11], ["roundDetails.tournament", 11]);
      if (rows.length > 0) response.end(textOf({ data }));
      else answering(body)(question, response);
    };

  it("is asked for churn and turnover of each model in Signals, and keeps out whom they keep out", async () => {
    const { feed, questions } = await served(
      gated((row) => [{ ...gate, prevWeekTurnoverMax: 9, prevWeekChurnMax: row === "m0" ? 0.15 : 0.1499 }]),
      { tournament: 11 },
    );
    const { models } = await feed.details(700n);
    expect(models.map(({ scores }) => scores)).toEqual([null, null, [-9894n, 0n]]);
    expect(models[0]?.raw).toEqual({ v2Corr20: "0.02", mmc: "0.01", prevWeekChurnMax: "0.15", churnThreshold: "0.15" });
    expect(questions).toHaveLength(3);
    expect(questions[2]?.query).toContain("roundNumber__eq: 700");
  });

  it("isn't asked for them where the configuration says so, nor in other tournaments", async () => {
    const { feed, questions } = await served(
      gated(() => []),
      { tournament: 11, gated: false },
    );
    expect((await feed.details(700n)).models[0]?.scores).toEqual([20_000_000n, 10_000_000n]);
    expect(questions).toHaveLength(2);
    const classic = await served(answering(configuredBody()), { gated: true });
    expect(await failureOf(classic.feed.details(700n))).toHaveProperty(
      "field",
      "roundDetails.models[0].prevWeekChurnMax",
    );
  });

  it.each<[string, unknown, string]>([
    ["without a measure", [{ ...gate }], "roundDetails.models[0].prevWeekTurnoverMax"],
    ["with a measure as text", [{ ...gate, prevWeekChurnMax: "0.1" }], "roundDetails.models[0].prevWeekChurnMax"],
    ["with a NaN", [{ ...gate, churnThreshold: NAN }], "roundDetails.models[0].churnThreshold"],
    ["of no round", [], "roundDetails.models[0].prevWeekChurnMax"],
    ["of null", null, "roundDetails.models[0].prevWeekChurnMax"],
  ])("is refused by the field when it answers %s there", async (_, answer, field) => {
    const { feed } = await served(
      gated(() => answer),
      { tournament: 11 },
    );
    const error = await failureOf(feed.details(700n));
    expect(error).toBeInstanceOf(InputError);
    expect(error).toHaveProperty("field", field);
  });

  const complaints: [string, Answer, string][] = [
    [
      "an error with HTTP 200",
      (_, r) => r.end('{"data":null,"errors":[{"message":"round not found"}]}'),
      "round not found",
    ],
    [
      "an error beside data",
      (_, r) => r.end('{"data":{"rounds":[]},"errors":[{"message":"half of it"}]}'),
      "half of it",
    ],
    ["an error without message, beside data", (_, r) => r.end('{"data":{"rounds":[]},"errors":[{}]}'), "nothing"],
    ["errors that are no list", (_, r) => r.end('{"data":{"rounds":[]},"errors":{"message":"odd"}}'), "odd"],
    ["an empty list of errors and a detail", (_, r) => r.end('{"errors":[],"detail":"try later"}'), "try later"],
    ["an error that is text", (_, r) => r.end('{"errors":["odd"]}'), "odd"],
    ["an error that is a list", (_, r) => r.end('{"errors":[[1]]}'), "a list of 1"],
    ["a detail", (_, r) => r.end('{"detail":"try later"}'), "try later"],
    ["HTTP 500", (_, r) => r.writeHead(500).end("oops"), "HTTP 500"],
    [
      "HTTP 503 with a message",
      (_, r) => r.writeHead(503).end('{"errors":[{"message":"maintenance"}]}'),
      "maintenance",
    ],
    ["HTTP 429", (_, r) => r.writeHead(429).end(), "HTTP 429"],
    ["HTTP 401", (_, r) => r.writeHead(401).end('{"detail":"bad token PUBLIC$verysecretkey"}'), "bad token …"],
    ["HTML", (_, r) => r.end("<html>welcome</html>"), "the answer isn't GraphQL"],
    ["nothing", (_, r) => r.end(), "the answer isn't GraphQL"],
    ["a cut answer", (_, r) => r.end('{"data":{"rounds":[{'), "the answer isn't GraphQL"],
    ["a list", (_, r) => r.end("[]"), "the answer isn't GraphQL"],
    ["two data", (_, r) => r.end('{"data":{"rounds":[]},"data":{"rounds":[]}}'), "the answer isn't GraphQL"],
    ["a byte order mark", (_, r) => r.end('\ufeff{"data":{"rounds":[]}}'), "the answer isn't GraphQL"],
    ["JSON of any depth", (_, r) => r.end('{"data":{"rounds":'.repeat(50)), "the answer isn't GraphQL"],
    ["null data", (_, r) => r.end('{"data":null}'), "the answer isn't GraphQL"],
    ["a redirect", (_, r) => r.writeHead(302, { location: "https://elsewhere.example/" }).end(), "redirect"],
    ["a connection cut in the body", (_, r) => void r.write('{"data":', () => r.destroy()), "127.0.0.1"],
    ["a connection cut at once", (_, r) => void r.destroy(), "127.0.0.1"],
  ];
  it.each(complaints)("may be asked again after %s", async (_, answer, message) => {
    const { feed } = await served(answer);
    for (const ask of [() => feed.rounds(), () => feed.details(700n)]) {
      const error = await failureOf(ask());
      expect(error).toBeInstanceOf(FeedUnavailable);
      expect(error.message).toMatch(/^127\.0\.0\.1:\d+: /);
      expect(error.message).toContain(message);
    }
  });

  it.each<[string, Answer]>([
    ["never answers", () => undefined],
    ["drips", (_, response) => void setInterval(() => response.write(" "), 10).unref()],
  ])("is left when it %s", async (_, answer) => {
    const { feed } = await served(answer, { timeoutMs: 100 });
    const error = await failureOf(feed.rounds());
    expect(error).toBeInstanceOf(FeedUnavailable);
    expect(error.message).toContain("no answer in time");
  });

  it("may be asked again when nobody listens, or at an address that is none", async () => {
    const closed = await failureOf(numeraiFeed({ url: "http://127.0.0.1:1/", tournament: 8, token: SECRET }).rounds());
    expect(closed).toBeInstanceOf(FeedUnavailable);
    expect(closed.message).toMatch(/^127\.0\.0\.1:1: /);
    expect(closed.message).not.toContain("fetch failed");
    expect((await failureOf(numeraiFeed({ url: "nonsense urlsecret", tournament: 8 }).rounds())).message).toMatch(
      /^feed: /,
    );
  });

  it("is cut off when the answer is too long", async () => {
    const { feed } = await served((_, response) => response.end(" ".repeat(1001)), { maxBytes: 1000 });
    const error = await failureOf(feed.rounds());
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toBe("body: is longer than 1000 bytes; a round is far shorter");
    const { feed: exact } = await served((_, r) => r.end('{"data":{"rounds":[]}}'.padEnd(1000)), { maxBytes: 1000 });
    expect(await exact.rounds()).toEqual({ rounds: [], refused: [] });
  });

  it("is read as UTF-8 across the borders of packets", async () => {
    const body = configuredBody();
    Reflect.set((body["roundDetails"]?.["models"] as unknown as Tree[])[0] ?? {}, "modelName", "mödel_🦊");
    const { feed } = await served(({ query }, response) => {
      const data = query.includes("roundDetails(")
        ? { roundDetails: body["roundDetails"] }
        : { rounds: [body["round"]] };
      const bytes = Buffer.from(textOf({ data }));
      const send = (at: number): void => {
        if (at >= bytes.length) response.end();
        else response.write(bytes.subarray(at, at + 7), () => setImmediate(send, at + 7));
      };
      send(0);
    });
    expect((await feed.details(700n)).models[0]?.name).toBe("mödel_🦊");
  });

  const refused: [string, (body: Tree) => unknown, string][] = [
    [
      "a NaN",
      (body) => Reflect.set((body["roundDetails"]?.["models"] as unknown as Tree[])[1] ?? {}, "mmc", NAN),
      "roundDetails.models[1].mmc",
    ],
    ["no details", (body) => Reflect.set(body, "roundDetails", null), "roundDetails"],
    ["details left out", (body) => Reflect.deleteProperty(body, "roundDetails"), "roundDetails"],
    ["another round", (body) => Reflect.set(body["round"] ?? {}, "number", 701), "round.number"],
    ["another tournament", (body) => Reflect.set(body["round"] ?? {}, "tournament", 11), "round.tournament"],
    [
      "another round's details",
      (body) => Reflect.set(body["roundDetails"] ?? {}, "roundNumber", 701),
      "roundDetails.roundNumber",
    ],
  ];
  it.each(refused)("is refused by the field when it answers %s", async (_, change, field) => {
    const body = configuredBody();
    change(body);
    const { feed } = await served(answering(body));
    const error = await failureOf(feed.details(700n));
    expect(error).toBeInstanceOf(InputError);
    expect(error).toHaveProperty("field", field);
  });

  it.each([
    ["no round", "[]", "holds 0 rounds; asked was round 700 alone"],
    ["two rounds", "[{},{}]", "holds 2 rounds"],
    ["no list", "{}", "an object is not a list"],
  ])("is refused when it knows %s", async (_, rounds, message) => {
    const { feed } = await served((_question, response) => response.end(`{"data":{"rounds":${rounds}}}`));
    const error = await failureOf(feed.details(700n));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toContain(`rounds: ${message}`);
  });

  it.each([0n, -1n, 2n ** 31n])("isn't asked for round %s", async (number) => {
    const { feed, questions } = await served(answering(configuredBody()));
    const error = await failureOf(feed.details(number));
    expect(error.message).toBe(`round: ${number} is out of range; the API's rounds are 1 to 2147483647`);
    expect(questions).toEqual([]);
  });
});
