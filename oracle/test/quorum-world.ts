import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { buildApp } from "../src/service/app.ts";
import type { Oracle } from "../src/service/oracle.ts";
import type { Tick } from "../src/service/tick.ts";
import type { World } from "./reconciler-world.ts";

// Operators with a key, a relayer, a feed and a port of their own each, who know of each other by HTTP alone.

export const TURN_SECONDS = 36;
const ROUND_FILE = "round-5.json";

/** A key in a file of the world's folder, as a configuration names it. */
export function keyFile(file: string) {
  return { kind: "file", file };
}

export type Operator = {
  readonly url: string;
  readonly oracle: Oracle;
  readonly tick: () => Promise<Tick>;
  /** What it answers to a GET. */
  readonly get: <T>(path: string) => Promise<T>;
  /** Changes a model's field in its own feed; the text is written as it is. */
  readonly write: (position: number, field: "v2Corr20" | "mmc", text: string) => void;
  readonly die: () => void;
  /** A new life with nothing in its memory. */
  readonly restart: (changes?: object) => void;
};

export async function buildOperators(world: World, count: number, changes: object = {}): Promise<Operator[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const urls = servers.map((server) => `http://127.0.0.1:${(server.address() as { port: number }).port}`);
  return servers.map((server, index) => {
    const feed = join(world.folder, `feed-${index}`);
    mkdirSync(feed, { recursive: true });
    writeFileSync(join(feed, ROUND_FILE), readFileSync(join(world.folder, ROUND_FILE)));
    const configuration = {
      feed: { kind: "folder", path: feed },
      keys: {
        reporters: [keyFile(`reporter-${index}`)],
        relayer: keyFile(`relayer-${index}`),
        ...(index === 0 && { organizer: keyFile("organizer") }),
      },
      peers: urls.filter((_, other) => other !== index).map((url) => ({ url })),
      peerTimeoutMs: 2_000,
      turnSeconds: TURN_SECONDS,
      ...changes,
    };
    return operator(world, server, urls[index] ?? "", configuration, join(feed, ROUND_FILE));
  });
}

function operator(world: World, server: Server, url: string, configuration: object, file: string): Operator {
  let oracle = world.oracle(configuration);
  let app: ReturnType<typeof buildApp> | null = null;
  const live = (): void => {
    app = buildApp({ ...oracle, readiness: { overdueMs: 60_000, maxBlockAgeSeconds: 0 } });
  };
  live();
  server.on("request", (request, reply) => {
    if (app === null) {
      request.socket.destroy();
      return;
    }
    void app.inject(request.url ?? "/").then((answer) => {
      reply.writeHead(answer.statusCode, { "content-type": "application/json" }).end(answer.body);
    });
  });
  return {
    url,
    get oracle() {
      return oracle;
    },
    tick: () => oracle.reconciler.tick(),
    get: async <T>(path: string) => (await (await fetch(`${url}${path}`)).json()) as T,
    write(position, field, text) {
      const round = JSON.parse(readFileSync(file, "utf8")) as { roundDetails: { models: Record<string, unknown>[] } };
      const model = round.roundDetails.models[position];
      if (model === undefined) throw new Error(`no model ${position}`);
      model[field] = `@${text}@`;
      writeFileSync(file, JSON.stringify(round).replaceAll(/"@(.*?)@"/g, "$1"));
    },
    die() {
      app = null;
    },
    restart(changes = {}) {
      oracle = world.oracle({ ...configuration, ...changes });
      live();
    },
  };
}

async function listening(): Promise<Server> {
  const server = createServer().listen(0, "127.0.0.1");
  server.unref();
  await once(server, "listening");
  return server;
}

/** Lets them take turns, the chain's clock going on by one slot each time, until the condition holds. */
export async function drive(
  world: World,
  operators: readonly Operator[],
  reached: () => Promise<boolean>,
  most = 12,
): Promise<Tick[]> {
  const ticks: Tick[] = [];
  for (let turn = 0; turn < most; turn += 1) {
    ticks.push(...(await Promise.all(operators.map(({ tick }) => tick()))));
    if (await reached()) return ticks;
    const { timestamp } = await world.chain.getBlock();
    await world.moveTo(Number(timestamp) + TURN_SECONDS);
  }
  const waiting = ticks.slice(-operators.length).flatMap(({ plan, failures }) => [...plan.waiting, ...failures]);
  throw new Error(`not reached: ${waiting.map(({ code, message }) => `${code}: ${message}`).join("; ")}`);
}
