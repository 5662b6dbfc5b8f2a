// The app as a folder for any host: the same files for every deployment, but for the configuration in its one page.
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
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
  const filled = (await readFile(page, "utf8"))
    .replace("%POLICY%", () => policyOf(config))
    .replace("%CONFIG%", () => data);
  await writeFile(page, filled);
}
