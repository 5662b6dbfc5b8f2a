import { type Address, hashTypedData, type Hex, isAddressEqual, type PublicClient, recoverAddress } from "viem";
import { type Report, reportDocument, type ReportDomain } from "../core/report.ts";
import { reportsIn } from "./calldata.ts";

/** A report as an event tells of it: its words, and the set that its signatures are counted in. */
export type Reported = {
  readonly report: Report;
  readonly scores: readonly bigint[];
  readonly reporters: readonly Address[];
};

/**
 * The reporters whose signatures under exactly this report are in the transaction's data; null where the data doesn't hold
 * the report at all. A reporter that is a contract is asked now.
 */
export async function signersIn(
  data: Hex,
  { report, scores, reporters }: Reported,
  domain: ReportDomain,
  client: PublicClient,
): Promise<Address[] | null> {
  const call = reportsIn(data).find(
    ([tournament, round, batch, words]) =>
      tournament === report.tournament && round === report.round && batch === report.batch && isSame(words, scores),
  );
  if (call === undefined) return null;
  const [, , , , bits, signatures] = call;
  const named = reporters.filter((_, index) => ((bits >> BigInt(index)) & 1n) === 1n);
  const hash = hashTypedData(reportDocument(domain, report));
  const checked = await Promise.all(
    named.map(async (reporter, index) => ({
      reporter,
      isTrue: await isSigned(hash, signatures[index] ?? "0x", reporter, client),
    })),
  );
  return checked.filter(({ isTrue }) => isTrue).map(({ reporter }) => reporter);
}

export function isSame(a: readonly bigint[], b: readonly bigint[]): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}

async function isSigned(hash: Hex, signature: Hex, address: Address, client: PublicClient): Promise<boolean> {
  try {
    if (isAddressEqual(await recoverAddress({ hash, signature }), address)) return true;
  } catch {
    // No signature of a key; a contract has forms of its own.
  }
  return client.verifyHash({ address, hash, signature });
}
