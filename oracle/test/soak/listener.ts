import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "viem";
import type { Attestation } from "../../src/core/attestation.ts";
import { attestationsAnswer, keptAttestations } from "../../src/peers/wire.ts";

/** Hears every signature that any operator ever serves, or leaves in its folder. */
export type Listener = {
  /** Of the rounds that are given here it is told. */
  readonly rounds: Set<bigint>;
  /** Which operators have served a signature of the reporter for the round, by batch. */
  servedBy(reporter: Address, round: bigint, batch: number): ReadonlySet<number>;
  /** What is in a folder. */
  read(folder: string): void;
  /** Attempts that a reporter signed, and of these the ones for which it signed two scores. */
  readonly attempts: number;
  readonly contradictions: readonly string[];
  /** Forgets who has served what: from now on anew. */
  forget(operator: number): void;
  stop(): Promise<void>;
};

const PAUSE_MS = 40;

export function listenTo(urls: readonly string[]): Listener {
  const stopped = new AbortController();
  const rounds = new Set<bigint>();
  /** The scores hashes that were ever signed, by reporter, attempt and lock. */
  const hashes = new Map<string, Set<string>>();
  const servers = new Map<string, Set<number>>();

  const take = ({ reporter, round, batch, attempt, stakesHash, scoresHash }: Attestation): void => {
    const key = [reporter, round, batch, attempt, stakesHash].join(" ");
    hashes.set(key, (hashes.get(key) ?? new Set()).add(scoresHash));
  };
  const placeOf = (reporter: Address, round: bigint, batch: number): string => [reporter, round, batch].join(" ");
  const ask = async (url: string, operator: number, round: bigint): Promise<void> => {
    const answer = await fetch(`${url}/v1/attestations?round=${round.toString()}`).catch(() => null);
    const body: unknown = await answer?.json().catch(() => null);
    for (const said of attestationsAnswer.safeParse(body).data?.attestations ?? []) {
      take(said);
      const place = placeOf(said.reporter, said.round, said.batch);
      servers.set(place, (servers.get(place) ?? new Set()).add(operator));
    }
  };
  const listening = (async () => {
    while (!stopped.signal.aborted) {
      await Promise.all(urls.flatMap((url, operator) => [...rounds].map((round) => ask(url, operator, round))));
      await sleep(PAUSE_MS);
    }
  })();

  return {
    rounds,
    servedBy: (reporter, round, batch) => servers.get(placeOf(reporter, round, batch)) ?? new Set(),
    forget(operator) {
      for (const each of servers.values()) each.delete(operator);
    },
    read(folder) {
      for (const file of filesIn(folder)) {
        const kept = keptAttestations.parse(JSON.parse(readFileSync(join(folder, file), "utf8")));
        kept.attestations.forEach(take);
      }
    },
    get attempts() {
      return hashes.size;
    },
    get contradictions() {
      return [...hashes].filter(([, each]) => each.size > 1).map(([key, each]) => `${key}: ${[...each].join(", ")}`);
    },
    async stop() {
      stopped.abort();
      await listening;
    },
  };
}

/** A folder that was never written to isn't there. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^attestations-.*\.json$/.test(name));
  } catch {
    return [];
  }
}
