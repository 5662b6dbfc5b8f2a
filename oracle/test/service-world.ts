import type { FastifyInstance } from "fastify";
import type { Address, Hex } from "viem";
import { numberToHex } from "viem";
import type { Attestation, PeerState } from "../src/core/attestation.ts";
import type { ChainFacts } from "../src/core/facts.ts";
import type { Account } from "../src/service/accounts.ts";
import type { Attester } from "../src/service/attest.ts";
import { type AppOptions, buildApp } from "../src/service/app.ts";
import { type Metrics, type MetricsOptions, oracleMetrics } from "../src/service/metrics/metrics.ts";
import type { Tick } from "../src/service/tick.ts";
import { chain, feedFor, ME, NOBODY, plan, round, SETTINGS, START } from "./plan-world.ts";

// A service around turns that a test makes up.

export const READINESS = { overdueMs: 60_000, maxBlockAgeSeconds: 0 };
const BUILD = { version: "1.2.3", node: "v20" };
const CONFIG = { chain_id: "1", contract: ME, tournament: "1", feed: "folder" };
export const DOMAIN = { chainId: 1, contract: ME, tournament: 1 };

/** Operators who say what they are told to. */
export function operators(attestations: readonly Attestation[] = [], peers: readonly PeerState[] = []): Attester {
  return {
    hear: () => Promise.resolve(),
    unchecked: () => [],
    sign: () => Promise.resolve([]),
    attest: () => Promise.resolve({ testimony: NOBODY, errors: [] }),
    attestations: () => ({ ...DOMAIN, reporters: [], attestations }),
    evidence: () => ({ ...DOMAIN, evidence: [] }),
    disagreements: () => [],
    peers: () => peers,
  };
}

export function attestation(round: bigint, batch: number, reporter: Address): Attestation {
  const hash: Hex = numberToHex(1, { size: 32 });
  const report = { tournament: 1, round, batch, attempt: 0, stakesHash: hash, scoresHash: hash };
  return { ...report, feedDigest: hash, reporter, signature: numberToHex(1, { size: 65 }) };
}

export function tickAt(facts: ChainFacts = chain(START, [round()]), changes: Partial<Tick> = {}): Tick {
  const now = Date.now();
  const wanted = plan(facts, feedFor(facts), SETTINGS);
  return { startedAt: now - 300, finishedAt: now, facts, plan: wanted, done: [], failures: [], ...changes };
}

export function metricsOf(changes: Partial<MetricsOptions> = {}): Metrics {
  return oracleMetrics({
    build: BUILD,
    config: CONFIG,
    readiness: READINESS,
    attester: operators(),
    accounts: () => [],
    hearts: () => [],
    endpoints: () => [],
    ...changes,
  });
}

export function account(changes: Partial<Account> = {}): Account {
  return { key: "relayer", address: ME, balanceWei: 10n ** 18n, nonce: 7, roundsLeft: 40, foreign: 0, ...changes };
}

export function appAt(
  latest: Tick | null,
  readiness = READINESS,
  latestWithFacts = latest,
  changes: Partial<AppOptions> = {},
): FastifyInstance {
  return buildApp({
    reconciler: { latest, latestWithFacts },
    readiness,
    attester: operators(),
    metrics: metricsOf(),
    heart: {
      answer: () => ({ ...DOMAIN, version: "1.2.3", time: START, block: 5n, reporters: [], heartbeats: [] }),
      peers: [],
    },
    accounts: { latest: [] },
    audits: { latest: [] },
    endpoints: () => [],
    acts: { latest: [] },
    sheets: { of: () => null },
    positionsOf: () => [],
    build: BUILD,
    config: CONFIG,
    webOrigins: [],
    ...changes,
  });
}

export type Series = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

/** What a scrape gives, line by line. */
export async function scrape({ registry }: Metrics): Promise<Series[]> {
  const lines = (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines.map((line) => {
    const [, name = "", labels = "", value = ""] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", text = ""]) => [key, text]);
    return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) };
  });
}
