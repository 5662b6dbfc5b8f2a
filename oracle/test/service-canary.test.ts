import { execFileSync, spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type { Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { loadConfig } from "../src/service/config.ts";
import { buildOracle } from "../src/service/oracle.ts";
import { proxyOf, type Proxy } from "./reconciler-proxy.ts";
import { buildWorld, KEYS, type World } from "./reconciler-world.ts";
import { ended, MAIN, oracle, oracleReading } from "./service-process.ts";
import { complaintOf, secretFolder } from "./signers-files.ts";
import { keystoreOf } from "./signers-keystores.ts";
import { type RemoteSigner, remoteSigner } from "./signers-remote-server.ts";

// Secrets in real processes, in set-ups that work and that don't; none of them may ever be seen from outside.

const [FIRST, SECOND] = KEYS.reporters as unknown as readonly [Hex, Hex];
const PASSWORD = "canary-Passw0rd ☃";
const FEED_TOKEN = "canary-public-id$canary-secret-key";
const RPC_TOKEN = "canary-rpc-token";
const SIGNER_TOKEN = "canary-signer-token";
const FEED_URL_TOKEN = "canary-feed-url-token";

const { write, close } = secretFolder();
let world: World;
let node: Proxy;
let signer: RemoteSigner;
let feed: Server;
let stored: string;
let canaries: readonly string[];

beforeAll(async () => {
  world = await buildWorld({ positions: 3 });
  node = await proxyOf(world.url);
  signer = await remoteSigner(SECOND, `/${SIGNER_TOKEN}`);
  // A feed that repeats whatever it is told, as bad servers do.
  feed = createServer((request, response) => {
    const told = request.headers.authorization ?? "nothing";
    response.writeHead(403).end(JSON.stringify({ errors: [{ message: `denied: ${told}` }] }));
  }).listen(0, "127.0.0.1");
  await once(feed, "listening");
  stored = JSON.stringify(keystoreOf(KEYS.organizer, PASSWORD));
  canaries = [
    FIRST,
    SECOND,
    KEYS.relayer,
    KEYS.organizer,
    PASSWORD,
    FEED_TOKEN,
    RPC_TOKEN,
    SIGNER_TOKEN,
    FEED_URL_TOKEN,
  ];
  write(stored, "organizer.json");
  write(`${PASSWORD}\n`, "password");
  write(FIRST, "first");
  write(KEYS.relayer, "relayer");
  write(FEED_TOKEN, "token");
  write(`${node.url}/${RPC_TOKEN}`, "rpc-url");
  write(signer.url, "signer-url");
}, 60_000);
afterAll(async () => {
  node.close();
  feed.close();
  await signer.close();
  await world.close();
  close();
});

const second = () => privateKeyToAccount(SECOND).address;

function settings() {
  return {
    rpcUrls: [{ urlFile: "rpc-url" }],
    chainId: 31_337,
    contract: world.contract,
    tournament: 1,
    feed: { kind: "folder", path: world.folder } as object,
    keys: {
      reporters: [
        { kind: "file", file: "first" },
        { kind: "remote", urlFile: "signer-url", address: second() },
      ] as object[],
      relayer: { kind: "file", file: "relayer" } as object,
      organizer: { kind: "keystore", file: "organizer.json", passwordFile: "password" } as object,
    },
    opening: world.configuration.opening,
    port: 0,
    pollIntervalMs: 50,
    feedSettleSeconds: 0,
    maxBlockAgeSeconds: 0,
    logLevel: "debug",
  };
}
type Settings = ReturnType<typeof settings>;

/** A secret as it might be printed: as it is, without 0x, as a number, as bytes, in hex, in base64 or in a URL. */
function forms(secret: string): string[] {
  const hex = /^0x([\da-f]{64})$/.exec(secret)?.[1];
  const parts = secret.includes("$") ? [secret, ...secret.split("$")] : [secret];
  const encoded = parts.flatMap((part) => [
    part,
    Buffer.from(part).toString("hex"),
    Buffer.from(part).toString("base64").replace(/=*$/, ""),
    Buffer.from(part).toString("base64url"),
    encodeURIComponent(part),
    JSON.stringify(part).slice(1, -1),
  ]);
  if (hex === undefined) return encoded;
  const bytes = Buffer.from(hex, "hex");
  return [
    ...encoded,
    hex,
    BigInt(secret).toString(),
    bytes.toString("base64").replace(/=*$/, ""),
    [...bytes].join(","),
  ];
}

function expectSilence(output: string): void {
  const seen = output.toLowerCase();
  for (const [index, canary] of canaries.entries()) {
    for (const form of forms(canary)) {
      // The name of the secret, never the secret: this text ends up in a log as well.
      if (seen.includes(form.toLowerCase())) throw new Error(`secret ${index} was seen`);
    }
  }
}

describe("the canaries", () => {
  it("would be seen: in every form, and in other letters", () => {
    for (const canary of canaries) {
      for (const form of forms(canary))
        expect(complaintOf(() => expectSilence(`x${form.toUpperCase()}x`))).toMatch(/was seen/);
    }
    expectSilence("nothing of the kind");
  });
});

describe("a service with secrets", () => {
  it("shows none in its log, its answers, its process or its end, while all goes well and while all goes wrong", async () => {
    const file = write(JSON.stringify(settings()), "run.json");
    const child = spawn(process.execPath, [MAIN, "run", "--config", file], { stdio: ["ignore", "pipe", "pipe"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const output = ended(child);
    const url = await listening(child.stdout);
    const seen: string[] = [];
    const look = async (): Promise<void> => {
      for (const path of ["/livez", "/readyz", "/rounds", "/rounds/5", "/rounds/x", `/${RPC_TOKEN.length}`]) {
        const response = await fetch(url + path);
        seen.push(JSON.stringify([...response.headers]), await response.text());
      }
      for (const name of ["cmdline", "environ", "status", "mountinfo"])
        seen.push(readFileSync(`/proc/${String(child.pid)}/${name}`, "latin1"));
      seen.push(execFileSync("ps", ["-efww"]).toString(), execFileSync("ps", ["eww", String(child.pid)]).toString());
    };
    await until(async () => (await fetch(`${url}/readyz`)).status === 200);
    await look();
    // The round is opened and locked by the service; its signer repeats what it was asked, and where.
    signer.mischief = (question) => ({ error: { code: -32_000, message: JSON.stringify([SIGNER_TOKEN, question]) } });
    await world.moveTo(world.times.closesAt);
    await until(async () => (await world.round()).state === 3);
    await world.moveTo(world.times.resolvesAt);
    await until(async () => (await (await fetch(`${url}/readyz`)).text()).includes("signer_refused"));
    await look();
    node.line = "refused";
    await until(async () => (await (await fetch(`${url}/readyz`)).text()).includes("rpc_down"));
    await look();
    child.kill("SIGTERM");
    const { code, out, err } = await output;
    expect(code).toBe(0);
    expect(out).toContain("signer_refused");
    expect(seen.join()).toContain("signer_refused");
    expectSilence([out, err, ...seen].join("\n"));
    node.line = null;
    signer.mischief = null;
  });
});

describe("commands with secrets", () => {
  const keyed = (change: object) => (given: Settings) => ({ ...given, keys: { ...given.keys, ...change } });
  const relayer = (source: unknown) => keyed({ relayer: source });
  const organizer = (source: unknown) => keyed({ organizer: source });
  const remote = (url: string) => ({ kind: "remote", url, address: second() });
  const file = (path: string) => ({ kind: "file", file: path });

  it.each<[string, (given: Settings) => object | string, number]>([
    ["nothing wrong", (given) => given, 0],
    ["a key in the place of its file", (given) => relayer(file(KEYS.relayer))(given), 2],
    [
      "a password in the place of its file",
      organizer({ kind: "keystore", file: "organizer.json", passwordFile: PASSWORD }),
      2,
    ],
    ["a key in the place of its source", (given) => organizer(FIRST)(given), 2],
    ["a key in the place of its kind", (given) => organizer({ kind: FIRST })(given), 2],
    ["a key as a setting's name", (given) => keyed({ [FIRST]: 1 })(given), 2],
    ["another secret as password", organizer({ kind: "keystore", file: "organizer.json", passwordFile: "token" }), 2],
    [
      "a key's file in the place of its keystore",
      organizer({ kind: "keystore", file: "first", passwordFile: "password" }),
      2,
    ],
    ["a keystore in the place of a key's file", organizer(file("organizer.json")), 2],
    ["a damaged keystore", organizer({ kind: "keystore", file: "damaged.json", passwordFile: "password" }), 2],
    ["a key with a digit too many", relayer(file("long")), 2],
    ["a key that others may read", relayer(file("open")), 2],
    ["a key in two roles", relayer(file("first")), 2],
    ["a spoilt signer's URL", relayer(remote(`ftp://x/${SIGNER_TOKEN}`)), 2],
    ["a password in a signer's URL", relayer(remote(`http://u:${SIGNER_TOKEN}@127.0.0.1/`)), 2],
    ["a file with a spoilt URL", relayer({ kind: "remote", urlFile: "token", address: second() }), 2],
    ["a node's URL in another place", (given) => ({ ...given, logLevel: `http://x/${RPC_TOKEN}` }), 2],
    ["no comma after a key", (given) => `${JSON.stringify(relayer(KEYS.relayer)(given)).slice(0, -1)} "x"`, 2],
    ["a key before all", () => `${FIRST} {}`, 2],
    ["a node that's gone", (given) => ({ ...given, rpcUrls: [`http://127.0.0.1:9/${RPC_TOKEN}`] }), 3],
    ["a signer that's gone", keyed({ reporters: [file("first"), remote(`http://127.0.0.1:9/${SIGNER_TOKEN}`)] }), 3],
    [
      "a feed that repeats its token",
      (given) => ({
        ...given,
        feed: {
          kind: "numerai",
          tournament: 8,
          tokenFile: "token",
          url: `http://127.0.0.1:${(feed.address() as AddressInfo).port}/?k=${FEED_URL_TOKEN}`,
        },
      }),
      3,
    ],
  ])("show none with %s", async (_, change, expected) => {
    write(stored.slice(0, -20), "damaged.json");
    write(`${KEYS.relayer}0`, "long");
    write(KEYS.relayer, "open", 0o644);
    const changed = change(settings());
    const config = write(typeof changed === "string" ? changed : JSON.stringify(changed), "config.json");
    const [checked, signed] = await Promise.all([
      oracle("check", "--config", config),
      oracleReading(`{"round":"${FIRST}","${PASSWORD}":1}`, "sign", "--config", config, "--report", "-"),
    ]);
    expectSilence([checked, signed].map(({ out, err }) => out + err).join("\n"));
    expect(checked.code).toBe(expected);
    expect(signed.code).toBe(2);
  });

  it("show none wherever in the configuration one stands by mistake", () => {
    const base = JSON.parse(JSON.stringify(settings())) as Record<string, unknown>;
    const places = placesIn(base);
    expect(places.length).toBeGreaterThan(25);
    // Elsewhere a password is a word like any other; keys and URLs are known by their looks.
    const secret = fc.constantFrom(FIRST, FIRST.slice(2), `https://x/${RPC_TOKEN}`, `http://u:${SIGNER_TOKEN}@x`);
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.oneof(
          secret,
          secret.map((text) => [text]),
          secret.map((text) => ({ [text]: text })),
        ),
        (path, value) => {
          const config = write(JSON.stringify(replaced(base, path, value)), "config.json");
          const says = complaintOf(() => buildOracle(loadConfig(config), pino({ level: "silent" })));
          expectSilence(says);
        },
      ),
      { numRuns: 400 },
    );
  }, 300_000);
});

/** The URL in the line that says that it started. */
async function listening(log: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for (;;) {
    const [chunk] = (await once(log, "data")) as [Buffer];
    text += chunk.toString();
    const url = /"url":"([^"]+)"/.exec(text)?.[1];
    if (url !== undefined) return url;
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}

function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const inner = typeof value === "object" && value !== null ? Object.entries(value) : [];
  return [path, ...inner.flatMap(([name, child]) => placesIn(child, [...path, name]))];
}

function replaced(value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown {
  if (name === undefined) return by;
  const members = value as Record<string, unknown>;
  const changed = replaced(members[name], rest, by);
  return Array.isArray(value) ? value.with(Number(name), changed) : { ...members, [name]: changed };
}
