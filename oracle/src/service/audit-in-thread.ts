import { Worker } from "node:worker_threads";
import type { Config } from "./config.ts";
import type { AuditRounds } from "./auditor.ts";
import type { RoundAudit } from "./round-audit.ts";

/** What the thread is given. */
export type AuditOrder = { readonly config: Config; readonly rounds: readonly bigint[] };

/** A past of years takes so long from a slow node; what takes longer hangs. */
const MOST_MS = 1_800_000;

/**
 * Audits in a thread of its own: to read and to prove a long past takes seconds of a processor and memory that no turn is to
 * wait for. Nothing holds the process back when it ends.
 */
export function auditInThread(config: Config): AuditRounds {
  return (rounds) =>
    new Promise((resolve, reject) => {
      const workerData: AuditOrder = { config, rounds };
      const thread = new Worker(new URL("audit-thread.ts", import.meta.url), { workerData });
      thread.unref();
      const timer = setTimeout(() => void thread.terminate(), MOST_MS).unref();
      thread.once("message", (audits: RoundAudit[]) => {
        resolve(audits);
      });
      thread.once("error", reject);
      thread.once("exit", () => {
        clearTimeout(timer);
        reject(new Error("it ended without an answer"));
      });
    });
}
