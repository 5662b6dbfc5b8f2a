// Writes the app for one deployment: npm run publish:web -- --config FILE --out DIR. Without both it is only built.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { build } from "vite";
import { parseConfig } from "../src/config/config.ts";
import { buildDigest, publish } from "./publish.ts";

const USAGE = "usage: npm run publish:web -- --config FILE --out DIR";
const BAD_USE = 2;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: "string" }, out: { type: "string" } } });
  const { config, out } = values;
  if ((config === undefined) !== (out === undefined)) throw new Error(`--config and --out go together; ${USAGE}`);
  const from = process.env["INIT_CWD"] ?? process.cwd();
  const parsed =
    config === undefined ? undefined : parseConfig(JSON.parse(await readFile(resolve(from, config), "utf8")));
  await build({ configFile: resolve(import.meta.dirname, "../vite.config.ts"), logLevel: "warn" });
  if (parsed === undefined || out === undefined) return;
  await publish(parsed, resolve(from, out));
  console.log(`${resolve(from, out)}: build ${await buildDigest()}`);
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = BAD_USE;
});
