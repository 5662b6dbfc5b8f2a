import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { chmod, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Account } from "./chain.ts";

const MAIN = fileURLToPath(new URL("../../oracle/src/main.ts", import.meta.url));
/** Soon where it was killed; not so soon where it ended by itself, as it does when it can't start. */
const RESTART_AFTER_MS = { killed: 300, failed: 3_000 };
const STOP_PATIENCE_MS = 5_000;
const SHOWN_LOG_LINES = 5;

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
  readonly reporters: readonly Account[];
  readonly relayer: Account;
  readonly organizer: Account;
  /** Called with every process that is started. */
  readonly onStart: (pid: number | undefined, configFile: string) => void;
};

export type Oracle = {
  readonly configFile: string;
  readonly logFile: string;
  /** How often it ended without being told to, and was started again. */
  restarts(): number;
  /** The last lines that it wrote. */
  lastWords(): Promise<string>;
  stop(): Promise<void>;
};

/** Starts the oracle as a process of its own, and again whenever it ends: it remembers nothing, the chain is its journal. */
export async function startOracle(setup: OracleSetup): Promise<Oracle> {
  const configFile = await writeConfig(setup);
  const logFile = join(setup.folder, "oracle.log");
  const log = createWriteStream(logFile);
  let restarts = 0;
  let stopping = false;
  let child: ChildProcess;
  let restart: NodeJS.Timeout | undefined;

  const start = (): void => {
    child = spawn(process.execPath, [MAIN, "run", "--config", configFile], { stdio: ["ignore", "pipe", "pipe"] });
    setup.onStart(child.pid, configFile);
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.once("exit", (code) => {
      if (stopping) return;
      restarts += 1;
      restart = setTimeout(start, code === null ? RESTART_AFTER_MS.killed : RESTART_AFTER_MS.failed);
    });
  };
  start();

  return {
    configFile,
    logFile,
    restarts: () => restarts,
    lastWords: async () => (await readFile(logFile, "utf8")).trimEnd().split("\n").slice(-SHOWN_LOG_LINES).join("\n"),
    async stop() {
      stopping = true;
      clearTimeout(restart);
      if (child.exitCode === null && child.signalCode === null) await end(child);
      await new Promise<void>((resolve) => log.end(resolve));
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const kill = setTimeout(() => child.kill("SIGKILL"), STOP_PATIENCE_MS);
  child.kill("SIGTERM");
  await ended;
  clearTimeout(kill);
}

async function writeConfig(setup: OracleSetup): Promise<string> {
  const keyFile = async (name: string, { key }: Account): Promise<string> => {
    const path = join(setup.folder, `${name}.key`);
    await writeFile(path, `${key}\n`, { mode: 0o600 });
    await chmod(path, 0o600);
    return path;
  };
  const { rpcUrl, chainId, contract, deploymentBlock, tournament, feedUrl, feedTournament, port, reporters } = setup;
  const config = {
    rpcUrl,
    chainId,
    contract,
    deploymentBlock,
    tournament,
    feed: { kind: "numerai", url: feedUrl, tournament: feedTournament },
    reporterKeyFiles: await Promise.all(reporters.map((account, index) => keyFile(`reporter-${index}`, account))),
    relayerKeyFile: await keyFile("relayer", setup.relayer),
    organizerKeyFile: await keyFile("organizer", setup.organizer),
    port,
    pollIntervalMs: 200,
    // The local chain's clock jumps from step to step, and nothing is mined between them.
    maxBlockAgeSeconds: 0,
  };
  const path = join(setup.folder, "oracle.json");
  await writeFile(path, `${JSON.stringify(config, null, 2)}\n`);
  return path;
}
