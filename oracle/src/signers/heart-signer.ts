import type { Address, Hex } from "viem";
import { InputError } from "../core/errors.ts";
import { type Heartbeat, heartbeatDocument, type HeartbeatDocument } from "../core/heartbeat.ts";
import { SignerRefusal } from "./errors.ts";
import type { Key } from "./key.ts";
import { permittedHeartbeat, type ReportScope } from "./policy.ts";

/** A reporter's key as far as it shows that it is there. */
export type HeartSigner = {
  readonly address: Address;
  /** @throws SignerTrouble, SignerRefusal */
  sign(heartbeat: Heartbeat): Promise<Hex>;
};

export function heartSigner(key: Key, scope: ReportScope): HeartSigner {
  return {
    address: key.address,
    sign: async (heartbeat) => key.signHeartbeat(permitted(heartbeatDocument(scope, heartbeat), scope)),
  };
}

function permitted(document: HeartbeatDocument, scope: ReportScope): HeartbeatDocument {
  try {
    return permittedHeartbeat(document, scope);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new SignerRefusal(`a reporter's key signs only heartbeats of its tournament: ${error.message}`);
  }
}
