import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";

export const MAIN = join(import.meta.dirname, "../src/main.ts");

export type Output = { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs the command as a process of its own to its end. */
export function oracle(...args: readonly string[]): Promise<Output> {
  return ended(spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] }));
}

/** The same with text at its standard input. */
export function oracleReading(text: string, ...args: readonly string[]): Promise<Output> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(text);
  return ended(child);
}

type Child = Pick<ChildProcessByStdio<null, Readable, Readable>, "stdout" | "stderr"> & NodeJS.EventEmitter;

export async function ended(child: Child): Promise<Output> {
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, out, err };
}

/** A port of loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
