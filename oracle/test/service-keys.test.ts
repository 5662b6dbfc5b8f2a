import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { oracle, oracleReading } from "./service-process.ts";
import { type RemoteSigner, remoteSigner } from "./signers-remote-server.ts";
import { secretFolder } from "./signers-files.ts";
import { ADDRESS, CONTRACT, domain, KEY, report, TOURNAMENT } from "./signers-values.ts";

const { folder, write, close } = secretFolder();
let signer: RemoteSigner;
beforeAll(async () => {
  signer = await remoteSigner(KEY, "/canary-token");
});
beforeEach(() => {
  signer.mischief = null;
});
afterAll(async () => {
  await signer.close();
  close();
});

/** No node and no feed are there: keys need neither. */
function config(keys: object, changes: object = {}): string {
  const settings = {
    ...changes,
    rpcUrls: ["http://127.0.0.1:9"],
    chainId: domain.chainId,
    contract: CONTRACT,
    tournament: TOURNAMENT,
    feed: { kind: "folder", path: "." },
    keys,
  };
  return write(JSON.stringify(settings), "config.json");
}

const remote = () => ({ kind: "remote", url: signer.url, address: ADDRESS });
const text = JSON.stringify({ ...report, round: report.round.toString() });

describe("oracle keys new", () => {
  it("makes a keystore that the other commands use", async () => {
    const passwordFile = write("correct horse\n", "password");
    const file = join(folder, "reporter.json");
    const { code, out, err } = await oracle("keys", "new", "--out", file, "--password-file", passwordFile);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const { address } = JSON.parse(out) as { address: string };
    expect(JSON.parse(out)).toEqual({ address, file });
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const settings = config({ reporters: [{ kind: "keystore", file: "reporter.json", passwordFile: "password" }] });
    const list = await oracle("keys", "list", "--config", settings, "--json");
    expect(list.code).toBe(0);
    expect(JSON.parse(list.out)).toEqual([
      { role: "reporter", kind: "keystore", address, field: "config.keys.reporters.0", state: "answers", says: "" },
    ]);
  });

  it("answers 2 and leaves everything as it is where the file exists or the password lies open", async () => {
    const file = write("another key", "taken");
    const taken = await oracle("keys", "new", "--out", file, "--password-file", write("x", "password"));
    expect(taken).toMatchObject({ code: 2, out: "" });
    expect(taken.err).toMatch(/^oracle: --out: .*taken exists, and is left as it is; choose another name\n$/);
    expect(readFileSync(file, "utf8")).toBe("another key");
    const lax = await oracle("keys", "new", "--out", join(folder, "n"), "--password-file", write("x", "lax", 0o644));
    expect(lax.code).toBe(2);
    expect(lax.err).toMatch(/^oracle: --password-file: others may read .*lax \(mode 0644\); run: chmod 600 /);
  });

  it.each<[string, readonly string[]]>([
    ["no command", ["keys"]],
    ["no password", ["keys", "new", "--out", "x"]],
    ["a password on the command line", ["keys", "new", "--out", "x", "--password", "x"]],
    ["no report", ["sign", "--config", "x"]],
  ])("answers 2 to %s", async (_, args) => {
    expect((await oracle(...args)).code).toBe(2);
  });
});

describe("oracle keys list", () => {
  const other = privateKeyToAccount(`0x${"0b".repeat(32)}`).address;

  it("shows roles, kinds, addresses and who answers, as a table", async () => {
    const settings = config({
      reporters: [remote()],
      relayer: { kind: "file", file: write("0b".repeat(32), "relayer") },
    });
    const { code, out } = await oracle("keys", "list", "--config", settings);
    expect(code).toBe(0);
    expect(out.split("\n").map((line) => line.trimEnd())).toEqual([
      `reporter  remote  ${ADDRESS}  answers`,
      `relayer   file    ${other}  answers`,
      "",
    ]);
  });

  it("says so where there are none", async () => {
    expect(await oracle("keys", "list", "--config", config({}))).toMatchObject({
      code: 0,
      out: "no keys: this oracle signs and sends nothing\n",
    });
  });

  it("answers 3 where a signer is down, and 1 where one refuses, whatever the others do", async () => {
    const dead = { kind: "remote", url: "http://127.0.0.1:9/canary-token", address: other };
    const down = await oracle("keys", "list", "--config", config({ reporters: [dead], relayer: remote() }));
    expect(down.code).toBe(3);
    expect(down.out).toMatch(
      /reporter {2}remote {2}0x\w+ {2}down {5}the signer of 0x\w+ at 127\.0\.0\.1:9 doesn't answer/,
    );
    signer.mischief = () => ({ result: [] });
    const refused = await oracle("keys", "list", "--config", config({ reporters: [dead], relayer: remote() }));
    expect(refused.code).toBe(1);
    expect(refused.out).toMatch(/relayer .* refuses {2}the signer of 0x\w+ at 127\.0\.0\.1:\d+ doesn't list that key/);
    expect(down.out + down.err + refused.out + refused.err).not.toContain("canary-token");
  });

  it("names every key that can't be opened, at once", async () => {
    write("{}", "empty.json");
    write("password", "password");
    const settings = config({
      reporters: [{ kind: "file", file: "none" }],
      relayer: { kind: "keystore", file: "empty.json", passwordFile: "password" },
      organizer: { kind: "remote", urlFile: "password", address: ADDRESS },
    });
    const { code, err } = await oracle("keys", "list", "--config", settings);
    expect(code).toBe(2);
    expect(
      err
        .trim()
        .split("\n")
        .map((line) => line.split(": ").slice(0, 3).join(": ")),
    ).toEqual([
      "oracle: config.keys.reporters.0.file: the file can't be read (ENOENT); give its path, which counts from the configuration's folder",
      "oracle: config.keys.relayer: this is no keystore of version 3",
      "oracle: config.keys.organizer.urlFile: must hold an http:// or https:// URL without user and password",
    ]);
  });
});

describe("oracle sign", () => {
  it.each<[string, string, RegExp]>([
    [
      "another tournament's",
      text.replace('"tournament":3', '"tournament":4'),
      /^oracle: report\.tournament: must be 3\n$/,
    ],
    ["one with more in it", text.replace("{", '{"chainId":1,'), /^oracle: report\.chainId: is no part of a report\n$/],
    [
      "one with less in it",
      text.replace('"batch":0,', ""),
      /^oracle: report\.batch: must be a whole number below 2\^32/,
    ],
    ["one whose round lost digits", text.replace('"5"', "12345678901234567890"), /^oracle: report\.round: must be/],
    ["what is no JSON", `canary ${text}`, /^oracle: --report: is not JSON\n$/],
    ["nothing", "", /^oracle: --report: is not JSON\n$/],
  ])("answers 2 to %s", async (_, given, message) => {
    const { code, out, err } = await oracleReading(
      given,
      "sign",
      "--config",
      config({ reporters: [remote()] }),
      "--report",
      "-",
    );
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(message);
  });

  it("answers 2 without a key, and without a folder to keep what it signs", async () => {
    const run = (changes: object) => oracleReading(text, "sign", "--config", config({}, changes), "--report", "-");
    expect(await run({ dataFolder: "data" })).toMatchObject({
      code: 2,
      err: "oracle: config.keys.reporters: has no key to sign with; add one\n",
    });
    expect(await run({})).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^oracle: config\.dataFolder: /) as string,
    });
  });
});
