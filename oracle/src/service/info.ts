import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Config } from "./config.ts";
import type { BuildInfo, ConfigInfo } from "./metrics/parts.ts";

const packageFile = z.object({ version: z.string() });

/** What is running. */
export function buildInfo(): BuildInfo {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return { version: packageFile.parse(JSON.parse(text)).version, node: process.version };
}

/** What it runs for; nothing of it is secret. */
export function configInfo({ chainId, contract, tournament, feed }: Config): ConfigInfo {
  return { chain_id: chainId.toString(), contract, tournament: tournament.toString(), feed: feed.kind };
}
