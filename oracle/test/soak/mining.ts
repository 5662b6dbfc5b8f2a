import { setTimeout as sleep } from "node:timers/promises";
import type { World } from "../reconciler-world.ts";

/** Blocks that come by themselves, so that a kill may fall between sending and inclusion. */
export type Mining = { start(): void; stop(): Promise<void> };

export function miningOf(
  { chain }: World,
  blockMs: number,
  onBlock: () => Promise<void> = () => Promise.resolve(),
): Mining {
  let current = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  const mine = async ({ signal }: AbortController): Promise<void> => {
    while (!signal.aborted) {
      await chain.mine({ blocks: 1 });
      await onBlock();
      await sleep(blockMs);
    }
  };
  return {
    start() {
      current = new AbortController();
      loop = mine(current);
    },
    async stop() {
      current.abort();
      await loop;
    },
  };
}
