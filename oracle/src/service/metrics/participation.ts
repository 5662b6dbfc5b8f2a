import { isAddressEqual } from "viem";
import type { ChainFacts } from "../../core/facts.ts";
import { hashWords } from "../../core/words.ts";
import type { Attester } from "../attest.ts";
import type { Tick } from "../tick.ts";
import { type Catalogue, counter } from "./groups.ts";

/** Who had signed what was reported, batch by batch, as far as this node has heard of it when the report is there. */
export function participationMetrics(
  catalogue: Catalogue,
  attester: Pick<Attester, "attestations">,
): (tick: Tick) => void {
  const batchesHelp = "Batches whose report this process saw come";
  const batches = counter(catalogue, { name: "participation_batches_total", help: batchesHelp, labels: [] });
  const help = "Of these, such that the reporter had not signed alike";
  const missing = counter(catalogue, { name: "participation_missing_total", help, labels: ["operator"] });
  let unreported: ReadonlySet<string> = new Set();
  return ({ facts }) => {
    if (facts === null) return;
    for (const { round, batch } of reportedSince(unreported, facts)) {
      const scoresHash = hashWords(batch.scores);
      batches.inc();
      const said = attester.attestations(round.number).attestations;
      for (const operator of round.reporters) {
        const hasSigned = said.some(
          (each) =>
            each.batch === batch.index && each.scoresHash === scoresHash && isAddressEqual(each.reporter, operator),
        );
        missing.inc({ operator }, hasSigned ? 0 : 1);
      }
    }
    unreported = new Set(
      facts.rounds.flatMap(({ number, batches }) =>
        batches.filter(({ state }) => state === "locked").map(({ index }) => keyOf(number, index)),
      ),
    );
  };
}

function reportedSince(unreported: ReadonlySet<string>, { rounds }: ChainFacts) {
  return rounds.flatMap((round) =>
    round.batches
      .filter(({ state, index }) => state === "reported" && unreported.has(keyOf(round.number, index)))
      .map((batch) => ({ round, batch })),
  );
}

function keyOf(round: bigint, batch: number): string {
  return `${round.toString()} ${batch}`;
}
