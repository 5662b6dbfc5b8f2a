import type { Address } from "viem";
import { type Contract, read } from "./view.ts";

/** Who may sign for the rounds that are opened now, and how many of them must. */
export type ReporterSet = { readonly reporters: readonly Address[]; readonly quorum: number };

/** The tournament's set as it stands at the block; rounds in flight keep the one that they were opened under. */
export async function readReporterSet(
  contract: Contract,
  tournament: number,
  blockNumber: bigint,
): Promise<ReporterSet> {
  const pin = { blockNumber };
  const { reporterSet } = await read(contract, pin, "tournamentOf", [tournament]);
  const [reporters, quorum] = await read(contract, pin, "reportersOf", [tournament, reporterSet]);
  return { reporters, quorum };
}
