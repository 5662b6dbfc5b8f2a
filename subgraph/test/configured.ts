// graph-node with a configuration file. The only graph-node on npm is inside `gnd`, which starts it with a database's URL and
// leaves it no room for a file. It is the whole graph-node all the same, so a copy of it gets other words for that argument:
// "--postgres-url" becomes "--config=c.toml", and the URL's place takes an argument of graph-node.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { graphNodeBinary } from "../engine/engine.ts";
import { type Child, type Log, startChild } from "../engine/process.ts";

// The compiler keeps a text of 14 bytes as two of eight that overlap.
const WORDS: [old: string, changed: string][] = [
  ["--postgr", "--config"],
  ["gres-url", "ig=c.tml"],
];
export const CONFIG_FILE = "c.tml";

/** Writes such a copy into a folder and returns its path; graph-node reads `CONFIG_FILE` of the folder it runs in. */
export async function configurable(folder: string): Promise<string> {
  const program = await readFile(graphNodeBinary());
  const start = program.indexOf(WORDS[0]?.[0] ?? "");
  for (const [old, changed] of WORDS) {
    const at = program.indexOf(old, start - 32);
    if (at < 0 || at > start) throw new Error("another graph-node: look for its text --postgres-url anew");
    program.write(changed, at, "latin1");
  }
  const path = join(folder, "graph-node");
  await writeFile(path, program, { mode: 0o755 });
  return path;
}

export interface NodeOptions {
  name: string;
  program: string;
  /** Has the configuration file in it. */
  cwd: string;
  /** Of graph-node itself. */
  argument: string;
  env: Record<string, string>;
  ports?: { graphql: number; admin: number; status: number; metrics: number };
  manifest: string;
  log?: Log;
}

export async function startNode({
  name,
  program,
  cwd,
  argument,
  env,
  ports,
  manifest,
  log,
}: NodeOptions): Promise<Child> {
  const listen = ports
    ? [
        ...["--http-port", String(ports.graphql), "--admin-port", String(ports.admin)],
        ...["--index-node-port", String(ports.status), "--metrics-port", String(ports.metrics)],
      ]
    : [];
  return startChild({
    name,
    command: program,
    args: ["dev", "--manifests", `${manifest}:.`, `--postgres-url=${argument}`, ...listen],
    cwd,
    orphanSignal: "KILL",
    env: { GRAPH_LOG: "warn", RUST_LIB_BACKTRACE: "0", GRAPH_CHAIN_HEAD_WATCHER_TIMEOUT: "1", ...env },
    log: log ?? (() => undefined),
  });
}
