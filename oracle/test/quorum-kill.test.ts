import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attestationsAnswer } from "../src/peers/wire.ts";
import { keyFile } from "./quorum-world.ts";
import { buildWorld, type World } from "./reconciler-world.ts";

const MAIN = join(import.meta.dirname, "../src/main.ts");
const [OPEN, LOCKED, SETTLED] = [1, 3, 4];
const HOUR = 3_600;
const OPERATORS = 3;
const BATCHES = 2;
/** In each of the round's four phases. `QUORUM_KILLS=125` makes it five hundred. */
const KILLS = Number(process.env["QUORUM_KILLS"] ?? 3);
const SEED = Number(process.env["KILL_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const BLOCK_MS = 150;
/** Seconds of a chain whose every block is at least one of them later. */
const TURN_SECONDS = 4;
/** About as long as a process takes to start and to take a turn. */
const LIFE_MS = 2_500;

/** Small, seeded, and good enough to choose moments. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("processes of three operators on a real chain", { timeout: 120_000 + 8_000 * KILLS * 4 }, () => {
  let world: World;
  let ports: number[];
  const living = new Map<number, ChildProcess>();
  const stopped = new AbortController();
  /** Every scores hash that was ever served, by reporter, batch, attempt and lock. */
  const served = new Map<string, Set<string>>();

  beforeAll(async () => {
    world = await buildWorld({ positions: (BATCHES - 1) * 1_024 + 3 });
    ports = await Promise.all(Array.from({ length: OPERATORS }, freePort));
    await world.chain.setAutomine(false);
    await world.chain.request({ method: "evm_setIntervalMining", params: [BLOCK_MS] } as never);
  }, 60_000);
  afterAll(async () => {
    stopped.abort();
    await Promise.all([...living.keys()].map(kill));
    await world.close();
  });

  const start = (operator: number): void => {
    const config = world.writeConfig(`operator-${operator}.json`, {
      keys: {
        reporters: [keyFile(`reporter-${operator}`)],
        relayer: keyFile(`relayer-${operator}`),
        ...(operator === 0 && { organizer: keyFile("organizer") }),
      },
      port: ports[operator],
      peers: ports.filter((_, other) => other !== operator).map((port) => ({ url: `http://127.0.0.1:${port}` })),
      peerTimeoutMs: 1_000,
      turnSeconds: TURN_SECONDS,
      dataFolder: `data-${operator}`,
      logLevel: "error",
    });
    const child = spawn(process.execPath, [MAIN, "run", "--config", config], { stdio: "ignore" });
    living.set(operator, child);
  };
  const kill = async (operator: number): Promise<void> => {
    const child = living.get(operator);
    living.delete(operator);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
    rmSync(join(world.folder, `data-${operator}`), { recursive: true, force: true });
  };

  /** Listens to everybody, as any peer would. */
  const listen = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await Promise.all(ports.map(listenTo));
      await sleep(40);
    }
  };
  const listenTo = async (port: number): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/attestations?round=5`).catch(() => null);
    const body: unknown = await answer?.json().catch(() => null);
    const { data } = attestationsAnswer.safeParse(body);
    for (const { reporter, batch, attempt, stakesHash, scoresHash } of data?.attestations ?? []) {
      const key = `${reporter} ${batch} ${attempt} ${stakesHash}`;
      served.set(key, (served.get(key) ?? new Set()).add(scoresHash));
    }
  };

  const until = async (reached: () => Promise<boolean>): Promise<void> => {
    const giveUpAt = Date.now() + 60_000;
    while (!(await reached())) {
      if (Date.now() > giveUpAt) throw new Error(`the round does not go on (KILL_SEED=${SEED})`);
      await sleep(50);
    }
  };

  it("bring the round to its end, each step once and no attempt signed twice, however often they are killed", async () => {
    const next = random(SEED);
    const listening = listen();
    for (let operator = 0; operator < OPERATORS; operator += 1) start(operator);
    const { closesAt, resolvesAt } = world.times;
    const phases: readonly [number | null, () => Promise<boolean>][] = [
      [null, async () => (await world.round()).state === OPEN],
      [closesAt, async () => (await world.round()).state === LOCKED],
      [resolvesAt, async () => (await world.round()).reportedBatches === BATCHES],
      [resolvesAt + 2 * HOUR, async () => (await world.round()).state === SETTLED],
    ];
    for (const [time, done] of phases) {
      if (time !== null) await world.moveTo(time);
      for (let kills = 0; kills < KILLS; kills += 1) {
        await sleep(next() * LIFE_MS);
        const victim = Math.floor(next() * OPERATORS);
        await kill(victim);
        start(victim);
      }
      await until(done);
    }
    stopped.abort();
    await listening;

    const events = (await world.events()).filter((event) => /Round|Batch|Scores/.test(event));
    const each = Array.from({ length: BATCHES }, (_, b) => [
      `BatchLocked ${b}`,
      `ScoresReported ${b}`,
      `BatchSettled ${b}`,
    ]);
    const once = ["RoundOpened", "RoundLocked", "RoundSettled", ...each.flat()];
    expect(events.toSorted(), `KILL_SEED=${SEED}`).toEqual(once.toSorted());
    expect(served.size).toBeGreaterThanOrEqual(2 * BATCHES);
    for (const [key, hashes] of served) expect([key, hashes.size]).toEqual([key, 1]);
    await Promise.all([...living.keys()].map(kill));
    await until(async () => {
      const waiting = await Promise.all(
        world.relayers.map(async (address) => {
          const count = (blockTag: "latest" | "pending") => world.chain.getTransactionCount({ address, blockTag });
          return (await count("latest")) === (await count("pending"));
        }),
      );
      return waiting.every(Boolean);
    });
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
