import { BigInt } from "@graphprotocol/graph-ts";
import { Protocol } from "../../generated/schema";
import { fillNmr } from "../amounts";

const PROTOCOL_ID = "numeraire-staking";

export function loadProtocol(): Protocol {
  let protocol = Protocol.load(PROTOCOL_ID);
  if (protocol == null) {
    protocol = new Protocol(PROTOCOL_ID);
    protocol.tournamentCount = 0;
    protocol.positionCount = 0;
    protocol.stakerCount = 0;
    protocol.payoutCount = 0;
    protocol.activeWei = BigInt.zero();
    protocol.pendingWei = BigInt.zero();
    protocol.reserveWei = BigInt.zero();
    protocol.atRiskWei = BigInt.zero();
    protocol.rewardedWei = BigInt.zero();
    protocol.burnedWei = BigInt.zero();
  }
  return protocol;
}

export function saveProtocol(protocol: Protocol): void {
  fillNmr(protocol);
  protocol.save();
}
