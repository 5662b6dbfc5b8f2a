import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { logsBetween } from "@numeraire-staking/oracle/chain/logs";
import {
  type ContractEventName,
  formatLog,
  getAbiItem,
  type Hex,
  type Log,
  parseEventLogs,
  toEventSelector,
} from "viem";
import type { Chain } from "./client.ts";

type Name = ContractEventName<typeof abi>;

/** An event of the contract, in a block. */
export type ChainEvent<EventName extends Name = Name> = Log<
  bigint,
  number,
  false,
  undefined,
  true,
  typeof abi,
  EventName
>;

/**
 * The contract's events of these names up to a block, in the chain's order. Ranges that a node refuses are halved.
 * @param topics Of what follows the name; null: any; a list: any of these
 */
export async function eventsOf<EventName extends Name>(
  { client, contract, deploymentBlock }: Chain,
  names: readonly EventName[],
  topics: readonly (Hex | readonly Hex[] | null)[],
  to: bigint,
  from = deploymentBlock,
): Promise<ChainEvent<EventName>[]> {
  const selectors = names.map((name: Name) => toEventSelector(getAbiItem({ abi, name })));
  const logs = await logsBetween({ client, contract, topics: [selectors, ...topics] }, { from, to }, to - from + 1n);
  const events = parseEventLogs({ abi, eventName: [...names], logs: logs.map((log) => formatLog(log)) });
  // Of a block they all are: what `formatLog` makes of an answer may be pending, and its type says so.
  return events as unknown as ChainEvent<EventName>[];
}
