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
    domain: { ...CONTRACT, ...domain },
    types: REPORT_TYPES,
    primaryType: "Report",
    message: report,
  } as const;
}

/** The type of a signature's domain; documents in JSON name it too. */
export const DOMAIN_TYPE = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
  { name: "verifyingContract", type: "address" },
] as const;

/** The name and version that the contract hashes into every signature's domain. */
export const CONTRACT = { name: "NumeraireStaking", version: "1" } as const;

export type ReportDocument = ReturnType<typeof reportDocument>;

export const REPORT_TYPES = {
  Report: [
    { name: "tournament", type: "uint32" },
    { name: "round", type: "uint64" },
    { name: "batch", type: "uint32" },
    { name: "attempt", type: "uint32" },
    { name: "stakesHash", type: "bytes32" },
    { name: "scoresHash", type: "bytes32" },
  ],
} as const;
