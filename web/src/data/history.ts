import type { RowOf, Subgraph } from "@numeraire-staking/subgraph/client";
import { uuidFromModelId } from "@numeraire-staking/oracle/core/models";
import type { Address } from "viem";
import type { HistoryEntry } from "../core/csv.ts";
import { historyChanges, historyPayouts } from "../index/generated/documents.ts";
import type { HistoryChangesQuery, HistoryPayoutsQuery } from "../index/generated/types.ts";

type Change = RowOf<HistoryChangesQuery>;
type Payout = RowOf<HistoryPayoutsQuery>;

/** What a change moves, seen from the position: only a withdrawal takes something away. */
const KINDS = {
  OPENED: ["stake", 1n],
  INCREASED: ["stake", 1n],
  WITHDRAWAL_REQUESTED: ["withdrawal requested", 1n],
  WITHDRAWAL_CANCELLED: ["withdrawal cancelled", 1n],
  WITHDRAWN: ["withdrawn", -1n],
} as const;

/** Everything that a staker did and that rounds did to it, of one block, first to last. */
export async function historyOf(index: Subgraph, staker: Address): Promise<HistoryEntry[]> {
  const variables = { staker: staker.toLowerCase() };
  const changes = await index.all(historyChanges, variables);
  const payouts = await index.all(historyPayouts, { ...variables, block: changes.block });
  return [...changes.rows.map(entryOfChange), ...payouts.rows.map(entryOfPayout)].toSorted(byTime);
}

function entryOfChange({ timestamp, block, transaction, kind, amountWei, position }: Change): HistoryEntry {
  const [name, sign] = KINDS[kind];
  return {
    ...{ time: Number(timestamp), block: BigInt(block), transaction },
    ...{ tournament: position.tournament.number, position: position.number, model: nameOf(position.model) },
    ...{ kind: name, round: null, amount: sign * BigInt(amountWei) },
  };
}

function entryOfPayout({
  timestamp,
  block,
  transaction,
  payoutWei,
  round,
  position,
  tournament,
}: Payout): HistoryEntry {
  const amount = BigInt(payoutWei);
  return {
    ...{ time: Number(timestamp), block: BigInt(block), transaction },
    ...{ tournament: tournament.number, position: position.number, model: nameOf(position.model) },
    ...{ kind: amount < 0n ? "burn" : "gain", round: BigInt(round.number), amount },
  };
}

const nameOf = (model: `0x${string}`): string => uuidFromModelId(model) ?? model;

function byTime(a: HistoryEntry, b: HistoryEntry): number {
  return a.time - b.time || Number(a.block - b.block) || a.tournament - b.tournament || a.position - b.position;
}
