import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startChild } from "../../subgraph/engine/process.ts";
import type { Account } from "./chain.ts";
import { openLog } from "./log.ts";

const MAIN = fileURLToPath(new URL("../../oracle/src/main.ts", import.meta.url));
/** At once where it was killed or had worked; after a pause, and not for ever, where it ended by itself so soon. */
const RESTART = { soonMs: 3_000, pauseMs: 1_000, attempts: 3 };

export type OracleSetup = {
  readonly folder: string;
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly contract: string;
  readonly deploymentBlock: number;
  readonly tournament: number;
  readonly feedUrl: string;
  readonly feedTournament: number;
  readonly port: number;
  /** Origin of the web app. */
  readonly webOrigin: string;
  readonly reporters: readonly Account[];
  readonly relayer: Account;
  readonly organizer: Account;
  /** Called with every process that is started. */
  readonly onStart: (pid: number, configFile: string) => void;
  /** Called where it can't be kept running. */
  readonly onFailure: (error: unknown) => void;
};

export type Oracle = {
  readonly configFile: string;
  readonly logFile: string;
  /** How often it ended without being told to, and was started again. */
  restarts(): number;
  /** What it waits for, in its own words. */
  waitsFor(): Promise<string[]>;
  stop(): Promise<void>;
};

/** Starts the oracle as a process of its own, and again whenever it ends: it remembers nothing, the chain is its journal. */
export async function startOracle(setup: OracleSetup): Promise<Oracle> {
  const configFile = await writeConfig(setup);
  const logFile = join(setup.folder, "oracle.log");
  const log = openLog(logFile, setup.onFailure);
  const stopping = new AbortController();
  let restarts = -1;
  let failures = 0;

  async function liveOnce(): Promise<void> {
    const child = await startChild({
      name: "oracle",
      command: process.execPath,
      args: [MAIN, "run", "--config", configFile],
      env: process.env,
      cwd: setup.folder,
      log: (line) => log.write(`${line}\n`),
      orphanSignal: "INT",
    });
    restarts += 1;
    setup.onStart(child.pid, configFile);
    const startedAt = Date.now();
    const stop = (): void => void child.stop();
    stopping.signal.addEventListener("abort", stop);
    if (stopping.signal.aborted) stop();
    const ended = await child.ended;
    stopping.signal.removeEventListener("abort", stop);
    if (Date.now() - startedAt > RESTART.soonMs || (await child.exitCode) === null) {
      failures = 0;
      return;
    }
    failures += 1;
    if (failures === RESTART.attempts) setup.onFailure(ended);
    await sleep(RESTART.pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
  }

  const ended = (async () => {
    while (!stopping.signal.aborted) await liveOnce();
  })();
  ended.catch(setup.onFailure);
  return {
    configFile,
    logFile,
    restarts: () => restarts,
    async waitsFor() {
      const response = await fetch(`http://127.0.0.1:${setup.port}/rounds`);
      const { waiting } = (await response.json()) as { waiting: { message: string }[] };
      return waiting.map(({ message }) => message);
    },
    async stop() {
      stopping.abort();
      await ended;
      await new Promise<void>((resolve) => log.end(resolve));
    },
  };
}

async function writeConfig(setup: OracleSetup): Promise<string> {
  const keyFile = async (name: string, { key }: Account): Promise<{ kind: string; file: string }> => {
    const file = join(setup.folder, `${name}.key`);
    await writeFile(file, `${key}\n`, { mode: 0o600 });
    await chmod(file, 0o600);
    return { kind: "file", file };
  };
  const { rpcUrl, chainId, contract, deploymentBlock, tournament, feedUrl, feedTournament, port, reporters } = setup;
  const config = {
    rpcUrls: [rpcUrl],
    chainId,
    contract,
    deploymentBlock,
    tournament,
    feed: { kind: "numerai", url: feedUrl, tournament: feedTournament },
    keys: {
      reporters: await Promise.all(reporters.map((account, index) => keyFile(`reporter-${index}`, account))),
      relayer: await keyFile("relayer", setup.relayer),
      organizer: await keyFile("organizer", setup.organizer),
    },
    port,
    webOrigins: [setup.webOrigin],
    pollIntervalMs: 200,
    // The local chain never replaces a block, and its sense of a final one differs from engine to engine.
    finality: "latest",
    // The local chain's clock jumps from step to step, and nothing is mined between them.
    maxBlockAgeSeconds: 0,
    // Nor does the feed change there once a round is final.
    feedSettleSeconds: 0,
  };
  const path = join(setup.folder, "oracle.json");
  await writeFile(path, `${JSON.stringify(config, null, 2)}\n`);
  return path;
}
