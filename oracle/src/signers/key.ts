import type { Address, Hex } from "viem";
import type { HeartbeatDocument } from "../core/heartbeat.ts";
import type { ReportDocument } from "../core/report.ts";
import type { UnsignedTransaction } from "../core/transaction.ts";

/**
 * A key, wherever it is kept; handed out only as one role's signer, behind that role's policy.
 * All of its functions throw SignerTrouble, SignerRefusal.
 */
export type Key = {
  readonly address: Address;
  /** 65 bytes as the contract takes them: r, a low s, v of 27 or 28. */
  signReport(document: ReportDocument): Promise<Hex>;
  /** In the same form. */
  signHeartbeat(document: HeartbeatDocument): Promise<Hex>;
  /** The signed transaction, ready to be sent. */
  signTransaction(transaction: UnsignedTransaction): Promise<Hex>;
  /** Resolves where the key can be asked for signatures. */
  readonly probe: () => Promise<void>;
};
