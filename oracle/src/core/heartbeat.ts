import { type Address, type Hex, keccak256, stringToHex, zeroHash } from "viem";
import { canonicalText } from "./canonical.ts";
import type { FeedList } from "./facts.ts";
import type { ReportDomain } from "./report.ts";

/** What a reporter's key signs to show that it can. No contract knows it, and nothing follows from it. */
export type Heartbeat = {
  readonly tournament: number;
  /** By the node's clock, unix seconds. */
  readonly time: number;
  /** Number of the block that the node looked at. */
  readonly block: bigint;
  /** Digest of the rounds that the feed lists; zero where it doesn't. */
  readonly feedDigest: Hex;
  /** Of the program. */
  readonly version: string;
};

export type SignedHeartbeat = Heartbeat & { readonly reporter: Address; readonly signature: Hex };

/** The EIP-712 document of a heartbeat. Its domain has another name than the contract's: no digest of it is a report's. */
export function heartbeatDocument({ chainId, verifyingContract }: ReportDomain, heartbeat: Heartbeat) {
  const { time, ...message } = heartbeat;
  return {
    domain: { ...HEART, chainId, verifyingContract },
    types: HEARTBEAT_TYPES,
    primaryType: "Heartbeat",
    message: { ...message, time: BigInt(time) },
  } as const;
}

export type HeartbeatDocument = ReturnType<typeof heartbeatDocument>;

export const HEART = { name: "NumeraireStaking oracle", version: "1" } as const;

export const HEARTBEAT_TYPES = {
  Heartbeat: [
    { name: "tournament", type: "uint32" },
    { name: "time", type: "uint64" },
    { name: "block", type: "uint64" },
    { name: "feedDigest", type: "bytes32" },
    { name: "version", type: "string" },
  ],
} as const;

/** Two nodes whose feeds list the same rounds have the same, whether one of them calls a round resolved already or not. */
export function listDigest({ rounds }: Pick<FeedList, "rounds">): Hex {
  if (!rounds.ok) return zeroHash;
  const listed = rounds.value.map(({ number, opensAt, closesAt, resolvesAt, terms }) => {
    return { number, opensAt, closesAt, resolvesAt, terms };
  });
  return keccak256(stringToHex(canonicalText(listed)));
}
