import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError, loadConfig, parseConfig } from "../src/service/config.ts";

const GOOD = {
  rpcUrls: ["http://127.0.0.1:8545"],
  chainId: 1,
  contract: "0x1776e1F26f98b1A5dF9cD347953a26dd3Cb46671",
  tournament: 1,
  feed: { kind: "numerai", tournament: 8 },
};

const KEY = `0x${"ab".repeat(32)}`;

function problems(input: unknown): readonly string[] {
  try {
    parseConfig(input, "/base");
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("config", () => {
  it("needs little, and listens on this machine only", () => {
    expect(parseConfig(GOOD, "/base")).toMatchObject({
      host: "127.0.0.1",
      port: 8_080,
      pollIntervalMs: 12_000,
      deploymentBlock: 0,
      keys: { reporters: [] },
      repeatVetoed: false,
      feed: { url: "https://api-tournament.numer.ai" },
      opening: { disputeWindowSeconds: 86_400 },
      peers: [],
      turnSeconds: 36,
      feedSettleSeconds: 60,
    });
  });

  it("counts relative paths from its own folder", () => {
    const config = parseConfig(
      {
        ...GOOD,
        rpcUrls: ["http://a", { urlFile: "keys/node" }],
        keys: {
          reporters: [
            { kind: "file", file: "a" },
            { kind: "file", file: "/b" },
          ],
          relayer: { kind: "keystore", file: "keys/relayer", passwordFile: "keys/password" },
          organizer: { kind: "remote", urlFile: "url", address: GOOD.contract },
        },
        feed: { kind: "folder", path: "rounds" },
      },
      "/base",
    );
    expect(config.rpcUrls).toEqual(["http://a", { urlFile: "/base/keys/node" }]);
    expect(config.keys).toEqual({
      reporters: [
        { kind: "file", file: "/base/a" },
        { kind: "file", file: "/b" },
      ],
      relayer: { kind: "keystore", file: "/base/keys/relayer", passwordFile: "/base/keys/password" },
      organizer: { kind: "remote", urlFile: "/base/url", address: GOOD.contract },
    });
    expect(config.feed).toEqual({ kind: "folder", path: "/base/rounds" });
    const feed = { kind: "http", url: "https://feed.example/v1", tournament: 3, tokenFile: "token" };
    expect(parseConfig({ ...GOOD, feed }, "/base").feed).toEqual({ ...feed, tokenFile: "/base/token" });
  });

  it("takes an address in any case and writes it with its checksum", () => {
    expect(parseConfig({ ...GOOD, contract: GOOD.contract.toLowerCase() }, "/").contract).toBe(GOOD.contract);
  });

  it.each<[string, object, RegExp]>([
    [
      "peers.0.url",
      { peers: [{ url: "http://user:secret-canary@a.example" }] },
      /^config\.peers\.0\.url: value not shown; /,
    ],
    [
      "peers.0.url",
      { peers: [{ url: "ftp://a.example" }] },
      /^config\.peers\.0\.url: value not shown; must be an http/,
    ],
    ["peers", { peers: Array.from({ length: 64 }, () => ({ url: "http://a.example" })) }, /^config\.peers: .*63 nodes/],
    ["turnSeconds", { turnSeconds: -1 }, /^config\.turnSeconds: -1; must be a whole number from 0 to /],
    ["dataFolder", { dataFolder: "" }, /^config\.dataFolder: ""; must be the path of a folder/],
    ["chainId", { chainId: "1" }, /^config\.chainId: "1"; must be a whole number from 1 to /],
    ["chainId", { chainId: undefined }, /^config\.chainId: missing; must be /],
    ["contract", { contract: "0x1" }, /^config\.contract: "0x1"; must be an address/],
    ["tournament", { tournament: 0 }, /^config\.tournament: 0; must be a whole number from 1 to 4294967295$/],
    ["feed", { feed: undefined }, /^config\.feed: missing; must have "kind": "numerai", "http" or "folder"$/],
    [
      "feed.kind",
      { feed: { kind: "ftp" } },
      /^config\.feed\.kind: "ftp"; must have "kind": "numerai", "http" or "folder"$/,
    ],
    ["feed.tournament", { feed: { kind: "numerai" } }, /^config\.feed\.tournament: missing; must be a whole number/],
    ["feed.path", { feed: { kind: "folder", path: "" } }, /^config\.feed\.path: ""; must be the path of a folder$/],
    [
      "feed.url",
      { feed: { kind: "numerai", tournament: 8, url: "x" } },
      /^config\.feed\.url: value not shown; must be an http/,
    ],
    ["feed.url", { feed: { kind: "http", tournament: 1 } }, /^config\.feed\.url: missing; must be an http/],
    [
      "feed.tournament",
      { feed: { kind: "http", url: "http://feed", tournament: 0 } },
      /^config\.feed\.tournament: 0; must be a whole number from 1 to 4294967295$/,
    ],
    [
      "feed.gated",
      { feed: { kind: "numerai", tournament: 11, gated: "yes" } },
      /^config\.feed\.gated: "yes"; must be true or false$/,
    ],
    ["port", { port: 65_536 }, /^config\.port: 65536; must be a whole number from 0 to 65535$/],
    ["host", { host: "" }, /^config\.host: ""; must be a host name/],
    ["pollIntervalMs", { pollIntervalMs: 0.5 }, /^config\.pollIntervalMs: 0\.5; must be a whole number from 50 to /],
    ["logLevel", { logLevel: "loud" }, /^config\.logLevel: "loud"; must be debug, info, warn, error or silent$/],
    ["repeatVetoed", { repeatVetoed: "no" }, /^config\.repeatVetoed: "no"; must be true or false$/],
    ["keys", { keys: [] }, /^config\.keys: value not shown; must be an object with reporters, relayer, organizer$/],
    [
      "a key alone",
      { keys: { relayer: KEY } },
      /^config\.keys\.relayer: value not shown; must have "kind": "keystore"/,
    ],
    [
      "a kind",
      { keys: { relayer: { kind: "hsm" } } },
      /^config\.keys\.relayer\.kind: value not shown; must have "kind"/,
    ],
    [
      "no file",
      { keys: { reporters: [{ kind: "file" }] } },
      /^config\.keys\.reporters\.0\.file: missing; must be the path/,
    ],
    [
      "no password",
      { keys: { relayer: { kind: "keystore", file: "f" } } },
      /^config\.keys\.relayer\.passwordFile: missing; must be the path of a file$/,
    ],
    [
      "a password in the configuration",
      { keys: { relayer: { kind: "keystore", file: "f", passwordFile: "f", password: KEY } } },
      /^config\.keys\.relayer\.password: unknown setting/,
    ],
    [
      "no signer's URL",
      { keys: { organizer: { kind: "remote", address: GOOD.contract } } },
      /^config\.keys\.organizer\.url: missing; give either url or urlFile$/,
    ],
    [
      "two URLs",
      { keys: { organizer: { kind: "remote", address: GOOD.contract, url: "http://a", urlFile: "b" } } },
      /^config\.keys\.organizer\.url: value not shown; give either/,
    ],
    [
      "a signer's address",
      { keys: { organizer: { kind: "remote", address: "0x1", url: "http://a" } } },
      /^config\.keys\.organizer\.address: value not shown; must be an address/,
    ],
    [
      "a URL with a password",
      { keys: { organizer: { kind: "remote", address: GOOD.contract, url: "http://user:pass@a" } } },
      /^config\.keys\.organizer\.url: value not shown; must be an http.* without user and password$/,
    ],
    [
      "a second relayer",
      { keys: { relayers: [] } },
      /^config\.keys\.relayers: unknown setting; remove it or mend its spelling$/,
    ],
    [
      "reporterKeyFiles",
      { reporterKeyFiles: ["k"] },
      /^config\.reporterKeyFiles: it is part of "keys" now; write "keys"/,
    ],
    [
      "relayerKeyFile",
      { relayerKeyFile: "k" },
      /^config\.relayerKeyFile: .*write "keys": \{ "relayer": \{ "kind": "file"/,
    ],
    ["organizerKeyFile", { organizerKeyFile: "k" }, /^config\.organizerKeyFile: .*write "keys": \{ "organizer": \{/],
    ["a URL out of its place", { logLevel: "http://a/canary" }, /^config\.logLevel: value not shown; must be debug/],
    ["opening", { opening: { lockWindowSeconds: 0 } }, /^config\.opening\.lockWindowSeconds: 0; must be /],
    [
      "opening",
      { opening: { disputeWindowSeconds: 500_000 } },
      /^config\.opening\.settleWindowSeconds: .*no report could ever/,
    ],
    ["rpcUrls", { rpcUrls: undefined }, /^config\.rpcUrls: missing; must be a list of 1 to 9 nodes$/],
    ["rpcUrls", { rpcUrls: [] }, /^config\.rpcUrls: value not shown; must be a list of 1 to 9 nodes$/],
    ["rpcUrls", { rpcUrls: Array(10).fill("http://a") }, /^config\.rpcUrls: value not shown; must be a list of 1 to 9/],
    [
      "a node",
      { rpcUrls: ["ftp://a"] },
      /^config\.rpcUrls\.0: value not shown; must be an http:\/\/ or https:\/\/ URL$/,
    ],
    ["a node", { rpcUrls: [{ url: "http://a" }] }, /^config\.rpcUrls\.0: value not shown; must be an http/],
    ["rpcQuorum", { rpcQuorum: 0 }, /^config\.rpcQuorum: 0; must be a whole number from 1 to 9$/],
    ["rpcQuorum", { rpcQuorum: 2 }, /^config\.rpcQuorum: 2; must not be more than there are nodes in rpcUrls$/],
    ["finality", { finality: "sure" }, /^config\.finality: "sure"; must be finalized, safe or latest$/],
    ["a typo", { relayerKeyfile: "k" }, /^config\.relayerKeyfile: unknown setting; remove it or mend its spelling$/],
    ["a typo inside", { opening: { marginSecond: 1 } }, /^config\.opening\.marginSecond: unknown setting/],
    ["a typo in the feed", { feed: { kind: "folder", path: "p", url: "x" } }, /^config\.feed\.url: unknown setting/],
  ])("names %s, its value and what is allowed: %j", (_, changes, message) => {
    const said = problems({ ...GOOD, ...changes });
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(message);
  });

  it("names everything that is wrong at once", () => {
    expect(problems({ chainId: 0, bogus: 1 }).map((line) => line.split(":")[0])).toEqual([
      "config.rpcUrls",
      "config.chainId",
      "config.contract",
      "config.tournament",
      "config.feed",
      "config.bogus",
    ]);
  });

  it.each([[null], [[]], ["text"], [3]])("refuses %j as a whole", (input) => {
    expect(problems(input)).toHaveLength(1);
    expect(problems(input)[0]).toMatch(/^config: .*; must be a JSON object$/);
  });

  it("never repeats a URL, which may carry a key", () => {
    for (const rpcUrls of [["wss://node/canary-secret"], "canary-secret", [{ urlFile: 3, url: "canary-secret" }]]) {
      expect(problems({ ...GOOD, rpcUrls }).join()).not.toContain("canary-secret");
    }
  });

  describe("from a file", () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), "oracle-config-"));
    });
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    it("is read from where it lies", () => {
      const file = join(folder, "config.json");
      writeFileSync(file, JSON.stringify({ ...GOOD, keys: { relayer: { kind: "file", file: "relayer" } } }));
      expect(loadConfig(file).keys.relayer).toEqual({ kind: "file", file: join(folder, "relayer") });
    });

    it("that is missing or not JSON says so", () => {
      expect(() => loadConfig(join(folder, "none.json"))).toThrow(/^--config: can't read .*none\.json \(ENOENT\)/);
      const file = join(folder, "broken.json");
      writeFileSync(file, "{");
      expect(() => loadConfig(file)).toThrow(/^--config: .*broken\.json is not JSON; check its/);
      writeFileSync(file, `{ "keys": { "relayer": ${KEY} } }`);
      expect(() => loadConfig(file)).toThrow(/^((?!abab).)*$/s);
    });
  });
});
