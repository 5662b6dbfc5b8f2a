import type { Address, Hex } from "viem";
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

/** What an account has as code that delegated it (EIP-7702): it signs with its key as before. */
const DELEGATED = "0xef0100";

/** Those among accounts that are contracts at the block, and so have no key to sign with. */
export async function contractsAmong(
  { client }: Contract,
  accounts: readonly Address[],
  blockNumber: bigint,
): Promise<readonly Address[]> {
  const codes = await Promise.all(accounts.map((address) => client.getCode({ address, blockNumber })));
  const isContract = (code: Hex | undefined): boolean => code !== undefined && !code.startsWith(DELEGATED);
  return accounts.filter((_, index) => isContract(codes[index]));
}
