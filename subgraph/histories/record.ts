// Histories that the contracts' stateful fuzzing plays (test/invariant), written down call by call.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { EngineError } from "../engine/errors.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const TEST = "test/invariant/Histories.t.sol";
/** The one test whose histories only go forward. */
const FORWARD = "testFuzz_S1_";

export interface Step {
  /** Unix seconds. */
  time: number;
  from: string;
  /** Absent: a creation. */
  to?: string;
  data: string;
}

export interface History {
  /** Creates token and staking contract, from this nonce on: so they get the addresses that everything is signed for. */
  deployer: string;
  nonce: bigint;
  staking: string;
  steps: Step[];
}

/** Plays 24 histories with a seed, and returns what each did; what was refused is left out. */
export async function recordHistories(seed: bigint, calls: number): Promise<History[]> {
  await mkdir(join(ROOT, "cache"), { recursive: true });
  const folder = await mkdtemp(join(ROOT, "cache/recorded-")); // the test runner may only write there
  const file = join(folder, "record");
  try {
    await playInTestRunner({ HISTORY_SEED: String(seed), HISTORY_CALLS: String(calls), HISTORY_RECORD: file });
    return parseHistories(await readFile(file, "utf8"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function playInTestRunner(env: Record<string, string>): Promise<void> {
  const hardhat = join(ROOT, "node_modules/hardhat/dist/src/cli.js");
  const args = [hardhat, "test", "solidity", "--no-compile", "--grep", FORWARD, TEST];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const output of [child.stdout, child.stderr]) output.on("data", (text: Buffer) => (said += text.toString()));
  const code = await new Promise<number | null>((done, failed) => {
    child.on("error", failed);
    child.on("close", done);
  });
  if (code !== 0) throw new EngineError(`the contracts' histories of seed ${env.HISTORY_SEED ?? ""} failed:\n${said}`);
}

/** A line: "history", "create" or "call", the time, two addresses, bytes. */
export function parseHistories(text: string): History[] {
  const histories: History[] = [];
  const lines = text.split("\n").filter((line) => line !== "");
  for (const line of lines) {
    const [what, time = "", from = "", other = "", data = ""] = line.split(" ");
    if (what === "history") {
      histories.push({ deployer: from, nonce: BigInt(data), staking: "", steps: [] });
      continue;
    }
    const history = histories.at(-1);
    if (!history) throw new EngineError(`${what ?? ""} before any history`);
    history.steps.push({ time: Number(time), from, data, ...(what === "call" && { to: other }) });
    if (what === "create") history.staking = other; // the token is first
  }
  return histories;
}
