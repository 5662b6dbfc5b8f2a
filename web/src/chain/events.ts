import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { logsBetween, type Span } from "@numeraire-staking/oracle/chain/logs";
import {
  type Client,
  type ContractEventName,
  formatLog,
  getAbiItem,
  type Hex,
  type Log,
  parseEventLogs,
  type RpcLog,
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

/** So far below the newest block nothing is taken back any more, nor unknown to a node that lags behind the others. */
const FINAL_DEPTH = 1_000n;
/** Questions whose answers are kept; the one that wasn't asked for longest goes first. */
const KEPT = 64;

/** All that there is up to a block. */
type Answered = { readonly until: bigint; readonly logs: readonly RpcLog[] };
type Topics = readonly (Hex | readonly Hex[] | null)[];

const answered = new WeakMap<Client, Map<string, Answered>>();

/**
 * The contract's events of these names up to a block, in the chain's order. Ranges that a node refuses are halved; what is
 * final is read once.
 * @param topics Of what follows the name; null: any; a list: any of these
 */
export async function eventsOf<EventName extends Name>(
  chain: Chain,
  names: readonly EventName[],
  topics: Topics,
  to: bigint,
  from = chain.deploymentBlock,
): Promise<ChainEvent<EventName>[]> {
  const selectors = names.map((name: Name) => toEventSelector(getAbiItem({ abi, name })));
  const logs = await logsUpTo(chain, [selectors, ...topics], { from, to });
  const events = parseEventLogs({ abi, eventName: [...names], logs: logs.map((log) => formatLog(log)) });
  // Of a block they all are: what `formatLog` makes of an answer may be pending, and its type says so.
  return events as unknown as ChainEvent<EventName>[];
}

async function logsUpTo({ client, contract }: Chain, topics: Topics, { from, to }: Span): Promise<readonly RpcLog[]> {
  const memory = answered.get(client) ?? new Map<string, Answered>();
  answered.set(client, memory);
  const key = JSON.stringify([contract, topics, from.toString()]);
  const known = memory.get(key);
  // A chain that is shorter than what was final is another one.
  const old = known !== undefined && known.until <= to ? known : { until: from - 1n, logs: [] };
  const fresh = await logsBetween({ client, contract, topics }, { from: old.until + 1n, to }, to - old.until);
  const logs = [...old.logs, ...fresh];
  const until = to - FINAL_DEPTH;
  memory.delete(key);
  memory.set(
    key,
    until < old.until ? old : { until, logs: logs.filter(({ blockNumber }) => BigInt(blockNumber ?? 0) <= until) },
  );
  for (const oldest of memory.keys()) if (memory.size > KEPT) memory.delete(oldest);
  return logs;
}
