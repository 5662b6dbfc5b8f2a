import { deadlinesOf } from "./deadlines.ts";
import type { AppOptions } from "./app.ts";
import { signatureCounts } from "./signature-counts.ts";
import type { Tick } from "./tick.ts";

/** What the status page shows beside readiness and rounds. */
export function statusView(options: AppOptions) {
  const { reconciler, attester, accounts, endpoints, acts, build, config } = options;
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
    peers: attester.peers().map(({ host, reporters, fault }) => ({ host, up: reporters !== null, fault })),
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
    acts: acts.latest,
  };
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
