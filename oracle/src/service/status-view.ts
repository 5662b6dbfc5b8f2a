import type { PeerState } from "../core/attestation.ts";
import type { PeerHeart } from "../peers/hearts.ts";
import { deadlinesOf } from "./deadlines.ts";
import type { AppOptions } from "./app.ts";
import { type RoundAudit, sayFinding } from "./round-audit.ts";
import { signatureCounts } from "./signature-counts.ts";
import type { Tick } from "./tick.ts";

/** More are counted, not listed. */
const MOST_FINDINGS = 10;

/** What the status page shows beside readiness and rounds. */
export function statusView(options: AppOptions) {
  const { reconciler, attester, heart, accounts, audits, endpoints, acts, build, config } = options;
  const { latest, latestWithFacts } = reconciler;
  const { chain_id: chainId, contract, tournament } = config;
  return {
    version: build.version,
    chainId,
    contract,
    tournament,
    lastTurn: latest === null ? null : turnView(latest),
    deadlines: latestWithFacts === null ? [] : deadlineViews(latestWithFacts),
    operators: signatureCounts(latestWithFacts?.facts ?? null, attester.attestations(null).attestations),
    peers: attester.peers().map((peer) => peerView(peer, heart.peers)),
    endpoints: endpoints().map(({ index, host, state, head }) => ({
      endpoint: index,
      host,
      state,
      head: head?.toString() ?? null,
    })),
    accounts: accounts.latest.map(({ key, address, balanceWei, roundsLeft, foreign }) => ({
      key,
      address,
      balanceWei: balanceWei.toString(),
      roundsLeft,
      foreignTransactions: foreign,
    })),
    audits: audits.latest.map(auditView),
    acts: acts.latest,
  };
}

function peerView({ host, reporters, fault }: PeerState, hearts: readonly PeerHeart[]) {
  const found = hearts.find((each) => each.host === host);
  const { version = null, clockOffset = null, beating = [], silent = [] } = found ?? {};
  const said = { version, clockOffsetSeconds: clockOffset, beating, silent };
  return { host, up: reporters !== null, fault: fault ?? found?.fault ?? null, ...said };
}

/** A round that was proved again; of what was found no more than people read. */
export function auditView(audit: RoundAudit) {
  const { round, verdict, batches, positions, findings } = audit;
  const said = findings.slice(0, MOST_FINDINGS).map((each) => sayFinding(audit, each));
  const differences = findings.filter((each) => each.verdict === "difference").length;
  return { round: round.toString(), verdict, batches, positions, differences, findings: said };
}

/** The next deadlines, the nearest first. `share`: of the step's window that is left. */
export function deadlineViews(tick: Tick) {
  const time = tick.facts?.block.timestamp ?? 0;
  return deadlinesOf(tick).map(({ round, step, batches, eligibleAt, deadline }) => {
    const share = Math.max(0, Math.min(1, (deadline - time) / Math.max(1, deadline - eligibleAt)));
    return { round: round.toString(), step, batches, eligibleAt, deadline, slackSeconds: deadline - time, share };
  });
}

function turnView({ startedAt, finishedAt, failures }: Tick) {
  return { endedAt: finishedAt, tookMs: finishedAt - startedAt, failures: failures.length };
}
