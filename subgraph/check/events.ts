// The contract's events up to a block, in their order, with what the chain says about each one's block and transaction.
import { type Abi, type Hex, parseEventLogs, type PublicClient } from "viem";
import type { Terms } from "./protocol.ts";

/** When and where something happened. */
export interface At {
  block: bigint;
  /** Unix seconds. */
  timestamp: bigint;
  transaction: Hex;
}

export interface Schedule {
  closesAt: number;
  lockedBy: number;
  resolvesAt: number;
  settledBy: number;
  disputeWindow: number;
}

interface OfTournament {
  tournament: number;
}
interface OfPosition extends OfTournament {
  position: number;
}
interface OfRound extends OfTournament {
  round: bigint;
}
interface OfBatch extends OfRound {
  batch: number;
}

/** Every event, with the arguments that the model needs. */
export interface Events {
  TournamentCreated: OfTournament & { organizer: Hex; name: string; limits: Record<string, bigint | number> };
  OrganizerTransferStarted: OfTournament & { pendingOrganizer: Hex };
  OrganizerTransferred: OfTournament & { organizer: Hex };
  ReportersSet: OfTournament & { reporterSet: number; reporters: readonly Hex[]; quorum: number };
  GuardianSet: OfTournament & { guardian: Hex };
  RegistrarSet: OfTournament & { registrar: Hex };
  MinStakeSet: OfTournament & { minStake: bigint };
  ReserveFunded: OfTournament & { from: Hex; amount: bigint };
  ReserveWithdrawn: OfTournament & { to: Hex; amount: bigint };
  PositionOpened: OfPosition & { staker: Hex; model: Hex };
  StakeIncreased: OfPosition & { amount: bigint };
  WithdrawalRequested: OfPosition & { amount: bigint };
  WithdrawalCancelled: OfPosition & { amount: bigint };
  Withdrawn: OfPosition & { to: Hex; amount: bigint };
  RoundOpened: OfRound & { terms: Terms; schedule: Schedule };
  BatchLocked: OfBatch & { stakes: readonly bigint[] };
  RoundLocked: OfRound;
  ScoresReported: OfBatch & { signers: bigint; scores: readonly bigint[]; relayer: Hex };
  ScoresVetoed: OfBatch;
  BatchSettled: OfBatch & { payouts: readonly bigint[] };
  RoundSettled: OfRound;
  RoundVoided: OfRound;
}

export interface StakingEvent {
  name: keyof Events;
  args: Events[keyof Events];
  at: At;
}

const BLOCKS_PER_REQUEST = 5_000n;

/** @param visit Called with each event, first to last. */
export async function readEvents(
  client: PublicClient,
  { abi, address, fromBlock, toBlock }: { abi: Abi; address: Hex; fromBlock: bigint; toBlock: bigint },
  visit: (event: StakingEvent) => void,
): Promise<void> {
  let range = BLOCKS_PER_REQUEST;
  for (let first = fromBlock; first <= toBlock;) {
    const last = first + range - 1n < toBlock ? first + range - 1n : toBlock;
    const logs = await client.getLogs({ address, fromBlock: first, toBlock: last }).catch((error: unknown) => {
      if (first === last) throw error;
      return undefined; // more than this node gives at once
    });
    if (logs === undefined) {
      range = (last - first + 1n) / 2n;
      continue;
    }
    const parsed = parseEventLogs({ abi, logs }) as unknown as Parsed[];
    const timestamps = await askOnce(parsed, "blockNumber", async (blockNumber) =>
      client.getBlock({ blockNumber }).then(({ timestamp }) => timestamp),
    );
    const reports = parsed.filter(({ eventName }) => eventName === "ScoresReported");
    const relayers = await askOnce(reports, "transactionHash", async (hash) =>
      client.getTransaction({ hash }).then(({ from }) => from),
    );
    for (const { eventName: name, args, data, blockNumber: block, transactionHash: transaction } of parsed) {
      if (name === "TournamentCreated") Object.assign(args, { name: nameIn(data) });
      if (name === "ScoresReported") Object.assign(args, { relayer: relayers.get(transaction) });
      visit({ name, args, at: { block, transaction, timestamp: timestamps.get(block) ?? 0n } });
    }
    first = last + 1n;
  }
}

interface Parsed {
  eventName: keyof Events;
  args: Events[keyof Events];
  data: Hex;
  blockNumber: bigint;
  transactionHash: Hex;
}

/** What `ask` says of each different value of a key. */
async function askOnce<K extends "blockNumber" | "transactionHash", T>(
  events: readonly Parsed[],
  key: K,
  ask: (value: Parsed[K]) => Promise<T>,
): Promise<Map<Parsed[K], T>> {
  const values = [...new Set(events.map((event) => event[key]))];
  return new Map(await Promise.all(values.map(async (value): Promise<[Parsed[K], T]> => [value, await ask(value)])));
}

/** The name in the data of a TournamentCreated. viem would drop a byte order mark; PostgreSQL can't keep a zero. */
function nameIn(data: Hex): string {
  const bytes = Buffer.from(data.slice(2), "hex");
  const offset = Number(BigInt(`0x${bytes.toString("hex", 0, 32)}`));
  const length = Number(BigInt(`0x${bytes.toString("hex", offset, offset + 32)}`));
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(offset + 32, offset + 32 + length));
  return text.replaceAll("\0", "");
}
