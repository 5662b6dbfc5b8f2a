import { createServer } from "node:http";
import { once } from "node:events";
import { pino } from "pino";
import { expect, it } from "vitest";
import { parseConfig } from "../src/service/config.ts";
import { buildOracle } from "../src/service/oracle.ts";

it("leaves a feed that hangs after the configured time, and its connection too", async () => {
  const server = createServer(() => undefined).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const config = parseConfig(
    {
      rpcUrls: ["http://127.0.0.1:9"],
      chainId: 1,
      contract: `0x${"12".repeat(20)}`,
      tournament: 1,
      feed: { kind: "numerai", url: `http://127.0.0.1:${port}`, tournament: 8 },
      feedTimeoutMs: 100,
    },
    ".",
  );
  const { feed } = buildOracle(config, pino({ level: "silent" }));
  const asked = once(server, "connection") as Promise<[NodeJS.EventEmitter]>;
  const answer = expect(feed.rounds()).rejects.toThrow("no answer in time");
  const [connection] = await asked;
  await Promise.all([answer, once(connection, "close")]);
  server.close();
}, 5_000);
