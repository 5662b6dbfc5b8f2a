import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { numeraiFeed } from "../src/feeds/numerai.ts";
import { folderOf, made2021 } from "./feeds-files.ts";

const MAIN = fileURLToPath(new URL("../src/simulator/main.ts", import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function start(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  const output = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output.err += chunk.toString()));
  return { child, output };
}

async function ended(...args: string[]) {
  const { child, output } = start(...args);
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...output };
}

async function serving(...args: string[]) {
  const { child, output } = start("--port", "0", ...args);
  while (!output.out.includes("\n")) await once(child.stdout, "data");
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output.out)?.[0] ?? "";
  return { child, output, url, feed: numeraiFeed({ url, tournament: 8 }) };
}

describe("the simulator's command", () => {
  it("serves made-up rounds on the wall clock until it is told to stop", async () => {
    const { child, output, feed } = await serving("--models", "20", "--rounds", "90", "--seed", "5");
    expect(output.out).toMatch(/^90 rounds of tournament 8 at http.*, the first opens at .*Z\n$/);
    const states = new Set((await feed.rounds()).rounds.map(({ status }) => status));
    expect(states).toEqual(expect.objectContaining({ size: states.size }));
    expect([...states]).toEqual(expect.arrayContaining(["resolved", "resolving", "upcoming"]));
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(output.err).toBe("");
  });

  it("plays Signals, whose feed asks for churn and turnover as well", async () => {
    const { output, url } = await serving("--tournament", "11", "--models", "40", "--rounds", "40");
    expect(output.out).toContain("40 rounds of tournament 11 at");
    const feed = numeraiFeed({ url, tournament: 11 });
    const [first] = (await feed.rounds()).rounds;
    expect(first?.scoreNames).toEqual(["alpha", "mpc"]);
    const { models } = await feed.details(first?.number ?? 0n);
    expect(models.every(({ raw }) => raw["churnThreshold"] === "0.15" && raw["turnoverThreshold"] === "0.25")).toBe(
      true,
    );
  });

  it("plays files", async () => {
    const { feed } = await serving("--data", made2021([245, 246]));
    expect((await feed.rounds()).rounds.map(({ number, status }) => [number, status])).toEqual([
      [245n, "resolved"],
      [246n, "resolved"],
    ]);
  });

  it("says in one line that its port is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const { code, err, out } = await ended("--port", String(port), "--models", "1", "--rounds", "1");
    server.close();
    expect(code).toBe(1);
    expect(err).toMatch(/^simulator: the port is taken \(.*127\.0\.0\.1:\d+\); give another --port\n$/);
    expect(out).toBe("");
  });

  const empty = folderOf({});
  it.each([
    [["--port", "70000"], "whole number from 0 to 65535"],
    [["--models", "0"], "whole number from 1"],
    [["--rounds", "1.5"], "whole number from 1"],
    [["--tournament", "9"], "Allowed is 8, 11 or 12."],
    [["--nonsense"], "unknown option '--nonsense'"],
    [["--data", empty], `simulator: folder: ${empty} holds no file named round-<number>.json`],
    [["--open-for", "100", "--resolves-after", "50"], "simulator: --resolves-after: 50 is not after --open-for 100"],
  ])("refuses %j", async (args, message) => {
    const { code, err } = await ended("--port", "0", ...args);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(err.trim().split("\n")).toHaveLength(1);
  });
});
