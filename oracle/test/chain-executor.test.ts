import fc from "fast-check";
import {
  decodeErrorResult,
  decodeFunctionData,
  encodeErrorResult,
  type Hex,
  keccak256,
  numberToHex,
  parseTransaction,
  RpcRequestError,
  size,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { MAX_BYTES, MAX_GAS } from "../src/chain/bundles.ts";
import { callData } from "../src/chain/calls.ts";
import { votingClient } from "../src/chain/client.ts";
import { ChainRefusal, ChainTrouble } from "../src/chain/errors.ts";
import { executor } from "../src/chain/executor.ts";
import { numeraireStakingAbi as abi } from "../src/chain/generated/abi.ts";
import type { Result } from "../src/chain/outcome.ts";
import { Vote } from "../src/chain/vote.ts";
import type { Action } from "../src/core/actions.ts";
import type { Sender } from "../src/core/transaction.ts";

const CHAIN = 7;
const CONTRACT = numberToHex(9, { size: 20 });
const SENDER = privateKeyToAccount(keccak256("0x01"));
const HASH = numberToHex(1, { size: 32 });
const NOW = 10_000;
const BASE_FEE = 10n ** 9n;

type Behaviour = {
  /** Rounds whose actions the contract refuses, and how. */
  readonly bad: ReadonlySet<number>;
  readonly revert?: Hex;
  /** What the pool says to each transaction that is sent; "mined": it is in a block at once. */
  readonly pool: readonly ("mined" | "kept" | "underpriced" | "funds" | "down")[];
  readonly nonce?: number;
};

/** A node with a contract that takes everything but bad rounds; it notes every transaction that it is sent. */
function modelOf({ bad, revert = UNEXPLAINED, pool, nonce = 3 }: Behaviour) {
  const confirmed = { nonce };
  const mined = new Set<Hex>();
  const sent: { raw: Hex; confirmed: number; outcome: string }[] = [];
  const fails = (message: string, data?: Hex): never => {
    throw new RpcRequestError({ body: {}, url: "http://n", error: { code: -32_000, message, ...(data && { data }) } });
  };
  const refuse = (data: Hex): void => {
    if (roundsIn(data).some((round) => bad.has(round))) fails("execution reverted", revert);
  };
  const take = (raw: Hex): Hex => {
    const outcome = pool[sent.length % pool.length] ?? "mined";
    sent.push({ raw, confirmed: confirmed.nonce, outcome });
    if (outcome === "down") throw new Error("socket hang up");
    if (outcome === "underpriced") return fails("replacement transaction underpriced");
    if (outcome === "funds") return fails("insufficient funds for gas * price + value");
    const isNext = parseTransaction(raw).nonce === confirmed.nonce;
    if (outcome === "mined" && isNext) {
      confirmed.nonce += 1;
      mined.add(keccak256(raw));
    }
    return keccak256(raw);
  };
  const answer = (method: string, params: unknown): unknown => {
    const [first] = (params ?? []) as [never];
    switch (method) {
      case "eth_chainId":
        return numberToHex(CHAIN);
      case "eth_getBlockByNumber":
        return {
          number: "0x64",
          hash: HASH,
          parentHash: HASH,
          timestamp: numberToHex(NOW),
          baseFeePerGas: numberToHex(BASE_FEE),
        };
      case "eth_maxPriorityFeePerGas":
        return "0x5f5e100";
      case "eth_getTransactionCount":
        return numberToHex(confirmed.nonce);
      case "eth_call":
        refuse((first as { data: Hex }).data);
        return "0x";
      case "eth_estimateGas":
        return numberToHex(60_000 * roundsIn((first as { data: Hex }).data).length);
      case "eth_sendRawTransaction":
        return take(first);
      case "eth_getTransactionReceipt":
        return mined.has(first) ? { transactionHash: first, status: "0x1", gasUsed: "0x5208" } : null;
      default:
        throw new Error(`not asked: ${method}`);
    }
  };
  const ask = (method: string, params: unknown): Promise<unknown> =>
    new Promise((resolve) => {
      resolve(answer(method, params));
    });
  const vote = new Vote({ endpoints: [{ host: "model", ask }], quorum: 1, chainId: CHAIN });
  return { client: votingClient(vote), sent };
}

const UNEXPLAINED: Hex = "0x12345678";

function callsIn(data: Hex): readonly Hex[] {
  const call = decodeFunctionData({ abi, data });
  return call.functionName === "multicall" ? call.args[0] : [data];
}

function roundsIn(data: Hex): number[] {
  return callsIn(data).map((each) => Number((decodeFunctionData({ abi, data: each }).args as readonly bigint[])[1]));
}

function settlement(round: number, words: number, changes: Partial<Action> = {}): Action {
  const stakes = Array<bigint>(words).fill(2n ** 255n + 1n);
  const timed = { round: BigInt(round), eligibleAt: NOW - 10, deadline: NOW + 10_000, ...changes };
  return { ...timed, kind: "settle", batch: 0, stakes, scores: stakes };
}

async function send(
  actions: readonly Action[],
  behaviour: Behaviour,
  options: { window?: number; maxFeePerGas?: bigint; from?: Sender } = {},
) {
  const { client, sent } = modelOf(behaviour);
  const subject = executor({
    client,
    chainId: CHAIN,
    contract: CONTRACT,
    encode: (action) => callData(action, 1),
    window: options.window ?? 1,
    receiptTimeoutMs: 1,
    maxFeePerGas: options.maxFeePerGas ?? 10n ** 12n,
  });
  return { results: await subject.send(actions, options.from ?? SENDER, Date.now() + 60_000), sent };
}

function codeOf(result: Result | undefined): string {
  if (result === undefined) return "nothing";
  if ("outcome" in result) return result.outcome.kind;
  return result.error instanceof ChainTrouble || result.error instanceof ChainRefusal ? result.error.code : "bug";
}

const works = fc
  .array(fc.constantFrom(1, 100, 256), { minLength: 1, maxLength: 24 })
  .map((sizes) => sizes.map((words, index) => settlement(index + 1, words)));
const pools = fc.array(fc.constantFrom("mined", "kept", "underpriced", "funds", "down"), {
  minLength: 1,
  maxLength: 6,
});

describe("the executor", () => {
  it("publishes without a gap from the confirmed nonce, never more than its window, never too much in one", async () => {
    await fc.assert(
      fc.asyncProperty(
        works,
        pools,
        fc.integer({ min: 1, max: 16 }),
        fc.nat(9),
        async (actions, pool, window, nonce) => {
          const { results, sent } = await send(actions, { bad: new Set(), pool, nonce }, { window });
          let [start, previous] = [nonce, nonce - 1];
          for (const { raw, confirmed } of sent) {
            const { nonce: used = 0, gas = 0n } = parseTransaction(raw);
            // A window begins at the confirmed nonce; in it the same place is tried again, or the next one taken.
            if (used === confirmed) start = used;
            else expect([previous, previous + 1]).toContain(used);
            expect(used).toBeGreaterThanOrEqual(start);
            expect(used - start).toBeLessThan(window);
            previous = used;
            expect(gas).toBeLessThanOrEqual(MAX_GAS);
            expect(size(raw)).toBeLessThanOrEqual(MAX_BYTES + 300);
          }
          expect(new Set(results.map(({ action }) => action)).size).toBe(results.length);
          for (const { action } of results) expect(actions).toContain(action);
        },
      ),
      { numRuns: 120 },
    );
  }, 120_000);

  it("carries out every action that the contract takes, exactly once, whichever others it refuses", async () => {
    await fc.assert(
      fc.asyncProperty(works, fc.array(fc.integer({ min: 1, max: 24 })), async (actions, refused) => {
        const bad = new Set(refused);
        const { results, sent } = await send(actions, { bad, pool: ["mined"] });
        expect(results).toHaveLength(actions.length);
        for (const result of results) {
          expect(codeOf(result)).toBe(bad.has(Number(result.action.round)) ? "tx_reverts" : "done");
        }
        const carried = sent.flatMap(({ raw }) => roundsIn(parseTransaction(raw).data ?? "0x"));
        expect(carried.toSorted((a, b) => a - b)).toEqual(
          actions.map(({ round }) => Number(round)).filter((round) => !bad.has(round)),
        );
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it("takes what somebody else did for done, and sends the rest", async () => {
    const revert = encodeErrorResult({ abi, errorName: "BatchStateUnexpected", args: [0, 2, 3] });
    expect(decodeErrorResult({ abi, data: revert }).errorName).toBe("BatchStateUnexpected");
    const { results, sent } = await send([settlement(1, 1), settlement(2, 1)], {
      bad: new Set([1]),
      revert,
      pool: ["mined"],
    });
    expect(results.map(codeOf)).toEqual(["already_done", "done"]);
    expect(sent).toHaveLength(1);
  });

  it("climbs at most three rungs where the node wants more for what is there, each an eighth more", async () => {
    const { results, sent } = await send([settlement(1, 1)], { bad: new Set(), pool: ["underpriced"] });
    expect(results.map(codeOf)).toEqual(["tx_pending"]);
    expect(new Set(sent.map(({ raw }) => parseTransaction(raw).nonce))).toEqual(new Set([3]));
    const fees = sent.map(({ raw }) => parseTransaction(raw).maxFeePerGas ?? 0n);
    expect(fees).toHaveLength(4);
    expect(fees[0]).toBe(2n * BASE_FEE + 10n ** 8n);
    for (const [index, fee] of fees.slice(1).entries())
      expect(fee * 8n).toBeGreaterThanOrEqual((fees[index] ?? 0n) * 9n);
    const replaced = await send([settlement(1, 1)], { bad: new Set(), pool: ["underpriced", "underpriced", "mined"] });
    expect(replaced.results.map(codeOf)).toEqual(["done"]);
  });

  it("climbs on where a former life stopped: the rung is the chain's time, and nothing else", async () => {
    const late = settlement(1, 1, { eligibleAt: NOW - 36 * 5 });
    const lives = await Promise.all([0, 1].map(() => send([late], { bad: new Set(), pool: ["kept"] })));
    const [first, second] = lives.map(({ sent }) => sent.map(({ raw }) => raw));
    expect(first).toEqual(second);
    expect(parseTransaction(first?.[0] ?? "0x").maxPriorityFeePerGas).toBe(
      (10n ** 8n * 9n ** 5n + 8n ** 5n - 1n) / 8n ** 5n,
    );
    expect(lives.map(({ results }) => results.map(codeOf))).toEqual([["tx_unmined"], ["tx_unmined"]]);
  });

  it("pays more for being late only at the head of its window", async () => {
    const late = Array.from({ length: 12 }, (_, index) => settlement(index + 1, 256, { eligibleAt: NOW - 36 * 13 }));
    const { sent } = await send(late, { bad: new Set(), pool: ["kept"] }, { window: 3 });
    const tips = sent.map(({ raw }) => parseTransaction(raw).maxPriorityFeePerGas ?? 0n);
    expect(tips.length).toBeGreaterThan(1);
    expect(Number(tips[0]) / 10 ** 8).toBeCloseTo(4.62, 1);
    expect(tips.slice(1)).toEqual(tips.slice(1).map(() => 10n ** 8n));
  });

  it("says so where its limit holds it down, and offers no more", async () => {
    const { results, sent } = await send(
      [settlement(1, 1)],
      { bad: new Set(), pool: ["underpriced"] },
      { maxFeePerGas: BASE_FEE },
    );
    expect(results.map((result) => ("error" in result ? String(result.error) : ""))[0]).toMatch(
      /at the limit of 1 gwei/,
    );
    for (const { raw } of sent) expect(parseTransaction(raw).maxFeePerGas).toBe(BASE_FEE);
  });

  it.each([
    ["funds", "funds_low"],
    ["down", "socket hang up"],
  ] as const)("leaves the rest for the next turn where its first transaction meets %s", async (outcome, said) => {
    const many = Array.from({ length: 12 }, (_, index) => settlement(index + 1, 256));
    const { results, sent } = await send(many, { bad: new Set(), pool: [outcome] });
    expect(sent).toHaveLength(1);
    expect(results.length).toBeLessThan(many.length);
    expect(
      results.map((result) => ("error" in result ? `${codeOf(result)} ${String(result.error)}` : "")).join(),
    ).toContain(said);
  });

  it("asks a key that can't sign once, and leaves all of its sender's for the next turn", async () => {
    const many = Array.from({ length: 12 }, (_, index) => settlement(index + 1, 256));
    const down = new Error("the signer is down");
    let asked = 0;
    const signTransaction = () => {
      asked += 1;
      return Promise.reject(down);
    };
    const from = { address: SENDER.address, signTransaction };
    const { results, sent } = await send(many, { bad: new Set(), pool: ["mined"] }, { from, window: 2 });
    expect(asked).toBe(1);
    expect(sent).toEqual([]);
    expect(results.length).toBeGreaterThan(0);
    expect(results.length).toBeLessThan(many.length);
    for (const result of results) expect(result).toMatchObject({ error: down });
  });

  it("has no result for what its time didn't suffice for", async () => {
    const { client, sent } = modelOf({ bad: new Set(), pool: ["mined"] });
    const subject = executor({
      client,
      chainId: CHAIN,
      contract: CONTRACT,
      encode: (action) => {
        if (action.round === 1n) throw new Error("no such call");
        return callData(action, 1);
      },
      window: 1,
      receiptTimeoutMs: 1,
      maxFeePerGas: 10n ** 12n,
    });
    const results = await subject.send([settlement(1, 1), settlement(2, 1)], SENDER, Date.now() - 1);
    expect(results.map(codeOf)).toEqual(["bug"]);
    expect(sent).toEqual([]);
  });
});
