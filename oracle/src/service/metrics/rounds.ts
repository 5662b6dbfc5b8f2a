import { isAddressEqual } from "viem";
import type { RoundFacts } from "../../core/facts.ts";
import { unreported } from "../../core/steps/report.ts";
import type { Attester } from "../attest.ts";
import { deadlinesOf } from "../deadlines.ts";
import { type Catalogue, gauge, type Latest } from "./groups.ts";

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
  signatureMetrics(catalogue, () => reportable(facts()?.rounds ?? [], facts()?.block.timestamp ?? 0), attester);
}

function signatureMetrics(catalogue: Catalogue, rounds: () => readonly RoundFacts[], attester: Testifying): void {
  const shape = { labels: ["operator"] } as const;
  const counts = (isSigned: boolean) => () => {
    const operators = new Map<string, number>();
    const said = attester.attestations(null).attestations;
    for (const round of rounds()) {
      for (const reporter of round.reporters) {
        const have = unreported(round).filter(({ index }) =>
          said.some(
            (each) => each.round === round.number && each.batch === index && isAddressEqual(each.reporter, reporter),
          ),
        ).length;
        const add = isSigned ? have : unreported(round).length - have;
        operators.set(reporter, (operators.get(reporter) ?? 0) + add);
      }
    }
    return [...operators].map(([operator, value]) => ({ labels: { operator }, value }));
  };
  const help = "Batches without a report whose scores should be final";
  gauge(catalogue, { name: "signatures", help: `${help}, and which the reporter has signed`, ...shape }, counts(true));
  gauge(
    catalogue,
    { name: "signatures_missing", help: `${help}, and which the reporter has not signed`, ...shape },
    counts(false),
  );
  gauge(catalogue, { name: "operator_up", help: "Whether the peer answered in the latest turn", ...shape }, () =>
    attester.peers().map(({ host, reporters }) => ({ labels: { operator: host }, value: reporters === null ? 0 : 1 })),
  );
}

function reportable(rounds: readonly RoundFacts[], time: number): RoundFacts[] {
  return rounds.filter(({ state, schedule }) => state === "locked" && time >= schedule.resolvesAt);
}
