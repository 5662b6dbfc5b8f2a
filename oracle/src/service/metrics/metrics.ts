import { Registry } from "prom-client";
import type { Account } from "../accounts.ts";
import type { PeerHeart } from "../../peers/hearts.ts";
import type { Attester } from "../attest.ts";
import type { RoundAudit } from "../round-audit.ts";
import type { ReadinessOptions } from "../readiness.ts";
import type { Tick } from "../tick.ts";
import type { FeedSeen, SignerSeen } from "../watched.ts";
import type { ChainSeen } from "../watched-chain.ts";
import { chainMetrics } from "./chain.ts";
import type { Catalogue, Entry, Latest } from "./groups.ts";
import {
  accountMetrics,
  auditMetrics,
  type BuildInfo,
  type ConfigInfo,
  feedMetrics,
  infoMetrics,
  readinessMetrics,
  signerMetrics,
} from "./parts.ts";
import { heartMetrics } from "./hearts.ts";
import { participationMetrics } from "./participation.ts";
import { roundMetrics } from "./rounds.ts";
import { type EndpointSeen, rpcMetrics } from "./rpc.ts";
import { turnMetrics } from "./turns.ts";

export type MetricsOptions = {
  readonly build: BuildInfo;
  readonly config: ConfigInfo;
  readonly readiness: ReadinessOptions;
  readonly attester: Pick<Attester, "attestations" | "disagreements" | "peers">;
  readonly accounts: () => readonly Account[];
  readonly hearts: () => readonly PeerHeart[];
  readonly endpoints: () => readonly EndpointSeen[];
};

/** What the service measures. `onTick` and the others are told what happens; the rest is worked out when asked. */
export type Metrics = {
  readonly registry: Registry;
  readonly entries: readonly Entry[];
  readonly onTick: (tick: Tick) => void;
  readonly onFeed: (seen: FeedSeen) => void;
  readonly onSigner: (seen: SignerSeen) => void;
  readonly onAudit: (audit: RoundAudit) => void;
  readonly onChain: (seen: ChainSeen) => void;
};

/** Their names, labels and meanings are in docs/metrics.md, which is made from here. */
export function oracleMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry();
  const catalogue: Catalogue = { registry, entries: [] };
  const latest: Latest = { any: null, withFacts: null };
  infoMetrics(catalogue, options.build, options.config);
  readinessMetrics(catalogue, latest, options.readiness);
  const onTurn = turnMetrics(catalogue, latest);
  roundMetrics(catalogue, latest, options.attester);
  const onParticipation = participationMetrics(catalogue, options.attester);
  heartMetrics(catalogue, options.hearts);
  rpcMetrics(catalogue, options.endpoints);
  const onChain = chainMetrics(catalogue);
  const feed = feedMetrics(catalogue);
  const onSigner = signerMetrics(catalogue);
  const onAccounts = accountMetrics(catalogue, options.accounts);
  const onAudit = auditMetrics(catalogue);
  return {
    registry,
    entries: catalogue.entries,
    onTick(tick) {
      latest.any = tick;
      if (tick.facts !== null) latest.withFacts = tick;
      onTurn(tick);
      onParticipation(tick);
      feed.onTick(tick);
      onAccounts();
    },
    onFeed: feed.see,
    onSigner,
    onAudit,
    onChain,
  };
}
