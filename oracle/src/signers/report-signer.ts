import type { Address, Hex } from "viem";
import { InputError } from "../core/errors.ts";
import { type Report, reportDocument, type ReportDocument, type ReportDomain } from "../core/report.ts";
import { SignerRefusal } from "./errors.ts";
import type { Key } from "./key.ts";
import { permittedDocument, type ReportScope } from "./policy.ts";

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
    sign: async (domain, report) => key.signReport(permitted(reportDocument(domain, report), scope)),
  };
}

function permitted(document: ReportDocument, scope: ReportScope): ReportDocument {
  try {
    return permittedDocument(document, scope);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new SignerRefusal(`a reporter's key signs only reports of its tournament: ${error.message}`);
  }
}
