import { type Address, type Hex, hexToBigInt, isAddressEqual, recoverTypedDataAddress, sliceHex } from "viem";
import { type Attestation, includes } from "../core/attestation.ts";
import type { ChainFacts } from "../core/facts.ts";
import { reportDocument, type ReportDomain } from "../core/report.ts";

/** What is wrong with the signature of an attestation; null: nothing. */
export type Verify = (attestation: Attestation, domain: ReportDomain) => Promise<string | null>;

const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/**
 * What is wrong with the signature of an attestation; null: the contract would take it as its reporter's. A reporter that
 * is a contract (ERC-1271) can't be told from a signature, so it isn't heard.
 */
export async function signatureFault(attestation: Attestation, domain: ReportDomain): Promise<string | null> {
  const { reporter, signature } = attestation;
  if (!isCanonical(signature)) return `a signature of ${reporter} is not in the form that the contract takes`;
  const signer = await signerOf(attestation, domain);
  return signer !== null && isAddressEqual(signer, reporter) ? null : `a signature is not by ${reporter}, its reporter`;
}

/** Whether the round, as it was frozen when it opened, counts on the attestation's reporter. */
export function isOfReporter({ round, reporter }: Attestation, { rounds }: ChainFacts): boolean {
  return includes(rounds.find(({ number }) => number === round)?.reporters ?? [], reporter);
}

/** Whether it speaks of a batch as it stands: this lock, this attempt. */
export function isOfNow({ tournament, round, batch, attempt, stakesHash }: Attestation, facts: ChainFacts): boolean {
  const batches = facts.rounds.find(({ number }) => number === round)?.batches ?? [];
  const found = batches.find(({ index, state }) => index === batch && (state === "locked" || state === "reported"));
  return tournament === facts.tournament && found?.attempt === attempt && found.stakesHash === stakesHash;
}

/** 65 bytes, low s, v 27 or 28: a signature in another form is as valid to mathematics, and refused by the contract. */
function isCanonical(signature: Hex): boolean {
  if (signature.length !== 132) return false;
  const s = hexToBigInt(sliceHex(signature, 32, 64));
  const v = hexToBigInt(sliceHex(signature, 64, 65));
  return s > 0n && s <= HALF_ORDER && (v === 27n || v === 28n);
}

async function signerOf(attestation: Attestation, domain: ReportDomain): Promise<Address | null> {
  const { signature, tournament, round, batch, attempt, stakesHash, scoresHash } = attestation;
  const report = { tournament, round, batch, attempt, stakesHash, scoresHash };
  try {
    return await recoverTypedDataAddress({ ...reportDocument(domain, report), signature });
  } catch {
    // Not every pair of numbers is a signature.
    return null;
  }
}
