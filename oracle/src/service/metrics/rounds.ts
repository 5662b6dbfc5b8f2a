import type { ChainFacts } from "../../core/facts.ts";
import type { Attester } from "../attest.ts";
import { deadlinesOf } from "../deadlines.ts";
import { signatureCounts } from "../signature-counts.ts";
import { type Catalogue, gauge, type Latest, single } from "./groups.ts";

type Testifying = Pick<Attester, "attestations" | "disagreements" | "peers">;

/** Where the rounds in flight stand, one series each, and what the operators say of them. */
export function roundMetrics(catalogue: Catalogue, latest: Latest, attester: Testifying): void {
  const facts = () => latest.withFacts?.facts ?? null;
  const tournament = () => String(facts()?.tournament);

  gauge(
    catalogue,
    {
      name: "deadline_slack_seconds",
      help: "Time from the latest block to the deadline of the round's next step, seconds; negative: missed",
      labels: ["tournament", "round", "step"],
    },
    () => {
      const tick = latest.withFacts;
      const time = tick?.facts?.block.timestamp ?? 0;
      const due = tick === null ? [] : deadlinesOf(tick);
      return due.map(({ round, step, deadline }) => ({
        labels: { tournament: tournament(), round: round.toString(), step },
        value: deadline - time,
      }));
    },
  );
  gauge(
    catalogue,
    {
      name: "round_step",
      help: "Batches of a round in flight that its present step still lacks",
      labels: ["tournament", "round", "step"],
    },
    () => {
      const tick = latest.withFacts;
      const due = tick === null ? [] : deadlinesOf(tick).filter(({ step }) => step !== "open");
      return due.map(({ round, step, batches }) => ({
        labels: { tournament: tournament(), round: round.toString(), step },
        value: batches,
      }));
    },
  );
  gauge(
    catalogue,
    { name: "disagreements", help: "Other scores for batches of the round than this node's", labels: ["round"] },
    () =>
      (facts()?.rounds ?? []).flatMap(({ number }) => {
        const count = attester.disagreements(number).length;
        return count === 0 ? [] : [{ labels: { round: number.toString() }, value: count }];
      }),
  );
  signatureMetrics(catalogue, facts, attester);
}

function signatureMetrics(
  catalogue: Catalogue,
  facts: () => ChainFacts | null,
  attester: Pick<Attester, "attestations" | "peers">,
): void {
  const shape = { labels: ["operator"] } as const;
  const counts = () => signatureCounts(facts(), attester.attestations(null).attestations);
  const help = "Batches without a report whose scores should be final";
  single(catalogue, "signatures", "Signatures at hand for batches without a report whose scores should be final", () =>
    counts().reduce((sum, { signed }) => sum + signed, 0),
  );
  gauge(
    catalogue,
    { name: "signatures_missing", help: `${help}, and which the reporter has not signed`, ...shape },
    () => counts().map(({ reporter, missing }) => ({ labels: { operator: reporter }, value: missing })),
  );
  gauge(catalogue, { name: "operator_up", help: "Whether the peer answered in the latest turn", ...shape }, () =>
    attester.peers().map(({ host, reporters }) => ({ labels: { operator: host }, value: reporters === null ? 0 : 1 })),
  );
}
