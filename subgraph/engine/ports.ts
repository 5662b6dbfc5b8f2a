import { createServer, type Server } from "node:net";
import { EngineError } from "./errors.ts";

/** What each port is for, as an error names it. */
const PORT_USERS = {
  graphql: "graph-node's GraphQL server",
  admin: "graph-node's admin server",
  status: "graph-node's status server",
  metrics: "graph-node's metrics server",
  postgres: "PostgreSQL",
  ipfs: "the stand-in for IPFS",
} as const;

export type Ports = Record<keyof typeof PORT_USERS, number>;

/** Checks the ports asked for and finds free ones for the rest (0 or absent). */
export async function choosePorts(wanted: Partial<Ports>): Promise<Ports> {
  const held: Server[] = [];
  try {
    const ports: Partial<Ports> = {};
    for (const user of Object.keys(PORT_USERS) as (keyof Ports)[]) {
      const server = await listen(wanted[user] ?? 0, PORT_USERS[user]);
      held.push(server);
      const address = server.address();
      if (address !== null && typeof address === "object") ports[user] = address.port;
    }
    return ports as Ports;
  } finally {
    await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  }
}

function listen(port: number, user: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => {
      const reason = error.code === "EADDRINUSE" ? "is in use" : `can't be used (${error.message})`;
      reject(new EngineError(`port ${port} ${reason}; ${user} wants it`));
    });
    server.listen({ port, host: "0.0.0.0" }, () => resolve(server));
  });
}
