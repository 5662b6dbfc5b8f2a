import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import { type Feed, FeedUnavailable } from "../src/feeds/feed.ts";
import { neutralFeed, type NeutralOptions } from "../src/feeds/neutral-feed.ts";
import { neutralBody, neutralListBody, neutralRoundWith, textOf } from "./feeds-bodies.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const SECRET = "verysecrettoken";
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

async function served(answer: Answer, options: Partial<NeutralOptions> = {}, path = "/v1?key=urlsecret") {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
  const feed = neutralFeed({ url, tournament: 3, token: SECRET, clock: () => 1_767_704_400, ...options });
  return { requests, feed };
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => new Error("did not fail"),
    (reason: unknown) => reason,
  );
  const { message, stack, cause } = error as Error;
  expect(`${message} ${stack ?? ""} ${String(cause)}`).not.toMatch(/verysecrettoken|urlsecret/);
  return error as Error;
}

const good = textOf(neutralBody());
const both = (feed: Feed): (() => Promise<unknown>)[] => [() => feed.rounds(), () => feed.details(12n)];

describe("a server of any organizer's", () => {
  it("is asked for its rounds and for one of them, below its URL, with the token", async () => {
    const { feed, requests } = await served(({ url }, response) =>
      response.end(url?.startsWith("/v1/rounds/") === true ? good : textOf(neutralListBody(neutralRoundWith()))),
    );
    expect(await feed.rounds()).toMatchObject({
      rounds: [{ tournament: 3, number: 12n, status: "resolved" }],
      refused: [],
    });
    expect((await feed.details(12n)).models).toHaveLength(5);
    expect(requests.map(({ method, url }) => [method, url])).toEqual([
      ["GET", "/v1/rounds?key=urlsecret"],
      ["GET", "/v1/rounds/12?key=urlsecret"],
    ]);
    expect(requests[0]?.headers.authorization).toBe(`Bearer ${SECRET}`);
    expect(requests[0]?.headers).not.toHaveProperty("content-type");
  });

  it.each(["", "/", "/v1/", "/v1"])("may have its rounds below %j", async (path) => {
    const { feed, requests } = await served((_, response) => response.end(good), { url: "" }, path);
    await failureOf(feed.rounds());
    expect(requests).toEqual([]);
    const reached = await served((_, response) => response.end(good), {}, path);
    await reached.feed.details(12n);
    expect(reached.requests[0]?.url).toBe(`${path.replace(/\/$/, "")}/rounds/12`);
  });

  it("needs no token, and may compress its answers", async () => {
    const { requests, feed } = await served((_, response) => {
      response.setHeader("content-encoding", "gzip");
      response.end(gzipSync(good));
    });
    expect((await feed.details(12n)).models).toHaveLength(5);
    const bare = neutralFeed({ url: `http://${requests[0]?.headers.host ?? ""}`, tournament: 3 });
    expect((await bare.details(12n)).resolved).toBe(true);
    expect(requests[1]?.headers).not.toHaveProperty("authorization");
  });

  const passing: [string, Answer, string][] = [
    ["HTTP 500", (_, r) => r.writeHead(500).end(good), "HTTP 500"],
    ["HTTP 503 with an explanation", (_, r) => r.writeHead(503).end('{"detail":"maintenance"}'), "HTTP 503"],
    ["HTTP 429", (_, r) => r.writeHead(429).end(), "HTTP 429"],
    ["HTTP 404", (_, r) => r.writeHead(404).end("<html>"), "HTTP 404"],
    ["HTTP 401", (_, r) => r.writeHead(401).end(SECRET), "HTTP 401"],
    ["HTTP 204", (_, r) => r.writeHead(204).end(), "HTTP 204"],
    ["HTTP 206, half of it", (_, r) => r.writeHead(206).end(good), "HTTP 206"],
    ["a redirect", (_, r) => r.writeHead(302, { location: "https://elsewhere.example/" }).end(), "redirect"],
    ["a connection cut at once", (_, r) => void r.destroy(), "127.0.0.1"],
    ["a connection cut in the body", (_, r) => void r.write(good.slice(0, 50), () => r.destroy()), "127.0.0.1"],
    [
      "fewer bytes than announced",
      (_, r) => r.writeHead(200, { "content-length": good.length + 1 }).end(good, () => r.destroy()),
      "127.0.0.1",
    ],
    [
      "what is said to be compressed and isn't",
      (_, r) => r.writeHead(200, { "content-encoding": "gzip" }).end(good),
      "127",
    ],
  ];
  it.each(passing)("may be asked again after %s", async (_, answer, says) => {
    const { feed } = await served(answer);
    for (const ask of both(feed)) {
      const error = await failureOf(ask());
      expect(error).toBeInstanceOf(FeedUnavailable);
      expect(error.message).toMatch(/^127\.0\.0\.1:\d+: /);
      expect(error.message).toContain(says);
    }
  });

  it.each<[string, Answer]>([
    ["never answers", () => undefined],
    ["drips", (_, response) => void setInterval(() => response.write(" "), 10).unref()],
  ])("is left when it %s", async (_, answer) => {
    const { feed } = await served(answer, { timeoutMs: 100 });
    const error = await failureOf(feed.details(12n));
    expect(error).toBeInstanceOf(FeedUnavailable);
    expect(error.message).toContain("no answer in time");
  });

  const refused: [string, string | Buffer, string, string][] = [
    ["nothing", "", "body", "is not JSON ("],
    ["blanks", "\n\n", "body", "is not JSON ("],
    ["HTML", "<!doctype html><html></html>", "body", "is not JSON ("],
    ["a cut answer", good.slice(0, -1), "body", "is not JSON (an object without end"],
    ["an answer cut in a text", good.slice(0, 20), "body", "is not JSON (a text without end"],
    ["two answers", good + good, "body", "is not JSON (something after its end"],
    ["a byte order mark", `\ufeff${good}`, "body", "is not JSON ("],
    ["JavaScript", `callback(${good})`, "body", "is not JSON ("],
    ["single quotes", good.replaceAll('"', "'"), "body", "is not JSON (no text"],
    ["a comma too many", good.replace(/\}$/, ",}"), "body", "is not JSON (no text"],
    ["a comment", `/* ours */${good}`, "body", "is not JSON ("],
    ["UTF-16", Buffer.from(good, "utf16le"), "body", "is not JSON ("],
    ["Latin-1", Buffer.from(good.replace("bob", "bób"), "latin1"), "body", "is not UTF-8"],
    ["a cut letter", Buffer.concat([Buffer.from(good), Buffer.from([0xf0, 0x9f])]), "body", "is not UTF-8"],
    ["a bare control character", good.replace("bob", "b\u0001b"), "body", "is not JSON (a text with"],
    ["a depth of 65", "[".repeat(70), "body", "is nested deeper than 64 levels"],
    ["a depth of a million", '{"a":'.repeat(1e6), "body", "is nested deeper than 64 levels"],
    ["a list", "[]", "body", "a list of 0 is not an object"],
    ["null", "null", "body", "null is not an object"],
    ["a number", "12", "body", "12 is not an object"],
    ["text", '"round"', "body", '"round" is not an object'],
    ["a NaN", "NaN", "body", "is not"],
    ["an error with HTTP 200", '{"errors":[{"message":"odd"}]}', "format", 'is missing; expected "numeraire-feed/1"'],
    ["a detail with HTTP 200", '{"detail":"try later"}', "format", "is missing"],
  ];
  it.each(refused)("is refused when it answers %s", async (_, body, field, says) => {
    const { feed } = await served((_request, response) => response.end(body));
    for (const ask of both(feed)) {
      const error = await failureOf(ask());
      expect(error).toBeInstanceOf(InputError);
      expect(error).toHaveProperty("field", field);
      expect(error.message).toContain(says);
    }
  });

  it("is cut off when the answer is too long, also one that is only blown up", async () => {
    const { feed } = await served((_, response) => response.end(" ".repeat(1001)), { maxBytes: 1000 });
    expect((await failureOf(feed.rounds())).message).toBe("body: is longer than 1000 bytes; a round is far shorter");
    const bomb = gzipSync(" ".repeat(1_000_000));
    const { feed: zipped } = await served(
      (_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
      { maxBytes: 10_000 },
    );
    expect(bomb.length).toBeLessThan(10_000);
    expect(await failureOf(zipped.rounds())).toBeInstanceOf(InputError);
    const endless = await served((_, response) => {
      const megabyte = " ".repeat(2 ** 20);
      const more = (): void => void response.write(megabyte, (error) => (error ? undefined : more()));
      more();
    });
    expect((await failureOf(endless.feed.rounds())).message).toMatch(/^body: is longer than 67108864 bytes/);
    const { feed: exact } = await served((_, r) => r.end(good.padEnd(2000)), { maxBytes: 2000 });
    expect((await exact.details(12n)).models).toHaveLength(5);
  });
});
