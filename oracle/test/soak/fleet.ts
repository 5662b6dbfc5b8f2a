import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { keyFile } from "../quorum-world.ts";
import type { World } from "../reconciler-world.ts";
import { MAIN } from "../service-process.ts";

/** The processes of operators, each with keys, a feed, a folder and a port of its own. */
export type Fleet = {
  readonly urls: readonly string[];
  readonly configs: readonly string[];
  readonly start: (operator: number) => void;
  /** SIGKILL, wherever it is. */
  readonly kill: (operator: number) => Promise<void>;
  readonly killAll: () => Promise<void>;
  /** What no life should have done: end by itself, or meet an error that nobody foresaw. */
  readonly faults: readonly string[];
};

/** Between two turns of an operator. */
const POLL_MS = 250;

export function dataOf(world: World, operator: number): string {
  return join(world.folder, `data-${operator}`);
}

export function feedOf(world: World, operator: number): string {
  return join(world.folder, `feed-${operator}`);
}

/** Nobody runs yet. */
export async function fleetOf(world: World, operators: number, turnSeconds: number): Promise<Fleet> {
  const places = Array.from({ length: operators }, (_, place) => place);
  const ports = await Promise.all(places.map(freePort));
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const configs = places.map((place) => {
    mkdirSync(feedOf(world, place));
    return world.writeConfig(`operator-${place}.json`, {
      feed: { kind: "folder", path: feedOf(world, place) },
      keys: {
        reporters: [keyFile(`reporter-${place}`)],
        relayer: keyFile(`relayer-${place}`),
        ...(place === 0 && { organizer: keyFile("organizer") }),
      },
      port: ports[place],
      peers: urls.filter((_, other) => other !== place).map((url) => ({ url })),
      peerTimeoutMs: 1_000,
      turnSeconds,
      pollIntervalMs: POLL_MS,
      dataFolder: dataOf(world, place),
      logLevel: "error",
    });
  });
  const living = new Map<number, ChildProcess>();
  const faults: string[] = [];

  const kill = async (operator: number): Promise<void> => {
    const child = living.get(operator);
    living.delete(operator);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  };
  return {
    urls,
    configs,
    faults,
    start(operator) {
      const args = [MAIN, "run", "--config", configs[operator] ?? ""];
      const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
      living.set(operator, child);
      const said: string[] = [];
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on("line", (line) => {
          said.push(line);
          if (line.includes('"code":"bug"')) faults.push(`operator ${operator} says ${line}`);
        });
      }
      child.once("exit", (code) => {
        if (living.get(operator) !== child) return;
        faults.push(`operator ${operator} ended by itself (${code ?? "signal"}): ${said.slice(-3).join(" | ")}`);
      });
    },
    kill,
    async killAll() {
      await Promise.all([...living.keys()].map(kill));
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
