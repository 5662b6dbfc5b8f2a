import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

export const WEB = resolve(import.meta.dirname, "../../..");
export const DIST = join(WEB, "dist");
const VITE = join(dirname(createRequire(import.meta.url).resolve("vite/package.json")), "bin/vite.js");

/** Builds the app as it is published. In a process of its own: a test runner's NODE_ENV would end up in the scripts. */
export async function buildApp(outDir = DIST): Promise<void> {
  const args = [VITE, "build", WEB, "--outDir", outDir, "--emptyOutDir", "--logLevel", "warn"];
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_ENV: "production" } });
}
