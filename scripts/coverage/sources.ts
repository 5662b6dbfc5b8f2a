import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { instrument, type Probe } from "./instrument.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const SOURCES = "contracts/**/*.sol";

/** Whether a source, by its path from the project's folder, must be covered: mocks are for tests, interfaces run nothing. */
export function isCounted(path: string): boolean {
  return path.startsWith("contracts/") && !/^contracts\/(interfaces|mocks)\//.test(path);
}

/** Every probe of every source that must be covered, by path from the project's folder. */
export function allProbes(): Map<string, Probe[]> {
  const probes = new Map<string, Probe[]>();
  for (const path of globSync(SOURCES, { cwd: ROOT }).sort()) {
    if (isCounted(path)) probes.set(path, instrument(path, readFileSync(join(ROOT, path), "utf8")).probes);
  }
  return probes;
}
