import { type Address, concatHex, type Hex, isAddressEqual, keccak256, numberToHex, stringToBytes } from "viem";
import type { Action } from "./actions.ts";
import type { ChainFacts, RoundFacts, Settings } from "./facts.ts";

type Window = { readonly eligibleAt: number; readonly deadline: number | null };

/** Share of an action's window, at its end, in which everybody carries it out. */
const LAST = 5;

/**
 * When this operator may relay the action: null now, else the first second at which it may. From the action's first
 * second the chain's time is cut into slots, and each belongs to one place: to one of the round's reporters, or to all
 * who have no reporter's key. A hash orders the places, so nobody decides and nothing is agreed upon. Batches of one round
 * keep together: they fit into one transaction.
 */
export function waitsUntil(action: Action, round: RoundFacts, facts: ChainFacts, settings: Settings): number | null {
  const { eligibleAt } = action;
  const now = facts.block.timestamp;
  if (settings.turnSeconds === 0 || isLastFifth(action, now)) return null;
  const order = turnOrder(turnSeed(action, facts), round.reporters.length + 1);
  const mine = placesOf(round, settings.reporters);
  const slot = Math.floor((now - eligibleAt) / settings.turnSeconds);
  const first = slot % order.length;
  const ahead = [...order.slice(first), ...order.slice(0, first)].findIndex((place) => mine.has(place));
  if (ahead === 0) return null;
  return Math.min(eligibleAt + (slot + ahead) * settings.turnSeconds, lastFifth(action));
}

/** Whether so little of the window is left that everybody acts. */
export function isLastFifth(window: Window, now: number): boolean {
  return now >= lastFifth(window);
}

/** What orders the places of an action. A veto gives a new order. */
export function turnSeed(action: Action, { chainId, contract, tournament }: ChainFacts): Hex {
  const attempt = action.kind === "report" ? action.attempt : 0;
  const parts = [chainId, contract.toLowerCase(), tournament, action.round.toString(), action.kind, attempt];
  return keccak256(stringToBytes(parts.join(" ")));
}

/** A permutation of the places from 0: entry i is the place whose slots are i, i + places, i + 2 × places, … */
export function turnOrder(seed: Hex, places: number): number[] {
  const drawn = Array.from({ length: places }, (_, place) => ({
    place,
    lot: keccak256(concatHex([seed, numberToHex(place, { size: 32 })])),
  }));
  return drawn.sort((a, b) => (a.lot < b.lot ? -1 : 1)).map(({ place }) => place);
}

/** The last place is that of everybody without a reporter's key. */
function placesOf({ reporters }: RoundFacts, mine: readonly Address[]): ReadonlySet<number> {
  const places = reporters.flatMap((address, place) => (mine.some((own) => isAddressEqual(own, address)) ? place : []));
  return new Set(places.length === 0 ? [reporters.length] : places);
}

function lastFifth({ eligibleAt, deadline }: Window): number {
  return deadline === null ? Infinity : deadline - Math.floor((deadline - eligibleAt) / LAST);
}
