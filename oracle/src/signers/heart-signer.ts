import type { Address, Hex } from "viem";
import { type Heartbeat, heartbeatDocument } from "../core/heartbeat.ts";
import { permittedOf } from "./errors.ts";
import type { Key } from "./key.ts";
import { permittedHeartbeat, type ReportScope } from "./policy.ts";

const PURPOSE = "a reporter's key signs only heartbeats of its tournament";

/** A reporter's key as far as it shows that it is there. */
export type HeartSigner = {
  readonly address: Address;
  /** @throws SignerTrouble, SignerRefusal */
  sign(heartbeat: Heartbeat): Promise<Hex>;
};

export function heartSigner(key: Key, scope: ReportScope): HeartSigner {
  return {
    address: key.address,
    sign: async (heartbeat) => {
      const document = heartbeatDocument(scope, heartbeat);
      return key.signHeartbeat(permittedOf(PURPOSE, () => permittedHeartbeat(document, scope)));
    },
  };
}
