import type { PublicClient } from "viem";
import { executor } from "../../src/chain/executor.ts";
import type { Settings } from "../../src/core/facts.ts";
import { type Performer, performer } from "../../src/service/perform.ts";
import type { Wires } from "./rpc.ts";
import { DOMAIN, relayerOf, reporterOf } from "./script.ts";

/** The real performer and executor of an operator, which never wait by a clock. */
export function performerOf(wires: Wires, client: PublicClient, settings: Settings, place: number): Performer {
  const send = executor({
    client,
    chainId: DOMAIN.chainId,
    contract: DOMAIN.contract,
    encode: (action) => wires.encode(action),
    window: 4,
    receiptTimeoutMs: 0,
    maxFeePerGas: 10n ** 13n,
  });
  const sender = settings.relayer === null ? null : wires.sender(relayerOf(place));
  const signers = settings.reporters.map(() => ({
    address: reporterOf(place),
    sign: () => Promise.reject(new Error("nothing is signed to perform")),
  }));
  const perform = performer({ reporters: signers, relayer: sender, organizer: null }, send);
  return (actions) => perform(actions, Infinity);
}
