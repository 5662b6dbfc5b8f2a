import { BaseError, ContractFunctionZeroDataError, RpcRequestError, zeroAddress } from "viem";
import type { ChainFacts, RoundFacts } from "../core/facts.ts";
import { WEI_PER_NANO } from "../core/units.ts";
import { ChainRefusal, ChainTrouble, ownErrorIn, sayWhy } from "./errors.ts";
import type { Journal, JournalReader } from "./journal.ts";
import { readRounds } from "./rounds.ts";
import { type Contract, type Pin, read } from "./view.ts";

export type FactsOptions = Contract & {
  readonly journal: JournalReader;
  readonly chainId: number;
  readonly tournament: number;
  /** Which blocks count as final. */
  readonly finality: "finalized" | "safe" | "latest";
};

type Block = ChainFacts["block"];

/**
 * Everything that a plan needs from the chain, as it stood at one block: the latest one.
 * @throws ChainTrouble where the node can't be asked or the chain moved meanwhile; ChainRefusal where it is another chain
 * or has no such contract or tournament.
 */
export async function readFacts(options: FactsOptions): Promise<ChainFacts> {
  try {
    return await readAtOneBlock(options);
  } catch (error) {
    const own = ownErrorIn(error);
    if (own?.code === "events_incomplete") options.journal.forget();
    if (own !== null || !(error instanceof BaseError)) throw own ?? error;
    throw new ChainTrouble("rpc_down", `the chain can't be read: ${sayWhy(error)}`, { cause: error });
  }
}

async function readAtOneBlock(options: FactsOptions): Promise<ChainFacts> {
  const { client, contract, chainId } = options;
  const latest = await client.getBlock();
  const block = { number: latest.number, hash: latest.hash, timestamp: Number(latest.timestamp) };
  const pin = await pinTo(block, options);
  const [finalized, tournament, [reserve, earmarked], events] = await Promise.all([
    finalizedAt(block, options),
    read(options, pin, "tournamentOf", [options.tournament]),
    read(options, pin, "reserveOf", [options.tournament]),
    options.journal.upTo(block),
  ]);
  const { positions, organizer, registrar, limits, latestRound, roundsInFlight } = tournament;
  const rounds = await readRounds({ ...options, pin, timestamp: block.timestamp, positions, events });
  await requireStanding(block, options);
  requireComplete(tournament, events, rounds);
  return {
    chainId,
    contract,
    block,
    finalized,
    tournament: options.tournament,
    organizer,
    hasRegistrar: registrar !== zeroAddress,
    limits,
    latestRound,
    roundsInFlight,
    freeReserve: (reserve - earmarked) / WEI_PER_NANO,
    // Copies: the journal grows with the next block, facts stay as they are.
    models: [...events.models],
    rounds,
    finished: new Map(events.finished),
  };
}

/** Nodes that have seen nothing finalized yet refuse the question: then nothing is. */
async function finalizedAt({ number }: Block, { client, finality }: FactsOptions): Promise<bigint> {
  if (finality === "latest") return number;
  try {
    return (await client.getBlock({ blockTag: finality })).number;
  } catch (error) {
    if (error instanceof BaseError && /block not found|block could not be found|unknown block/i.test(sayWhy(error)))
      return 0n;
    throw error;
  }
}

/**
 * How to ask about the block: by hash, so that no answer can come from another one, or by number where the node doesn't
 * take a hash. The question that finds out also tells whether there is a contract and a tournament to ask about.
 */
async function pinTo({ hash, number }: Block, options: FactsOptions): Promise<Pin> {
  const byHash: Pin = { blockHash: hash, requireCanonical: true };
  const byNumber: Pin = { blockNumber: number };
  try {
    requireTournament(await read(options, byHash, "tournaments", []), options);
    return byHash;
  } catch (error) {
    if (!refusesHashes(error)) throw contractFault(error, options);
    requireTournament(await read(options, byNumber, "tournaments", []), options);
    return byNumber;
  }
}

function requireTournament(tournaments: number, { contract, tournament }: FactsOptions): void {
  if (tournament <= tournaments) return;
  const message = `contract ${contract} has ${tournaments} tournaments, so none with number ${tournament}`;
  throw new ChainRefusal("tournament_missing", message);
}

/** EIP-1898 is not everywhere; -32602 is "invalid params". */
function refusesHashes(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false;
  const answer = error.walk((cause) => cause instanceof RpcRequestError);
  return answer instanceof RpcRequestError && answer.code === -32602;
}

function contractFault(error: unknown, { contract, chainId }: FactsOptions): unknown {
  const empty =
    error instanceof BaseError && error.walk((cause) => cause instanceof ContractFunctionZeroDataError) !== null;
  if (!empty) return error;
  return new ChainRefusal("contract_missing", `chain ${chainId} has no staking contract at ${contract}`);
}

/** A node that cuts a list of events says nothing of it; the contract's counters tell. */
function requireComplete(
  contract: { positions: number; roundsInFlight: number; latestRound: bigint },
  events: Journal,
  rounds: readonly RoundFacts[],
): void {
  const { positions, latestRound } = events;
  const roundsInFlight = rounds.filter(({ state }) => state !== "open").length;
  const missing = [
    ...unequal("positions", positions, contract.positions),
    ...unequal("rounds that hold stakes", roundsInFlight, contract.roundsInFlight),
    ...unequal("as latest round", latestRound, contract.latestRound),
  ];
  if (missing.length === 0) return;
  const message = `the node's events don't tell all: ${missing.join(", ")}; is config.deploymentBlock too late?`;
  throw new ChainTrouble("events_incomplete", message);
}

function unequal(what: string, shown: number | bigint, counted: number | bigint): string[] {
  return shown === counted ? [] : [`${shown.toString()} ${what} instead of ${counted.toString()}`];
}

async function requireStanding(block: Block, { client }: Contract): Promise<void> {
  const { hash } = await client.getBlock({ blockNumber: block.number });
  if (hash === block.hash) return;
  throw new ChainTrouble("chain_moved", `block ${block.number.toString()} was replaced while it was read`);
}
