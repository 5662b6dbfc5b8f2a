import { type Address, isAddressEqual, recoverTypedDataAddress } from "viem";
import { heartbeatDocument, type SignedHeartbeat } from "../core/heartbeat.ts";
import type { ReportDomain } from "../core/report.ts";
import { askPeer, hostOf, PeerFault } from "./client.ts";
import type { PeersOptions } from "./gather.ts";
import { heartbeatsAnswer } from "./wire.ts";

/** How another operator's node is, by its own word. `fault`: why there is none, or what of it isn't true. */
export type PeerHeart = {
  readonly host: string;
  readonly version: string | null;
  /** By how much its clock is ahead of this machine's, seconds. */
  readonly clockOffset: number | null;
  readonly block: bigint | null;
  /** Its reporters whose key has signed within the last minutes, and those whose key has not. */
  readonly beating: readonly Address[];
  readonly silent: readonly Address[];
  readonly fault: string | null;
};

const MAX_BYTES = 65_536;
/** Some beats may fail. */
const OLD_SECONDS = 180;

/** Asks a node how it is. Never fails. */
export async function askHeart(
  url: string,
  { domain, timeoutMs }: Pick<PeersOptions, "domain" | "timeoutMs">,
  now: () => number,
): Promise<PeerHeart> {
  const host = hostOf(url);
  const askedAt = now();
  try {
    const answer = await askPeer(url, "/v1/heartbeats", heartbeatsAnswer, { timeoutMs, maxBytes: MAX_BYTES });
    const { chainId, contract, tournament, version, time, block, reporters, heartbeats } = answer;
    if (chainId !== domain.chainId || contract !== domain.contract || tournament !== domain.tournament)
      throw new PeerFault(`it serves tournament ${tournament} of ${contract} on chain ${chainId}`);
    const fresh = heartbeats.filter((each) => each.tournament === tournament && time - each.time <= OLD_SECONDS);
    const faults = await Promise.all(
      fresh.map((each) => heartbeatFault(each, { chainId, verifyingContract: contract })),
    );
    const beats = (reporter: Address): boolean =>
      fresh.some((each, index) => faults[index] === null && isAddressEqual(each.reporter, reporter));
    return {
      host,
      version,
      clockOffset: time - (askedAt + now()) / 2_000,
      block,
      beating: reporters.filter(beats),
      silent: reporters.filter((reporter) => !beats(reporter)),
      fault: faults.find((fault) => fault !== null) ?? null,
    };
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    return { host, version: null, clockOffset: null, block: null, beating: [], silent: [], fault };
  }
}

async function heartbeatFault(signed: SignedHeartbeat, domain: ReportDomain): Promise<string | null> {
  const { reporter, signature, ...heartbeat } = signed;
  try {
    const signer = await recoverTypedDataAddress({ ...heartbeatDocument(domain, heartbeat), signature });
    if (isAddressEqual(signer, reporter)) return null;
  } catch {
    // Not every pair of numbers is a signature.
  }
  return `a heartbeat is not by ${reporter}, its reporter`;
}
