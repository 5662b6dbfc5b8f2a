import { once } from "node:events";
import { createServer } from "node:http";
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildWorld, KEYS, type World } from "./reconciler-world.ts";
import { oracle } from "./service-process.ts";
import { type Mischief, remoteSigner } from "./signers-remote-server.ts";

const key = (file: string) => ({ kind: "file", file });

describe("oracle, the command", () => {
  let world: World;
  beforeAll(async () => {
    world = await buildWorld({ positions: 3 });
  }, 60_000);
  afterAll(() => world.close());

  it("tick does what is due, says so, and finds nothing more to do", async () => {
    const first = await oracle("tick", "--config", world.configFile);
    expect(first.code).toBe(0);
    expect(first.out).toMatch(/done +open round 5 +0x[0-9a-f]{64}/);
    const second = await oracle("tick", "--config", world.configFile);
    expect(second.code).toBe(0);
    expect(second.out).toMatch(/waits +round_open +round 5 takes stakes until it closes/);
    expect(second.out).not.toContain("done");
  });

  it("tick answers 1 where somebody must act and 3 where it can't tell now", async () => {
    const elsewhere = world.writeConfig("elsewhere.json", { tournament: 9 });
    expect(await oracle("tick", "--config", elsewhere)).toMatchObject({
      code: 1,
      out: expect.stringContaining("tournament_missing") as string,
    });
    const nobody = world.writeConfig("nobody.json", { rpcUrls: ["http://127.0.0.1:9"] });
    expect(await oracle("tick", "--config", nobody)).toMatchObject({
      code: 3,
      out: expect.stringContaining("rpc_down") as string,
    });
  });

  it("check finds a good set-up good, line by line", async () => {
    const { code, out } = await oracle("check", "--config", world.configFile);
    expect(code).toBe(0);
    const lines = out
      .trim()
      .split("\n")
      .map((line) => line.split(/ +/).slice(0, 2).join(" "));
    expect(lines).toEqual([
      "good chain",
      "good reporter",
      "good reporter",
      "good quorum",
      "good relayer",
      "good organizer",
      "good organizer",
      "note signer",
      "note signer",
      "note signer",
      "note signer",
      "good feed",
    ]);
    expect(out).toMatch(
      /note +signer +the relayer's key 0x\w+ lies unencrypted; prefer a keystore or a signer for config/,
    );
  });

  it.each<[string, object, number, RegExp]>([
    ["another chain id", { chainId: 5 }, 1, /bad +chain +rpc 0 .* serves chain 31337, config\.chainId is 5/],
    [
      "no contract",
      { contract: `0x${"12".repeat(20)}` },
      1,
      /bad +chain +chain 31337 has no staking contract at 0x1212/,
    ],
    [
      "another's key as organizer's",
      { keys: { organizer: key("stranger") } },
      1,
      /bad +organizer +0x\w+ is not the organizer of tournament 1, 0x\w+ is/,
    ],
    [
      "a stranger as reporter",
      { keys: { reporters: [key("stranger")] } },
      1,
      /bad +reporter +0x\w+ is not in the tournament's reporter set, and a reporter of 0 of the 1 rounds in flight; mend/,
    ],
    [
      "too few reporters for a quorum",
      { keys: { reporters: [key("reporter-0")] } },
      1,
      /bad +quorum +1 of the 2 signatures that a report of a new round needs can be made here; give the other operators' nodes as config\.peers/,
    ],
    ["no reporters", { keys: {} }, 0, /good +reporters +no key: this oracle signs nothing/],
    ["an empty feed", { feed: { kind: "folder", path: "nowhere" } }, 1, /bad +feed +folder: .*nowhere can't be read/],
    ["a dead node", { rpcUrls: ["http://127.0.0.1:9/secret-canary"] }, 3, /unknown +chain +the chain can't be read/],
    [
      "a dead feed",
      { feed: { kind: "numerai", url: "http://127.0.0.1:9/secret-canary", tournament: 8 } },
      3,
      /unknown +feed +127\.0\.0\.1:9: /,
    ],
  ])("check finds %s", async (name, changes, expected, line) => {
    const { code, out, err } = await oracle("check", "--config", world.writeConfig(`${name}.json`, changes));
    expect(out).toMatch(line);
    expect(code).toBe(expected);
    expect(out + err).not.toContain("secret-canary");
  });

  // The world's set has three reporters and a quorum of two.
  it.each<[string, readonly Hex[], number, RegExp]>([
    ["delegated code", [`0xef0100${"12".repeat(20)}`], 0, /^(?!.*a contract).*$/s],
    ["one contract", ["0x00"], 0, /note +reporters +0x\w+: a contract; .*, which leaves 2 .* for a quorum of 2\n/],
    [
      "two contracts",
      ["0x00", "0x00"],
      1,
      /bad +reporters +0x\w+, 0x\w+: a contract; .*, which leaves 1 .* quorum is 2; /,
    ],
  ])("check finds among the reporters %s", async (_, codes, expected, says) => {
    const accounts = KEYS.reporters.toReversed().map((secret) => privateKeyToAccount(secret).address);
    const dress = (code: (index: number) => Hex): Promise<unknown> =>
      Promise.all(
        codes.map((_, index) => world.chain.setCode({ address: accounts[index] ?? "0x", bytecode: code(index) })),
      );
    await dress((index) => codes[index] ?? "0x");
    const { code, out } = await oracle("check", "--config", world.configFile).finally(() => dress(() => "0x"));
    expect(out).toMatch(says);
    expect(code).toBe(expected);
  });

  it.each<[string, Mischief | null, number, RegExp]>([
    ["answers", null, 0, /good +signer +the relayer's signer of 0x\w+ answers/],
    ["lacks the key", () => ({ result: [] }), 1, /bad +signer +the signer of 0x\w+ at \S+ doesn't list that key/],
    [
      "is down",
      (_, response) => void response.writeHead(503).end(),
      3,
      /unknown +signer +the signer of 0x\w+ at \S+ answers with HTTP 503/,
    ],
  ])("check asks a remote signer, which %s", async (name, mischief, expected, line) => {
    const signer = await remoteSigner(KEYS.relayer, "/secret-canary");
    signer.mischief = mischief;
    const relayer = { kind: "remote", url: signer.url, address: world.relayer };
    const keys = { ...world.configuration.keys, relayer };
    const { code, out } = await oracle("check", "--config", world.writeConfig(`${name}.json`, { keys }));
    await signer.close();
    expect(out).toMatch(line);
    expect(out).not.toContain("secret-canary");
    expect(code).toBe(expected);
  });

  it("check can't tell whether a feed without any round is the right one", async () => {
    const server = createServer((_, response) => response.end('{"data":{"rounds":[]}}')).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const feed = { kind: "numerai", url: `http://127.0.0.1:${port}`, tournament: 9 };
    const { code, out } = await oracle("check", "--config", world.writeConfig("roundless.json", { feed }));
    server.close();
    expect(out).toMatch(/unknown +feed +answers with 0 rounds; check that config\.feed\.tournament is/);
    expect(code).toBe(3);
  });

  it.each<[string, readonly string[], RegExp]>([
    ["no config", ["tick"], /required option '--config <file>'/],
    [
      "a config that isn't there",
      ["tick", "--config", "none.json"],
      /^oracle: --config: can't read none\.json \(ENOENT\)/,
    ],
    ["an unknown command", ["dance"], /unknown command 'dance'/],
    ["an unknown option", ["run", "--config", "none.json", "--fast"], /unknown option '--fast'/],
  ])("answers 2 to %s, in one line", async (_, args, message) => {
    const { code, err } = await oracle(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  it("answers 2 to a key file that isn't there, and names the setting", async () => {
    const config = world.writeConfig("keyless.json", { keys: { relayer: key("keys/none") } });
    expect(await oracle("run", "--config", config)).toMatchObject({
      code: 2,
      err: expect.stringMatching(
        /^oracle: config\.keys\.relayer\.file: the file can't be read \(ENOENT\); .*\n$/,
      ) as string,
    });
  });

  it("answers 2 to one key in two roles, and to one reporter twice", async () => {
    const keys = { reporters: [key("relayer"), key("relayer")], relayer: key("relayer"), organizer: key("relayer") };
    const { code, err } = await oracle("run", "--config", world.writeConfig("shared.json", { keys }));
    expect(code).toBe(2);
    const address = /0x\w{40}/.exec(err)?.[0] ?? "no address";
    expect(err.trim().split("\n")).toEqual(
      ["reporters.1", "relayer", "organizer"].map(
        (field) => `oracle: config.keys.${field}: ${address} is config.keys.reporters.0 too; give each its own key`,
      ),
    );
  });
});
