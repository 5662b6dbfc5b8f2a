import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { UsageError } from "./terminal.ts";

/** A port that somebody wants, 0 for any, and the option that names another: for the error. */
export type Wish = { readonly port: number; readonly user: string; readonly option: string };

/**
 * The ports asked for, once all of them are known to be free on loopback; for each 0 one that is.
 * @throws UsageError on a busy port, and on one that is wanted twice.
 */
export async function freePorts<Name extends string>(wishes: Record<Name, Wish>): Promise<Record<Name, number>> {
  const held = [];
  const ports: Partial<Record<Name, number>> = {};
  try {
    for (const name of Object.keys(wishes) as Name[]) {
      const probe = await hold(wishes[name]);
      held.push(probe);
      ports[name] = (probe.address() as AddressInfo).port;
    }
    return ports as Record<Name, number>;
  } finally {
    await Promise.all(held.map((probe) => new Promise((resolve) => probe.close(resolve))));
  }
}

async function hold({ port, user, option }: Wish) {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
    return probe;
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const fault = reason === "EADDRINUSE" ? "is in use" : `can't be used (${reason})`;
    throw new UsageError(`port ${port} ${fault}; ${user} wants it (${option} names another)`);
  }
}
