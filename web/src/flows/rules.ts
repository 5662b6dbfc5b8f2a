import type { numeraireStakingAbi } from "@numeraire-staking/oracle/abi";
import type { Address, Hex, ParseEventLogsReturnType } from "viem";
import type { Chain } from "../chain/client.ts";
import type { Act } from "./schema.ts";

export type StakingEvent = ParseEventLogsReturnType<typeof numeraireStakingAbi, undefined, true>[number];

/** What an act on a position is: how it is asked for, and how it is seen to have happened. */
export type ActRules<One extends Act> = {
  /** Its calldata. */
  encode(act: One): Hex;
  /** What it takes from the account, wei. */
  takes(act: One): bigint;
  /** Whether the contract's events of one transaction say that it happened. */
  isIn(events: readonly StakingEvent[], act: One, account: Address): boolean;
  /** Whether the contract's state at the block is as it left it, whatever else happened in that block. */
  holds(chain: Chain, act: One, account: Address, blockNumber: bigint): Promise<boolean>;
};

type Placed = { readonly tournament: number; readonly position: number };

/** Whether both speak of the same position. */
export function isSamePlace(a: Placed, b: Placed): boolean {
  return a.tournament === b.tournament && a.position === b.position;
}

/** Whether two addresses or hashes are the same. */
export function isSameHex(a: Hex, b: Hex): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
