import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { keyFile } from "../quorum-world.ts";
import type { World } from "../reconciler-world.ts";
import { freePort, MAIN } from "../service-process.ts";

/** The processes of operators, each with keys, a feed, a folder and a port of its own. */
export type Fleet = {
  readonly urls: readonly string[];
  readonly configs: readonly string[];
  readonly start: (operator: number) => void;
  /** SIGKILL, wherever it is. */
  readonly kill: (operator: number) => Promise<void>;
  readonly killAll: () => Promise<void>;
  /** Every line that an operator's lives have written. */
  readonly said: (operator: number) => readonly string[];
  /** What no life should have done: end by itself, or meet an error that nobody foresaw. */
  readonly faults: readonly string[];
};

/** Between two turns of an operator. */
const POLL_MS = 250;
/** Of the other twin: about a block, so that it comes too late for some of what the first one does. */
const LATE_POLL_MS = 1_800;

export function dataOf(world: World, operator: number): string {
  return join(world.folder, `data-${operator}`);
}

export function feedOf(world: World, operator: number): string {
  return join(world.folder, `feed-${operator}`);
}

export type FleetOptions = {
  readonly operators: number;
  readonly turnSeconds: number;
  /** All have the first one's keys and folder, and know of nobody else. */
  readonly isTwins?: boolean;
};

/** Nobody runs yet. */
export async function fleetOf(world: World, options: FleetOptions): Promise<Fleet> {
  const { operators, turnSeconds, isTwins = false } = options;
  const places = Array.from({ length: operators }, (_, place) => place);
  const ports = await Promise.all(places.map(freePort));
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const configs = places.map((place) => {
    mkdirSync(feedOf(world, place));
    const owner = isTwins ? 0 : place;
    return world.writeConfig(`operator-${place}.json`, {
      feed: { kind: "folder", path: feedOf(world, place) },
      keys: {
        reporters: [keyFile(`reporter-${owner}`)],
        relayer: keyFile(`relayer-${owner}`),
        ...(owner === 0 && { organizer: keyFile("organizer") }),
      },
      port: ports[place],
      peers: isTwins ? [] : urls.filter((_, other) => other !== place).map((url) => ({ url })),
      peerTimeoutMs: 1_000,
      turnSeconds,
      pollIntervalMs: isTwins && place > 0 ? LATE_POLL_MS : POLL_MS,
      dataFolder: dataOf(world, owner),
      logLevel: isTwins ? "info" : "error",
    });
  });
  const living = new Map<number, ChildProcess>();
  const said = places.map((): string[] => []);
  const faults: string[] = [];
  const env = { ...process.env, NODE_COMPILE_CACHE: join(world.folder, "compiled") };
  // A life that is killed leaves no compiled code behind for the next one, one that ends does.
  spawnSync(process.execPath, [MAIN, "--help"], { env, stdio: "ignore" });
  // Nobody outlives this process, however it ends.
  process.once("exit", () => {
    for (const child of living.values()) child.kill("SIGKILL");
  });

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
    said: (operator) => said[operator] ?? [],
    start(operator) {
      const args = [MAIN, "run", "--config", configs[operator] ?? ""];
      const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
      living.set(operator, child);
      for (const input of [child.stdout, child.stderr]) {
        createInterface({ input }).on("line", (line) => {
          said[operator]?.push(line);
          if (line.includes('"code":"bug"')) faults.push(`operator ${operator} says ${line}`);
        });
      }
      child.once("exit", (code) => {
        if (living.get(operator) !== child) return;
        faults.push(
          `operator ${operator} ended by itself (${code ?? "signal"}): ${said[operator]?.slice(-3).join(" | ") ?? ""}`,
        );
      });
    },
    kill,
    async killAll() {
      await Promise.all([...living.keys()].map(kill));
    },
  };
}
