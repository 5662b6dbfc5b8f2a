// The app as a folder for any host: the same files for every deployment, but for the configuration in its one page.
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { type Config, hostsOf } from "../src/config/config.ts";

const BUILT = resolve(import.meta.dirname, "../dist");

/** Nothing inline, nothing from elsewhere; talks to the configuration's hosts and to nobody else. */
function policyOf(config: Config): string {
  const rules = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "manifest-src": "'self'",
    "connect-src": ["'self'", ...hostsOf(config)].join(" "),
    "base-uri": "'none'",
    "form-action": "'none'",
  };
  return Object.entries(rules)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");
}

/** SHA-256 over all built files, names and bytes in the order of the names: the same source gives the same. */
export async function buildDigest(): Promise<string> {
  const entries = await readdir(BUILT, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hash = createHash("sha256");
  for (const file of files.toSorted()) {
    const bytes = await readFile(file);
    hash.update(`${relative(BUILT, file)}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex");
}

/**
 * Writes the built app, with its configuration, to a folder.
 * @throws Error where the app isn't built yet
 */
export async function publish(config: Config, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(BUILT, folder, { recursive: true });
  const page = join(folder, "index.html");
  // A "<" in a text could end the block of the page that holds it.
  const data = JSON.stringify(config).replaceAll("<", String.raw`\u003c`);
  const digest = await buildDigest();
  const filled = (await readFile(page, "utf8"))
    .replace("%BUILD%", digest)
    .replace("%POLICY%", () => policyOf(config))
    .replace("%CONFIG%", () => data);
  await writeFile(page, filled);
}
