import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answer, Question } from "./protocol.ts";

/** "limit": it takes more time or memory than any contract that works. */
export type Verdict = Answer | { readonly verdict: "limit" };

/** What the tests are told: instrumented code uses more gas, and the same random numbers find the same mutants. */
const ENVIRONMENT = { GAS_SLACK_PERCENT: "500", TEST_SEED: "0x6d7574616e7473" };

/** Answers of one process: chains that tests leave behind stay in its memory, 22 GB after 600 mutants. */
const LIFETIME = 40;

/** Bytes. A loop without an end may write storage as long as there is gas; a judge takes 1 GB, an old one three. */
const MOST_MEMORY = 8 * 2 ** 30;
const PAGE = 4_096;
const WATCHED_EVERY_MS = 500;

/** A process that answers one question at a time. One that doesn't in time, ends or is old is replaced for the next one. */
export class Judge {
  readonly #folder: string;
  #answers = 0;
  #process: ChildProcess | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param limit Milliseconds. */
  async ask(question: Question, limit: number): Promise<Verdict> {
    const process = (this.#process ??= this.#start());
    let errors = "";
    const listen = (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-2_000));
    process.stderr?.on("data", listen);
    const verdict = await new Promise<Verdict>((resolve) => {
      const latest = Date.now() + limit;
      const watch = setInterval(() => {
        if (Date.now() > latest || memoryOf(process) > MOST_MEMORY) end({ verdict: "limit" });
      }, WATCHED_EVERY_MS);
      const end = (verdict: Verdict): void => {
        clearInterval(watch);
        resolve(verdict);
      };
      process.once("message", (answer) => {
        end(answer as Answer);
      });
      process.once("exit", (code, signal) => {
        end({ verdict: "broken", why: `the judge ended with ${String(code ?? signal)}: ${errors}` });
      });
      process.send(question);
    });
    process.removeAllListeners();
    process.stderr?.removeListener("data", listen);
    const old = ++this.#answers % LIFETIME === 0;
    if (old || verdict.verdict === "limit" || verdict.verdict === "broken") this.stop();
    return verdict;
  }

  stop(): void {
    this.#process?.kill("SIGKILL");
    this.#process = undefined;
  }

  #start(): ChildProcess {
    return fork(join(import.meta.dirname, "judge.ts"), {
      cwd: this.#folder,
      env: { ...process.env, ...ENVIRONMENT },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
  }
}

/** Bytes in memory; 0 where the system doesn't tell, or of a process that has ended. */
function memoryOf({ pid }: ChildProcess): number {
  try {
    return Number(readFileSync(`/proc/${String(pid)}/statm`, "utf8").split(" ")[1]) * PAGE;
  } catch {
    return 0;
  }
}
