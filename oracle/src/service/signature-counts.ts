import { type Address, isAddressEqual } from "viem";
import type { Attestation } from "../core/attestation.ts";
import type { ChainFacts } from "../core/facts.ts";
import { unreported } from "../core/steps/report.ts";

/** Of the batches that may be reported now, those that a reporter has signed and those that it has not. */
export type SignatureCount = { readonly reporter: Address; readonly signed: number; readonly missing: number };

export function signatureCounts(facts: ChainFacts | null, said: readonly Attestation[]): SignatureCount[] {
  const counts = new Map<Address, SignatureCount>();
  for (const round of facts?.rounds ?? []) {
    if (round.state !== "locked" || (facts?.block.timestamp ?? 0) < round.schedule.resolvesAt) continue;
    const batches = unreported(round);
    const heard = said.filter((each) => each.round === round.number);
    for (const reporter of round.reporters) {
      const own = heard.filter((each) => isAddressEqual(each.reporter, reporter));
      const signed = batches.filter(({ index }) => own.some(({ batch }) => batch === index)).length;
      const before = counts.get(reporter) ?? { reporter, signed: 0, missing: 0 };
      const missing = before.missing + batches.length - signed;
      counts.set(reporter, { reporter, signed: before.signed + signed, missing });
    }
  }
  return [...counts.values()];
}
