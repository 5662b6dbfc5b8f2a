import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { proxyOf, type Proxy, type Request } from "./reconciler-proxy.ts";
import { buildWorld, type World } from "./reconciler-world.ts";

const MAIN = join(import.meta.dirname, "../src/main.ts");
const SETTLED = 4;
const HOUR = 3_600;
const BLOCK_MS = 120;
const KILLS_PER_PHASE = 4;
/** About as many as it takes to look at the chain and to carry three actions out. */
const ANSWERS_OF_A_TURN = 50;
const SEED = Number(process.env["KILL_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** Small, seeded, and good enough to choose moments. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("oracle processes on a real chain", { timeout: 120_000 }, () => {
  let world: World;
  let proxy: Proxy;
  const living = new Set<ChildProcess>();

  beforeAll(async () => {
    world = await buildWorld({ positions: 2_050 });
    proxy = await proxyOf(world.url);
  }, 60_000);
  afterEach(async () => {
    await Promise.all([...living].map(kill));
  });
  afterAll(() => {
    proxy.close();
    return world.close();
  });

  const start = (config = world.configFile): ChildProcess => {
    const child = spawn(process.execPath, [MAIN, "run", "--config", config], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.resume();
    child.stderr.resume();
    living.add(child);
    return child;
  };

  const kill = async (child: ChildProcess): Promise<void> => {
    living.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };

  /** Kills the process when the node has answered and the answer isn't on its way yet. */
  const killAt = async (child: ChildProcess, moment: (request: Request) => boolean): Promise<void> => {
    const gone = once(child, "exit");
    proxy.fault = (request) => {
      if (moment(request)) child.kill("SIGKILL");
      return undefined;
    };
    await gone;
    living.delete(child);
    proxy.fault = null;
  };

  const until = async (reached: () => Promise<boolean>): Promise<void> => {
    const giveUpAt = Date.now() + 30_000;
    while (!(await reached())) {
      if (Date.now() > giveUpAt) throw new Error("the round does not go on");
      await sleep(50);
    }
  };

  /** What a round's life comes to, phase by phase; each phase ends where the chain says so. */
  const life = async (play: (done: () => Promise<boolean>) => Promise<void>) => {
    const { closesAt, resolvesAt } = world.times;
    const phases: readonly [number | null, () => Promise<boolean>][] = [
      [null, async () => (await world.round()).state === 1],
      [closesAt, async () => (await world.round()).state === 3],
      [resolvesAt, async () => (await world.round()).reportedBatches === 3],
      [resolvesAt + HOUR + 600, async () => (await world.round()).state === SETTLED],
    ];
    for (const [time, done] of phases) {
      if (time !== null) await world.moveTo(time);
      await withMining(world, () => play(done));
    }
    const { rewarded, burned, staked, earmarked } = await world.round();
    const events = (await world.events()).filter((event) => /Round|Batch|Scores/.test(event));
    return {
      rewarded,
      burned,
      staked,
      earmarked,
      events: events.toSorted(),
      stakes: await world.stakes(),
      payouts: await world.payouts(),
    };
  };

  it("end where they would have ended, however often they are killed; two at once as well", async () => {
    const clean = await world.chain.snapshot();
    const undisturbed = await life(async (done) => {
      const child = start();
      await until(done);
      await kill(child);
    });
    expect(undisturbed.events).toEqual(
      [
        "RoundOpened",
        "RoundLocked",
        "RoundSettled",
        ...[0, 1, 2].flatMap((b) => [`BatchLocked ${b}`, `ScoresReported ${b}`, `BatchSettled ${b}`]),
      ].toSorted(),
    );

    await world.chain.revert({ id: clean });
    const again = await world.chain.snapshot();
    const next = random(SEED);
    let kills = 0;
    const killed = await life(async (done) => {
      for (let count = 0; count < KILLS_PER_PHASE; count += 1) {
        const child = start(world.writeConfig("proxied.json", { rpcUrls: [proxy.url] }));
        // First when the node has a transaction and the process doesn't know it yet, then wherever chance has it.
        let answers = count === 0 ? Infinity : Math.floor(next() * ANSWERS_OF_A_TURN);
        await killAt(child, ({ method }) => (answers -= 1) < 0 || (count === 0 && method === "eth_sendRawTransaction"));
        kills += 1;
      }
      const child = start();
      await until(done);
      await kill(child);
    });
    expect(kills).toBeGreaterThanOrEqual(10);
    expect(killed, `KILL_SEED=${SEED}`).toEqual(undisturbed);

    await world.chain.revert({ id: again });
    const doubled = await life(async (done) => {
      const two = [start(), start()];
      await until(done);
      await Promise.all(two.map(kill));
    });
    expect(doubled).toEqual(undisturbed);
    expect(await world.nonce()).toBe(
      await world.chain.getTransactionCount({ address: world.relayer, blockTag: "pending" }),
    );
  });

  it("end within two seconds of SIGTERM, even in front of a node that never answers", async () => {
    const hanging = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(hanging, "listening");
    const { port } = hanging.address() as { port: number };
    const config = world.writeConfig("hanging.json", { rpcUrls: [`http://127.0.0.1:${port}`] });
    const child = start(config);
    await once(hanging, "connection");
    const asked = Date.now();
    child.kill("SIGTERM");
    const [code] = (await once(child, "exit")) as [number | null];
    expect(code).toBe(0);
    expect(Date.now() - asked).toBeLessThan(2_000);
    hanging.close();
  });

  it("say in one line that a port is taken", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const child = start(world.writeConfig("taken.json", { port, logLevel: "silent" }));
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    expect(code).toBe(2);
    expect(said).toBe(`oracle: config.port: ${port} on 127.0.0.1 is taken; choose another, or 0 for any\n`);
    taken.close();
  });
});

/** Blocks come by themselves, as on a real chain, so that a kill may fall between sending and inclusion. */
async function withMining(world: World, act: () => Promise<void>): Promise<void> {
  await world.chain.setAutomine(false);
  await world.chain.request({ method: "evm_setIntervalMining", params: [BLOCK_MS] } as never);
  try {
    await act();
  } finally {
    await world.chain.request({ method: "evm_setIntervalMining", params: [0] } as never);
    await world.chain.mine({ blocks: 2 });
    await world.chain.setAutomine(true);
  }
}
