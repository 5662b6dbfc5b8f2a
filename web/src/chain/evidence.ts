import { ChainTrouble, withoutUrls } from "@numeraire-staking/oracle/chain/errors";
import { readRound } from "@numeraire-staking/oracle/chain/one-round";
import { canonicalText } from "@numeraire-staking/oracle/core/canonical";
import type { Evidence } from "../core/check.ts";
import type { Chain } from "./client.ts";

/** A round, and the blocks in which an index saw it: those are only a hint. */
export type Wanted = {
  readonly tournament: number;
  readonly round: bigint;
  readonly hint?: { readonly from: bigint; readonly to: bigint };
};

/** Reads what a check takes. With a witness, another node, both are asked, and must say the same. Never rejects. */
export async function readEvidence(chain: Chain, wanted: Wanted, witness: Chain | null = null): Promise<Evidence> {
  const [one, other] = await Promise.all(
    [chain, ...(witness === null ? [] : [witness])].map((each) => readOne(each, wanted)),
  );
  const first = one ?? { kind: "never opened" };
  if (other === undefined) return first;
  if (first.kind === "unusable") return first;
  if (other.kind === "unusable") return { ...other, reason: `the second node: ${other.reason}` };
  if (canonicalText(first) === canonicalText(other)) return first;
  return { kind: "unusable", reason: `the two nodes say different things of ${differing(first, other)}` };
}

async function readOne({ id, ...site }: Chain, { tournament, round: number, hint }: Wanted): Promise<Evidence> {
  try {
    const round = await readRound(number, { ...site, chainId: id, tournament }, hint);
    return round === null ? { kind: "never opened" } : { kind: "read", round };
  } catch (error) {
    const reason = error instanceof ChainTrouble || error instanceof Error ? error.message : String(error);
    return { kind: "unusable", reason: withoutUrls(reason) };
  }
}

/** The parts of the round that aren't the same. */
function differing(one: Evidence, other: Evidence): string {
  if (one.kind !== "read" || other.kind !== "read") return "whether the round was ever opened";
  const fields = Object.keys(one.round) as (keyof typeof one.round)[];
  return fields.filter((field) => canonicalText(one.round[field]) !== canonicalText(other.round[field])).join(", ");
}
