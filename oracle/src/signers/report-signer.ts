import type { Address, Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type Report, reportDocument, type ReportDomain } from "../core/report.ts";

/** A reporter's key, wherever it is kept. It signs reports and can be asked for nothing else. */
export interface ReportSigner {
  readonly address: Address;
  sign(domain: ReportDomain, report: Report): Promise<Hex>;
}

/** A signer with its key in memory. Deterministic (RFC 6979): the same report always gets the same signature. */
export function localReportSigner(key: Hex): ReportSigner {
  const account = privateKeyToAccount(key);
  return {
    address: account.address,
    sign: (domain, report) => account.signTypedData(reportDocument(domain, report)),
  };
}
