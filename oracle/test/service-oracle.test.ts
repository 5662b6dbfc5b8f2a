import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, it } from "vitest";
import { parseConfig } from "../src/service/config.ts";
import { buildOracle } from "../src/service/oracle.ts";

const GOOD = {
  rpcUrls: ["http://127.0.0.1:9"],
  chainId: 1,
  contract: `0x${"12".repeat(20)}`,
  tournament: 1,
  feed: { kind: "numerai", tournament: 8 },
};

function build(rpcUrls: readonly unknown[], folder = ".") {
  return buildOracle(parseConfig({ ...GOOD, rpcUrls }, folder), pino({ level: "silent" }));
}

it("lets no node vote twice, and names it by its place, not by its URL", () => {
  const twice = ["http://one/canary", "http://two", "http://one/canary"];
  expect(() => build(twice)).toThrow(/^config\.rpcUrls\.2: is there twice, and would vote twice; name another node$/);
});

it("takes a node's URL from a file of its owner's, and shows no more of it than the host", () => {
  const folder = mkdtempSync(join(tmpdir(), "oracle-node-"));
  writeFileSync(join(folder, "node"), "https://node.example/canary\n", { mode: 0o600 });
  writeFileSync(join(folder, "none"), "canary\n", { mode: 0o600 });
  const endpoints = build([{ urlFile: "node" }], folder).endpoints();
  expect(endpoints).toMatchObject([{ index: 0, host: "node.example", state: "alive", answered: 0 }]);
  expect(String(endpoints.map((endpoint) => Object.values(endpoint).join()))).not.toContain("canary");
  expect(() => build([{ urlFile: "none" }], folder)).toThrow(
    /^config\.rpcUrls\.0\.urlFile: must hold an http:\/\/ or https:\/\/ URL$/,
  );
  rmSync(folder, { recursive: true });
});

it.each(["numerai", "http"])(
  "leaves a feed of kind %s that hangs after the configured time, and its connection too",
  async (kind) => {
    const server = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const config = parseConfig(
      {
        rpcUrls: ["http://127.0.0.1:9"],
        chainId: 1,
        contract: `0x${"12".repeat(20)}`,
        tournament: 1,
        feed: { kind, url: `http://127.0.0.1:${port}`, tournament: 8 },
        feedTimeoutMs: 100,
      },
      ".",
    );
    const { feed } = buildOracle(config, pino({ level: "silent" }));
    const asked = once(server, "connection") as Promise<[NodeJS.EventEmitter]>;
    const answer = expect(feed.rounds()).rejects.toThrow("no answer in time");
    const [connection] = await asked;
    await Promise.all([answer, once(connection, "close")]);
    server.close();
  },
  5_000,
);

it("asks any organizer's server with the token from its file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "feed-token-"));
  writeFileSync(join(folder, "token"), "canary\n", { mode: 0o600 });
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url, headers }, response) => {
    asked.push(url, headers.authorization);
    response.writeHead(403).end("canary");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const feed = { kind: "http", url: `http://127.0.0.1:${port}/v1`, tournament: 3, tokenFile: "token" };
  const config = { rpcUrls: ["http://127.0.0.1:9"], chainId: 1, contract: `0x${"12".repeat(20)}`, tournament: 1, feed };
  const oracle = buildOracle(parseConfig(config, folder), pino({ level: "silent" }));
  await expect(oracle.feed.rounds()).rejects.toThrow(`127.0.0.1:${port}: HTTP 403`);
  expect(asked).toEqual(["/v1/rounds", "Bearer canary"]);
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});
