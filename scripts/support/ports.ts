import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { UsageError } from "./terminal.ts";

/**
 * The port, once it is known to be free on loopback; for 0 one that is.
 * @param user Who wants it, and the option that names another: for the error.
 * @throws UsageError on a busy port.
 */
export async function freePort(port: number, user: { name: string; option: string }): Promise<number> {
  const probe = createServer().listen(port, "127.0.0.1");
  try {
    await once(probe, "listening");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const fault = reason === "EADDRINUSE" ? "is in use" : `can't be used (${reason})`;
    throw new UsageError(`port ${port} ${fault}; ${user.name} wants it (${user.option} names another)`);
  }
  const { port: free } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return free;
}
