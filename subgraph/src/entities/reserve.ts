import { Address, BigInt, ethereum } from "@graphprotocol/graph-ts";
import { ReserveChange, Tournament } from "../../generated/schema";
import { fillNmr } from "../amounts";
import { loadProtocol, saveProtocol } from "./protocol";
import { saveTournament } from "./tournament";
import { stamp } from "./stamp";

/** Books a payment into (positive) or out of (negative) a reserve, wei. */
export function changeReserve(
  tournament: Tournament,
  kind: string,
  change: BigInt,
  account: Address,
  event: ethereum.Event,
): void {
  const number = tournament.reserveChangeCount;
  tournament.reserveWei = tournament.reserveWei.plus(change);
  tournament.reserveChangeCount = number + 1;
  saveTournament(tournament);

  const protocol = loadProtocol();
  protocol.reserveWei = protocol.reserveWei.plus(change);
  saveProtocol(protocol);

  const entry = new ReserveChange(tournament.id + "-" + number.toString());
  entry.tournament = tournament.id;
  entry.number = number;
  entry.kind = kind;
  entry.amountWei = change.abs();
  entry.reserveWei = tournament.reserveWei;
  entry.account = account;
  stamp(entry, event);
  fillNmr(entry);
  entry.save();
}
