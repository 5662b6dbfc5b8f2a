import type { Address, Hex } from "viem";

/** The one thing that a reporter ever signs. */
export type Report = {
  readonly tournament: number;
  readonly round: bigint;
  readonly batch: number;
  readonly attempt: number;
  readonly stakesHash: Hex;
  readonly scoresHash: Hex;
};

/** Where a report counts: one contract on one chain. */
export type ReportDomain = { readonly chainId: number; readonly verifyingContract: Address };

/** The EIP-712 document of a report, as the contract hashes it. */
export function reportDocument(domain: ReportDomain, report: Report) {
  return {
    domain: { name: "NumeraireStaking", version: "1", ...domain },
    types: REPORT_TYPES,
    primaryType: "Report",
    message: report,
  } as const;
}

const REPORT_TYPES = {
  Report: [
    { name: "tournament", type: "uint32" },
    { name: "round", type: "uint64" },
    { name: "batch", type: "uint32" },
    { name: "attempt", type: "uint32" },
    { name: "stakesHash", type: "bytes32" },
    { name: "scoresHash", type: "bytes32" },
  ],
} as const;
