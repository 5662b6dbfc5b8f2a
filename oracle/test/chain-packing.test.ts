import fc from "fast-check";
import { setImmediate as turn } from "node:timers/promises";
import {
  type Address,
  concatHex,
  decodeFunctionData,
  encodeFunctionData,
  encodeFunctionResult,
  type Hex,
  keccak256,
  numberToHex,
  RpcRequestError,
} from "viem";
import { describe, expect, it } from "vitest";
import { numeraireStakingAbi as abi } from "../src/chain/generated/abi.ts";
import { packing, VIEW_GAS } from "../src/chain/packing.ts";
import { Vote } from "../src/chain/vote.ts";

const CHAIN = 7;
const MOST_GAS = 16_777_216;
const CONTRACTS = [1, 2].map((number) => numberToHex(number, { size: 20 })) as [Address, Address];
const BLOCKS = [{ blockHash: numberToHex(5, { size: 32 }), requireCanonical: true }, "0x5"];
const [CONTRACT] = CONTRACTS;
const [BLOCK] = BLOCKS;

type Call = { readonly to: Address; readonly data: Hex; readonly from?: Address };
type View = { readonly call: Call; readonly block: unknown };
type Node = (call: Call, block: unknown) => Hex | Error;

const batchOf = (batch: number, to = CONTRACT): Call => ({
  to,
  data: encodeFunctionData({ abi, functionName: "batchOf", args: [1, 2n, batch] }),
});
const stakesOf = (batch: number, to = CONTRACT): Call => ({
  to,
  data: encodeFunctionData({ abi, functionName: "stakesOf", args: [1, batch] }),
});
const viewsOf = (count: number): View[] =>
  Array.from({ length: count }, (_, batch) => ({ call: batchOf(batch), block: BLOCK }));

function refusal(message: string, code = -32_000): RpcRequestError {
  return new RpcRequestError({ body: {}, url: "http://node", error: { code, message } });
}

function calledIn(data: Hex): readonly Hex[] | null {
  const { functionName, args } = decodeFunctionData({ abi, data });
  return functionName === "multicall" ? args[0] : null;
}

function packed(results: readonly Hex[]): Hex {
  return encodeFunctionResult({ abi, functionName: "multicall", result: results });
}

/** What a contract says to a view: something else for any other contract, view, argument and block. */
function truth({ to, data }: Call, block: unknown): Hex {
  return keccak256(concatHex([to, data, keccak256(numberToHex(BLOCKS.indexOf(block as string) + 1))]));
}

/** A node whose `multicall` does what the contract's does: all of it or nothing. */
function nodeOf(answerTo: Node, asked: Call[] = []) {
  const ask = (method: string, params: unknown): Promise<unknown> => {
    if (method !== "eth_call") return Promise.resolve(method);
    const [call, block] = params as [Call, unknown];
    asked.push(call);
    const inner = calledIn(call.data);
    if (inner === null) return settled(answerTo(call, block));
    const results = inner.map((data) => answerTo({ to: call.to, data }, block));
    return settled(results.find((result) => result instanceof Error) ?? packed(results as Hex[]));
  };
  return ask;
}

function settled(answer: unknown): Promise<unknown> {
  return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
}

function asking(node: (method: string, params: unknown) => Promise<unknown>, views: readonly View[]) {
  const ask = packing({ ask: node, askAlone: node });
  return Promise.allSettled(views.map(({ call, block }) => ask("eth_call", [call, block])));
}

const views = fc.array(
  fc.record({
    call: fc
      .tuple(fc.constantFrom(batchOf, stakesOf), fc.nat(300), fc.constantFrom(...CONTRACTS))
      .map(([of, batch, to]) => of(batch, to)),
    block: fc.constantFrom(...BLOCKS),
  }),
  { maxLength: 80 },
);

