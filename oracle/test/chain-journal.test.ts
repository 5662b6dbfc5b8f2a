import {
  createPublicClient,
  custom,
  getAbiItem,
  numberToHex,
  RpcRequestError,
  TimeoutError,
  toEventSelector,
} from "viem";
import { describe, expect, it } from "vitest";
import { ChainTrouble } from "../src/chain/errors.ts";
import { numeraireStakingAbi as abi } from "../src/chain/generated/abi.ts";
import { journalReader } from "../src/chain/journal.ts";

const URL = "http://node";
const HASH = `0x${"1".repeat(64)}` as const;

/** A node that answers a question for events as `answer` does, and the sizes of the ranges that it was asked for. */
function nodeThat(answer: (blocks: number, asked: number) => Error | null, logs: [] | null = []) {
  const sizes: number[] = [];
  const request = ({ method, params }: { method: string; params?: unknown }): Promise<unknown> => {
    if (method !== "eth_getLogs") return Promise.resolve({ number: "0x1", hash: HASH, timestamp: "0x1" });
    const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
    const blocks = Number(toBlock) - Number(fromBlock) + 1;
    sizes.push(blocks);
    const error = answer(blocks, sizes.length);
    return error === null ? Promise.resolve(logs) : Promise.reject(error);
  };
  const client = createPublicClient({ transport: custom({ request }, { retryCount: 0 }) });
  const journal = journalReader({
    client,
    contract: HASH.slice(0, 42) as "0x1",
    tournament: 1,
    deploymentBlock: 1n,
    range: 10_000n,
  });
  return { sizes, upTo: (number: bigint) => journal.upTo({ number, hash: HASH }) };
}

const late = () => new TimeoutError({ body: {}, url: URL });
const tooMany = () => new RpcRequestError({ body: {}, url: URL, error: { code: -32005, message: "too many blocks" } });

describe("the journal", () => {
  it("halves the blocks that it asked for, not those that it might have asked for", async () => {
    const { sizes, upTo } = nodeThat((blocks) => (blocks > 30 ? tooMany() : null));
    await upTo(100n);
    expect(sizes.slice(0, 3)).toEqual([100, 50, 25]);
    expect(sizes.slice(2)).toEqual([25, 25, 25, 25]);
  });

  it("takes no answer for no answer, and says so", async () => {
    const { upTo } = nodeThat(() => null, null);
    await expect(upTo(100n)).rejects.toThrow(ChainTrouble);
  });

  it("tries half as much once a node was late", async () => {
    const { sizes, upTo } = nodeThat((_, asked) => (asked === 1 ? late() : null));
    await upTo(100n);
    expect(sizes).toEqual([100, 50, 50]);
  });

  it("gives up at the second time in a row that a node is late, and goes on there in the next turn", async () => {
    let slow = true;
    const { sizes, upTo } = nodeThat((_, asked) => (slow && asked > 2 ? late() : null));
    await expect(upTo(20_100n)).rejects.toThrow(TimeoutError);
    expect(sizes).toEqual([10_000, 10_000, 100, 50]);
    slow = false;
    await upTo(20_100n);
    expect(sizes.slice(4)).toEqual([25, 25, 25, 25]);
  });

  it("comes down over several turns to what a slow node can answer, and asks for more again after that", async () => {
    const { sizes, upTo } = nodeThat((blocks) => (blocks > 12 ? late() : null));
    await expect(upTo(96n)).rejects.toThrow(TimeoutError);
    await upTo(96n);
    expect(sizes.slice(0, 5)).toEqual([96, 48, 24, 12, 12]);
    await expect(upTo(196n)).rejects.toThrow(TimeoutError);
    expect(sizes.slice(-2)).toEqual([100, 50]);
  });

  it("doesn't count a node as late again that answered or refused meanwhile", async () => {
    const answers = [late(), tooMany(), late(), null, late()];
    const { sizes, upTo } = nodeThat((_, asked) => answers[asked - 1] ?? null);
    await upTo(96n);
    expect(sizes.slice(0, 6)).toEqual([96, 48, 24, 12, 12, 6]);
  });

  it("tells a refusal of a single block", async () => {
    const { sizes, upTo } = nodeThat(tooMany);
    await expect(upTo(4n)).rejects.toThrow("too many blocks");
    expect(sizes).toEqual([4, 2, 1]);
  });
});

describe("a staker's positions", () => {
  const STAKERS = [`0x${"a".repeat(40)}`, `0x${"b".repeat(40)}`] as const;
  const opened = (position: number, staker: string) => ({
    topics: [
      toEventSelector(getAbiItem({ abi, name: "PositionOpened" })),
      ...[1n, BigInt(position), BigInt(staker)].map((topic) => numberToHex(topic, { size: 32 })),
    ],
    data: HASH,
    blockNumber: "0x1",
    removed: false,
  });

  it("are those that it opened, and stay as they were while the journal is read anew", async () => {
    let logs: ReturnType<typeof opened>[] = [0, 1, 2].map((position) => opened(position, STAKERS[position % 2] ?? ""));
    let isAway = false;
    const request = ({ method }: { method: string }): Promise<unknown> => {
      if (isAway) return Promise.reject(new Error("gone"));
      return Promise.resolve(method === "eth_getLogs" ? logs : { number: "0x1", hash: HASH, timestamp: "0x1" });
    };
    const client = createPublicClient({ transport: custom({ request }, { retryCount: 0 }) });
    const at = { contract: HASH.slice(0, 42) as "0x1", tournament: 1, deploymentBlock: 1n, range: 10n };
    const journal = journalReader({ client, ...at });
    const owned = () => STAKERS.map((staker) => journal.positionsOf(staker));
    expect(owned()).toEqual([[], []]);
    await journal.upTo({ number: 1n, hash: HASH });
    expect(owned()).toEqual([[0, 2], [1]]);
    journal.forget();
    isAway = true;
    await expect(journal.upTo({ number: 1n, hash: HASH })).rejects.toThrow();
    expect(owned()).toEqual([[0, 2], [1]]);
    isAway = false;
    logs = [opened(0, STAKERS[1])];
    await journal.upTo({ number: 1n, hash: HASH });
    expect(owned()).toEqual([[], [0]]);
  });
});
