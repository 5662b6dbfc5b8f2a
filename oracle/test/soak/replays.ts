import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { oracle } from "../service-process.ts";
import { numberOf } from "./rounds.ts";

export type Replays = { readonly replayed: number; readonly faults: readonly string[] };

/** Packs what every operator recorded of every round, and decides it again in a folder of its own. */
export async function replayAll(configs: readonly string[], rounds: number): Promise<Replays> {
  const fresh = mkdtempSync(join(tmpdir(), "oracle-replays-"));
  try {
    const faults: string[] = [];
    for (let index = 0; index < rounds; index += 1) {
      const file = (operator: number): string => join(fresh, `${operator}-${index}.bundle`);
      const replays = configs.map((config, operator) => replay(config, numberOf(index), file(operator)));
      const fault = (await Promise.all(replays)).flatMap((said, operator) =>
        said === null ? [] : [`operator ${operator}, round ${numberOf(index).toString()}: ${said}`],
      );
      faults.push(...fault);
    }
    return { replayed: configs.length * rounds - faults.length, faults };
  } finally {
    rmSync(fresh, { recursive: true });
  }
}

/** What is wrong with it; null where every byte is the same. */
async function replay(config: string, round: bigint, file: string): Promise<string | null> {
  const bundle = await oracle("bundle", round.toString(), "--config", config, "--out", file);
  if (bundle.code !== 0) return `can't be packed: ${bundle.err}`;
  const again = await oracle("replay", "--bundle", file);
  return again.code === 0 ? null : `differs: ${again.out}${again.err}`;
}