describe("views in one question", () => {
  it("are each answered as they would be alone, in as few questions as a transaction's gas allows", async () => {
    await fc.assert(
      fc.asyncProperty(views, async (all) => {
        const asked: Call[] = [];
        const answers = await asking(nodeOf(truth, asked), all);
        expect(answers).toEqual(
          all.map(({ call, block }) => ({ status: "fulfilled", value: truth(call, block as string) })),
        );
        for (const { data } of asked) {
          const gas = (calledIn(data) ?? []).map((each) => VIEW_GAS[decodeFunctionData({ abi, data: each }).functionName as "batchOf"]); // prettier-ignore
          expect(gas.reduce((sum, each) => sum + each, 0)).toBeLessThan(MOST_GAS);
        }
        const gas = all.reduce((sum, { call }) => sum + (call.data.length > 200 ? 0 : VIEW_GAS.stakesOf), 0);
        expect(asked.length).toBeLessThanOrEqual(4 + Math.ceil(gas / (MOST_GAS / 2)));
      }),
    );
  });

  it("are few questions for many rounds: 64 of 5 batches one, 64 of 98 batches eight", async () => {
    for (const [count, questions] of [
      [320, 1],
      [6_272, 8],
    ] as const) {
      // prettier-ignore
      const asked: Call[] = [];
      await asking(nodeOf(truth, asked), viewsOf(count));
      expect(asked).toHaveLength(questions);
    }
  });

  it("leave alone what is no view, has a sender or a state of its own, or comes in another turn", async () => {
    const asked: Call[] = [];
    const node = nodeOf(truth, asked);
    const ask = packing({ ask: node, askAlone: node });
    expect(await ask("eth_getBalance", [CONTRACT, "latest"])).toBe("eth_getBalance");
    const tournaments = { to: CONTRACT, data: encodeFunctionData({ abi, functionName: "tournaments" }) };
    const calls: [Call, unknown, ...unknown[]][] = [
      [{ ...batchOf(1), from: CONTRACTS[1] }, BLOCK],
      [batchOf(1), BLOCK, { [CONTRACT]: { balance: "0x1" } }],
      [tournaments, BLOCK],
      [{ to: CONTRACT, data: "0x" }, BLOCK],
    ];
    void Promise.allSettled(calls.slice(0, 3).map((params) => ask("eth_call", params)));
    expect(asked).toEqual(calls.slice(0, 3).map(([call]) => call));
    await Promise.all([ask("eth_call", [batchOf(2), BLOCK]), ask("eth_call", [batchOf(3), BLOCK])]);
    await ask("eth_call", [batchOf(4), BLOCK]);
    expect(asked.slice(3).map(({ data }) => calledIn(data)?.length ?? 1)).toEqual([2, 1]);
  });
});

describe("a node that refuses views in one question", () => {
  it("is asked for each half where one of them reverts: it alone gets the error", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.nat(), async (count, pick) => {
        const bad = batchOf(pick % count).data;
        const revert = refusal("execution reverted", 3);
        const asked: Call[] = [];
        const node = nodeOf((call, block) => (call.data === bad ? revert : truth(call, block)), asked);
        const all = viewsOf(count);
        const answers = await asking(node, all);
        expect(answers).toEqual(
          all.map(({ call, block }) =>
            call.data === bad
              ? { status: "rejected", reason: revert }
              : { status: "fulfilled", value: truth(call, block) },
          ),
        );
        expect(asked.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(count)));
      }),
    );
  });

  it.each(["out of gas", "request entity too large", "response size exceeds max results"])(
    "is asked for what it can bear where it says %s",
    async (words) => {
      const all = viewsOf(100);
      const good = nodeOf(truth);
      const small = (method: string, params: unknown): Promise<unknown> => {
        const [{ data }] = params as [Call];
        return (calledIn(data)?.length ?? 1) > 9 ? settled(refusal(words)) : good(method, params);
      };
      const answers = await asking(small, all);
      expect(answers).toEqual(all.map(({ call, block }) => ({ status: "fulfilled", value: truth(call, block) })));
    },
  );

  it("with a later part is asked for no more, and what it said before counts", async () => {
    const asked: Call[] = [];
    const last = viewsOf(1_000).at(-1)?.call.data;
    const node = nodeOf((call, block) => (call.data === last ? new Error("down") : truth(call, block)), asked);
    const answers = await asking(node, viewsOf(2_000));
    expect(asked).toHaveLength(2);
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(800);
    expect(answers.findIndex(({ status }) => status === "rejected")).toBe(800);
  });

  it.each([
    refusal("header not found"),
    refusal("rate limit exceeded", -32_005),
    refusal("invalid argument 1", -32_602),
    new Error("socket hang up"),
  ])("for another reason is asked no more: $message", async (error) => {
    const asked: Call[] = [];
    const answers = await asking(
      nodeOf(() => error, asked),
      viewsOf(2_000),
    );
    expect(asked).toHaveLength(1);
    expect(new Set(answers.map((answer): unknown => answer.status === "rejected" && answer.reason))).toEqual(
      new Set([error]),
    );
  });
});

