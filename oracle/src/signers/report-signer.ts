import type { Address, Hex } from "viem";
import { type Report, reportDocument, type ReportDomain } from "../core/report.ts";
import { permittedOf } from "./errors.ts";
import type { Key } from "./key.ts";
import { permittedDocument, type ReportScope } from "./policy.ts";

const PURPOSE = "a reporter's key signs only reports of its tournament";

/** A reporter's key, wherever it is kept, as far as it reports: whoever holds this can ask it for reports and nothing else. */
export interface ReportSigner {
  readonly address: Address;
  /** @throws SignerTrouble, SignerRefusal */
  sign(domain: ReportDomain, report: Report): Promise<Hex>;
}

/** Gives a key the one power of a reporter: to sign reports inside the scope. */
export function reportSigner(key: Key, scope: ReportScope): ReportSigner {
  return {
    address: key.address,
    sign: async (domain, report) => {
      const document = reportDocument(domain, report);
      return key.signReport(permittedOf(PURPOSE, () => permittedDocument(document, scope)));
    },
  };
}
