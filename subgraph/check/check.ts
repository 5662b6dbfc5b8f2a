// Does the index say what the chain says? Every row and field of every entity of the schema at one block is compared with
// what the contract's events come to by code that shares nothing with the mappings, and that with the contract's views.
import { BaseError, createPublicClient, type Hex, http, type PublicClient } from "viem";
import { readAbi } from "../engine/build.ts";
import { type IndexedBlock, indexedBlock, QueryError } from "../engine/query.ts";
import { collectionsOf } from "./collections.ts";
import { compareEntity, type Difference, nameOf, type Report } from "./compare.ts";
import { readEvents } from "./events.ts";
import { Ledger } from "./ledger.ts";
import type { Rows } from "./row.ts";
import { rowsOf } from "./rows.ts";
import { type Entity, readSchema } from "./schema.ts";
import { pointRows, statsRows } from "./series.ts";
import { CannotTell } from "./trouble.ts";
import { compareViews } from "./views.ts";

export interface CheckOptions {
  graphqlUrl: string;
  rpcUrl: string;
  /** The staking contract. */
  address: string;
  /** Both sides are read at this block; absent: the newest that both have. The node must still have its state. */
  block?: number | bigint;
  /** First block to look for events in. */
  fromBlock?: number | bigint;
  /** How many differences are kept; all are counted. */
  limit?: number;
}

export interface Checked {
  block: bigint;
  /** How much of the index was compared. */
  rows: number;
  fields: number;
  /** How many values of the contract's views were. */
  views: number;
  /** How much of it differs. */
  different: number;
  /** The first of what differs. */
  differences: Difference[];
  /** What the contract's events come to. */
  ledger: Ledger;
}

/**
 * Compares index and chain at one block.
 * @throws CannotTell where one of them can't be asked, or they have no block in common.
 */
export async function checkIndex(options: CheckOptions): Promise<Checked> {
  try {
    return await check(options);
  } catch (error) {
    if (error instanceof QueryError) throw new CannotTell(`the subgraph refuses a query: ${error.message}`);
    if (error instanceof BaseError)
      throw new CannotTell(`the chain's node: ${error.shortMessage} ${error.details}`.trim());
    if (error instanceof TypeError && error.message === "fetch failed") {
      throw new CannotTell(`nothing answers at ${new URL(options.graphqlUrl).origin}`);
    }
    throw error;
  }
}

async function check({ graphqlUrl, rpcUrl, limit = 20, ...options }: CheckOptions): Promise<Checked> {
  const address = options.address as Hex;
  const abi = await readAbi();
  const client = createPublicClient({
    transport: http(rpcUrl, { batch: { batchSize: 500 }, timeout: 60_000, maxResponseBodySize: 2 ** 28 }),
  });
  const block = await commonBlock(client, graphqlUrl, options.block);
  if (!(await client.getCode({ address, blockNumber: block }))) {
    throw new CannotTell(`there is no contract at ${address} in block ${block}`);
  }
  const ledger = new Ledger();
  const range = { abi, address, fromBlock: BigInt(options.fromBlock ?? 0), toBlock: block };
  await readEvents(client, range, (event) => ledger.apply(event));

  let different = 0;
  const differences: Difference[] = [];
  const report = (difference: Difference): void => {
    different += 1;
    if (differences.length < limit) differences.push(difference);
  };
  const { rows, fields } = await compareIndex({ graphqlUrl, block }, ledger, report);
  const views = await compareViews(client, { abi, address, block }, ledger, report);
  await requireSameBranch(client, graphqlUrl);
  return { block, rows, fields, views, different, differences, ledger };
}

/** Every entity of the schema. */
async function compareIndex(
  index: { graphqlUrl: string; block: bigint },
  ledger: Ledger,
  report: Report,
): Promise<{ rows: number; fields: number }> {
  const collections = await collectionsOf(index.graphqlUrl);
  const total = { rows: 0, fields: 0 };
  for (const entity of await readSchema()) {
    const collection = collections.get(entity.name);
    if (collection === undefined) {
      report({ entity: entity.name, id: "", field: "(entity)", subgraph: "nothing", chain: "there" });
      continue;
    }
    for (const { interval, rows: expected, unfinished } of expectedOf(ledger, entity)) {
      const side = { entity, collection, ...(interval !== undefined && { interval }) };
      const { rows, fields } = await compareEntity(index, side, expected, report);
      total.rows += rows;
      total.fields += fields;
      // An hour that isn't over is added up when somebody asks, and for the newest block alone.
      const excused = unfinished && (await headOf(index.graphqlUrl)).number > index.block ? unfinished : new Set();
      for (const id of expected.keys()) {
        if (excused.has(id)) continue;
        report({ entity: nameOf(side), id, field: "(row)", subgraph: "nothing", chain: "there" });
      }
    }
  }
  return total;
}

interface Expected {
  rows: Rows;
  /** Of an aggregation. */
  interval?: string;
  unfinished?: ReadonlySet<string>;
}

function expectedOf(ledger: Ledger, entity: Entity): Expected[] {
  if (entity.name === "TournamentPoint") return [{ rows: pointRows(ledger.points) }];
  if (entity.intervals.length > 0) {
    return entity.intervals.map((interval) => ({
      interval,
      ...statsRows(ledger.points, entity, interval, ledger.now),
    }));
  }
  return [{ rows: rowsOf(ledger, entity.name) }];
}

async function headOf(graphqlUrl: string): Promise<IndexedBlock> {
  const head = await indexedBlock(graphqlUrl);
  if (!head) throw new CannotTell("the subgraph has indexed no block yet");
  return head;
}

/** The block asked for, or the newest that both have. */
async function commonBlock(
  client: PublicClient,
  graphqlUrl: string,
  wanted: number | bigint | undefined,
): Promise<bigint> {
  const indexed = BigInt((await headOf(graphqlUrl)).number);
  const latest = await client.getBlockNumber();
  const block = wanted === undefined ? (indexed < latest ? indexed : latest) : BigInt(wanted);
  if (block > indexed) throw new CannotTell(`the subgraph has only indexed up to block ${indexed}, not yet ${block}`);
  if (block > latest) throw new CannotTell(`the chain's latest block is ${latest}: there is no block ${block} yet`);
  await requireSameBranch(client, graphqlUrl);
  return block;
}

/** While a reorganisation is under way the index follows what is no chain any more. */
async function requireSameBranch(client: PublicClient, graphqlUrl: string): Promise<void> {
  const { number, hash } = await headOf(graphqlUrl);
  const block = await client.getBlock({ blockNumber: BigInt(number) });
  if (hash !== null && block.hash !== hash) {
    throw new CannotTell(`block ${number} is ${hash} in the subgraph, but ${block.hash} on the chain: another branch`);
  }
}