describe("a vote on views in one question", () => {
  const honest = nodeOf(truth);
  const block = { number: "0x5", hash: numberToHex(5, { size: 32 }), parentHash: "0x1", timestamp: "0x5" };
  const voteOf = (liar: (params: readonly [Call, unknown]) => Promise<unknown>) => {
    const endpoints = [0, 1, 2].map((place) => {
      const node = (method: string, params: unknown): Promise<unknown> => {
        if (method === "eth_chainId") return Promise.resolve(numberToHex(CHAIN));
        if (method === "eth_getBlockByNumber") return Promise.resolve(block);
        return place === 1 ? liar(params as [Call, unknown]) : honest(method, params);
      };
      return { host: `node-${place}`, ask: packing({ ask: node, askAlone: node }) };
    });
    return new Vote({ endpoints, quorum: 2, chainId: CHAIN });
  };
  const answersOf = async (vote: Vote, all: readonly View[]) => {
    await vote.request({ method: "eth_getBlockByNumber", params: ["latest", false] });
    return Promise.all(all.map(({ call, block: pin }) => vote.request({ method: "eth_call", params: [call, pin] })));
  };
  const hex = fc.uint8Array({ maxLength: 300 }).map((bytes): Hex => `0x${Buffer.from(bytes).toString("hex")}`);
  const lies = fc.oneof(
    hex,
    fc.jsonValue(),
    fc.array(hex, { maxLength: 12 }).map(packed),
    fc.constantFrom(refusal("execution reverted", 3), refusal("out of gas"), refusal("rate limit"), new Error("down")),
  );

  it("is never wrong where one node lies arbitrarily: 2,000 runs", async () => {
    await fc.assert(
      fc.asyncProperty(lies, fc.integer({ min: 1, max: 12 }), async (lie, count) => {
        const all = viewsOf(count);
        const answers = await answersOf(
          voteOf(() => settled(lie)),
          all,
        );
        expect(answers).toEqual(all.map(({ call, block: pin }) => truth(call, pin)));
      }),
      { numRuns: 2_000 },
    );
  });

  it("names the node that has one of them otherwise, and which", async () => {
    const all = viewsOf(20);
    const wrong = nodeOf((call, pin) => (call.data === batchOf(7).data ? "0xbad0" : truth(call, pin)));
    const vote = voteOf((params) => wrong("eth_call", params));
    expect((await answersOf(vote, all))[7]).toBe(truth(batchOf(7), BLOCK));
    await turn();
    expect(vote.endpoints.map(({ state, disagreements }) => [state, disagreements])).toEqual([
      ["alive", 0],
      ["disagreeing", 1],
      ["alive", 0],
    ]);
    expect(vote.endpoints[1]?.why).toMatch(/^batchOf\(1, 2, 7\) at .*blockHash/);
  });

  it("names the node whose answer is no list of answers, or one of others' length", async () => {
    for (const lie of ["0x1234", packed(["0x01"]), 5, null]) {
      const vote = voteOf(() => Promise.resolve(lie));
      await answersOf(vote, viewsOf(3));
      await turn();
      expect(vote.endpoints[1]?.state).toBe(lie === null ? "alive" : "disagreeing");
    }
  });
});
