import type { Logger } from "pino";
import { buildApp } from "./app.ts";
import { type Config, ConfigError } from "./config.ts";
import type { Oracle } from "./oracle.ts";

/** How long the end may take: everything under way is safe to leave, since the chain tells the next life about it. */
const PATIENCE_MS = 1_500;

/** Serves and reconciles until SIGTERM or SIGINT, then exits. @throws ConfigError where the port can't be had */
export async function runService(config: Config, oracle: Oracle, log: Logger): Promise<void> {
  const { host, port } = config;
  const { reconciler } = oracle;
  const app = buildApp(oracle);
  const url = await app.listen({ host, port }).catch((error: unknown) => {
    throw portFault(error, config);
  });
  log.info(
    { url, chainId: config.chainId, contract: config.contract, tournament: config.tournament },
    "oracle started",
  );
  const stopped = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, "oracle stops");
    stopped.abort();
    setTimeout(() => process.exit(0), PATIENCE_MS).unref();
  };
  process.once("SIGTERM", stop).once("SIGINT", stop);
  await reconciler.run(stopped.signal);
  await app.close();
}

function portFault(error: unknown, { host, port }: Config): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE")
    return new ConfigError([`config.port: ${port} on ${host} is taken; choose another, or 0 for any`]);
  if (code === "EACCES")
    return new ConfigError([`config.port: ${port} needs rights that this process lacks; choose one from 1024`]);
  if (code === "ENOTFOUND" || code === "EADDRNOTAVAIL")
    return new ConfigError([`config.host: ${host} is no address of this machine`]);
  return error;
}
