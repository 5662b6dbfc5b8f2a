import { BigInt } from "@graphprotocol/graph-ts";
import { Protocol } from "../../generated/schema";

const PROTOCOL_ID = "numeraire-staking";

export function loadProtocol(): Protocol {
  let protocol = Protocol.load(PROTOCOL_ID);
  if (protocol == null) {
    protocol = new Protocol(PROTOCOL_ID);
    protocol.tournaments = 0;
    protocol.positions = 0;
    protocol.stakers = 0;
    protocol.active = BigInt.zero();
    protocol.pending = BigInt.zero();
    protocol.reserve = BigInt.zero();
    protocol.rewarded = BigInt.zero();
    protocol.burned = BigInt.zero();
  }
  return protocol;
}
