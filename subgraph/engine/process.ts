// A child process that always ends: on stop(), and also when this process dies without a word.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { EngineError } from "./errors.ts";

const STOP_PATIENCE_MS = 5_000;
const LOG_LINES_KEPT = 5;

// Waits for this process to say that all is well, and ends the child if its pipe closes without a word.
const REAPER = `read -r _ || { kill -s "$2" "$1"; sleep ${STOP_PATIENCE_MS / 1000}; kill -s KILL "$1"; } 2>/dev/null`;

export type Log = (line: string) => void;

export interface ChildOptions {
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  log: Log;
  /** Run as another user; root only. */
  uid?: number;
  gid?: number;
  /** What ends it when nobody reads its output any more; SIGKILL otherwise comes five seconds later. */
  orphanSignal: "INT" | "KILL";
  /** Texts that must not reach the log. */
  secrets?: string[];
}

export interface Child {
  readonly pid: number;
  /** Resolves when the process has ended, to the error that says so with its last log lines. */
  readonly ended: Promise<EngineError>;
  /** Resolves with it, to its exit code; null where a signal ended it. */
  readonly exitCode: Promise<number | null>;
  /** An error about it, with its last log lines. */
  failure(reason: string): EngineError;
  /** Ends it: SIGINT, then SIGKILL after five seconds. */
  stop(): Promise<void>;
}

export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, command, args, env, cwd, log, uid, gid, secrets = [] } = options;
  const child = spawn(command, args, {
    env,
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // Ctrl+C is for this process alone; it then stops its children in order
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
  });

  const lastLines: string[] = [];
  let diskFull = false;
  const take = (text: string): void => {
    const line = secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
    diskFull ||= /No space left on device/.test(line);
    lastLines.push(line.trim());
    if (lastLines.length > LOG_LINES_KEPT) lastLines.shift();
    log(`${name}: ${line}`);
  };
  const outputs = [child.stdout, child.stderr].map((input) => {
    const lines = createInterface({ input });
    lines.on("line", take);
    return new Promise<void>((resolve) => lines.once("close", resolve));
  });

  const failure = (reason: string): EngineError => {
    const what = diskFull ? "no space left on the disk" : reason;
    return new EngineError(`${name}: ${what}; last log lines: ${lastLines.join(" | ")}`);
  };
  const exitCode = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const ended = new Promise<EngineError>((resolve) => {
    child.once("exit", (code, signal) => {
      // A grandchild may hold the pipes open for longer; what it says then is not waited for.
      void Promise.race([Promise.all(outputs), sleep(500)]).then(() => {
        resolve(failure(`ended (${signal ?? `code ${code ?? "?"}`})`));
      });
    });
  });

  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (error) => reject(new EngineError(`${name} can't be started: ${error.message}`)));
  });
  const pid = child.pid;
  if (pid === undefined) throw new EngineError(`${name} can't be started`);

  const reaper = spawn("/bin/sh", ["-c", REAPER, "reaper", String(pid), options.orphanSignal], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  reaper.on("error", (error) => log(`${name}: no reaper: ${error.message}`));
  reaper.stdin.on("error", () => undefined);
  reaper.unref();
  void ended.then(() => reaper.stdin.end("done\n"));

  return {
    pid,
    ended,
    exitCode,
    failure,
    async stop() {
      child.kill("SIGINT");
      const patience = new AbortController();
      const killed = sleep(STOP_PATIENCE_MS, undefined, { signal: patience.signal }).then(
        () => child.kill("SIGKILL"),
        () => undefined,
      );
      await ended;
      patience.abort();
      await killed;
    },
  };
}

/** Tells a process from a later one with the same id; undefined when it is gone. */
export function identityOf(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop()?.split(" ") ?? [];
    const [state, startTime] = [fields[0], fields[19]];
    return state === "Z" || startTime === undefined ? undefined : `${pid}:${startTime}`;
  } catch {
    return undefined;
  }
}

/** Ends a process of an earlier life, if it is still that one. */
export async function endOrphan(identity: string): Promise<void> {
  const pid = Number(identity.split(":")[0]);
  const deadline = Date.now() + STOP_PATIENCE_MS;
  for (let signal: NodeJS.Signals = "SIGINT"; identityOf(pid) === identity;) {
    if (Date.now() > deadline) signal = "SIGKILL";
    process.kill(pid, signal);
    await sleep(200);
  }
}
