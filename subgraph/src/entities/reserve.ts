import { Address, BigInt, ethereum } from "@graphprotocol/graph-ts";
import { ReserveChange, Tournament } from "../../generated/schema";
import { decimalOf } from "../amounts";
import { loadProtocol, saveProtocol } from "./protocol";
import { saveTournament } from "./tournament";

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
  entry.amountNmr = decimalOf(entry.amountWei);
  entry.reserveWei = tournament.reserveWei;
  entry.reserveNmr = tournament.reserveNmr;
  entry.account = account;
  entry.timestamp = event.block.timestamp;
  entry.block = event.block.number;
  entry.transaction = event.transaction.hash;
  entry.save();
}
