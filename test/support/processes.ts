import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export type Run = {
  readonly child: ChildProcess;
  /** Everything written so far, on both streams. */
  output(): string;
  /** Resolves once the output matches; rejects when the process ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<{ code: number | null; output: string }>;
};

export type Surroundings = {
  /** All that it may read. */
  readonly input?: string;
  /** Environment variables, added to ours. */
  readonly variables?: NodeJS.ProcessEnv;
};

/** Runs one of the project's scripts as a process of its own, in a process group of its own. */
export function runScript(script: string, args: readonly string[], { input = "", variables }: Surroundings = {}): Run {
  const child = spawn(process.execPath, [script, ...args], {
    cwd: ROOT,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, INIT_CWD: ROOT, NO_COLOR: "1", FORCE_COLOR: "0", NODE_OPTIONS: "", ...variables },
  });
  child.stdin.end(input);
  let output = "";
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once("close", (code) => {
      resolve({ code, output });
    });
  });
  return {
    child,
    ended,
    output: () => output,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output);
          if (match === null) return;
          listeners.delete(look);
          resolve(match);
        };
        listeners.add(look);
        look();
        void ended.then(() => {
          reject(new Error(`ended without saying ${pattern.source}:\n${output}`));
        });
      }),
  };
}

/** All processes that descend from the run now, itself first: of its process group or of their own. */
export function descendantsOf({ child }: Run): number[] {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const pairs = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/ +/).map(Number));
  const found = [child.pid ?? 0];
  for (const parent of found) found.push(...pairs.flatMap(([pid = 0, ppid]) => (ppid === parent ? [pid] : [])));
  return found;
}

/** Those of the processes that are alive. */
export function alive(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  });
}

/** Ends whatever a test left behind. */
export function killGroup({ child }: Run): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
