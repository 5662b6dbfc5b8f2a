import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { network } from "hardhat";
import type { Say } from "../../scripts/support/terminal.ts";
import { measureRound } from "./gas.ts";
import { measureUsers } from "./gas-users.ts";
import type { Connection } from "./staking.ts";

const FILE = fileURLToPath(new URL("../snapshots/gas.json", import.meta.url));

/** Gas by name. */
export type Snapshot = Record<string, number>;

/** A chain on which everything costs the same whenever it is asked: zero bytes in a date would be cheaper. */
function fixedChain(): Promise<Connection> {
  return network.create({ override: { initialDate: "2030-01-01T00:00:00Z" } });
}

/** What is committed; nothing, where there is no file yet. */
export function committed(): Snapshot {
  try {
    return JSON.parse(readFileSync(FILE, "utf8")) as Snapshot;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw error;
  }
}

export function commit(snapshot: Snapshot): void {
  writeFileSync(FILE, `${JSON.stringify(snapshot, null, 2)}\n`);
}

/** Measures all that the snapshot has, each part on a chain of its own. */
export async function measureSnapshot(say?: Say): Promise<Snapshot> {
  const { keeperBytes, ...round } = await onFixedChain((chain) => measureRound(chain, say ? { say } : {}));
  const users = await onFixedChain((chain) => measureUsers(chain, say));
  const steps = Object.entries(round).map(([step, gas]) => [`a batch of 1,024: ${step}`, Number(gas)] as const);
  const paths = Object.entries(users).map(([path, gas]) => [path, Number(gas)] as const);
  return Object.fromEntries([...steps, ["a batch of 1,024: keeper's calldata, bytes", Number(keeperBytes)], ...paths]);
}

/** A line for every name whose gas is not the same: what it was, what it is. */
export function changes(was: Snapshot, is: Snapshot): string[] {
  const shown = (gas: number | undefined): string => gas?.toLocaleString("en") ?? "not there";
  return [...new Set([...Object.keys(was), ...Object.keys(is)])]
    .filter((name) => was[name] !== is[name])
    .map((name) => {
      const difference = (is[name] ?? 0) - (was[name] ?? 0);
      return `${name}: ${shown(is[name])}, was ${shown(was[name])} (${difference > 0 ? "+" : ""}${shown(difference)})`;
    });
}

export async function onFixedChain<T>(work: (chain: Connection) => Promise<T>): Promise<T> {
  const chain = await fixedChain();
  try {
    return await work(chain);
  } finally {
    await chain.close();
  }
}
