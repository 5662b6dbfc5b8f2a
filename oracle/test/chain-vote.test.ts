import fc from "fast-check";
import { setTimeout as sleep } from "node:timers/promises";
import { keccak256, numberToHex, RpcRequestError } from "viem";
import { describe, expect, it } from "vitest";
import { ChainRefusal, ChainTrouble } from "../src/chain/errors.ts";
import { Vote } from "../src/chain/vote.ts";

const CHAIN = 7;
const RAW = "0x02c0ffee";

type Question = { readonly method: string; readonly params: unknown };
/** An endpoint in memory: what it answers, or an error to throw. */
type Node = (question: Question) => unknown;

/** A block of a chain that is told apart by its salt. */
function block(number: number, salt = 0) {
  const hash = keccak256(numberToHex(number * 1_000 + salt, { size: 32 }));
  return { number: numberToHex(number), hash, parentHash: hash, timestamp: numberToHex(1_000 + 12 * number) };
}

function refusal(message: string, code = -32_000): RpcRequestError {
  return new RpcRequestError({ body: {}, url: "http://node", error: { code, message } });
}

/** What an honest node with that head says. */
function honest(head: number, salt = 0): Node {
  return ({ method, params }) => {
    const [first] = params as [unknown];
    switch (method) {
      case "eth_chainId":
        return numberToHex(CHAIN);
      case "eth_getBlockByNumber":
        if (first === "latest") return block(head, salt);
        if (first === "finalized") return block(Math.max(head - 64, 0), salt);
        return Number(first) > head ? null : block(Number(first), salt);
      case "eth_call":
        return keccak256(numberToHex(42));
      case "eth_getLogs":
        return [
          { address: "0xAB", topics: [], data: "0x01", blockNumber: "0x5", logIndex: "0x0", blockTimestamp: "0x9" },
        ];
      case "eth_getTransactionCount":
        return "0x5";
      case "eth_estimateGas":
        return numberToHex(100_000 + head);
      case "eth_maxPriorityFeePerGas":
        return "0x3b9aca00";
      case "eth_sendRawTransaction":
        return keccak256(RAW);
      default:
        return null;
    }
  };
}

function voteOf(nodes: readonly Node[], quorum = Math.floor(nodes.length / 2) + 1): Vote {
  const endpoints = nodes.map((node, index) => ({
    host: `node-${index}`,
    ask: async (method: string, params: unknown): Promise<unknown> => {
      const answer = await node({ method, params });
      if (answer instanceof Error) throw answer;
      return answer;
    },
  }));
  return new Vote({ endpoints, quorum, chainId: CHAIN });
}

const ask = (vote: Vote, method: string, params: unknown = []): Promise<unknown> => vote.request({ method, params });
const latest = (vote: Vote): Promise<unknown> => ask(vote, "eth_getBlockByNumber", ["latest", false]);

async function codeOf(asked: Promise<unknown>): Promise<string> {
  try {
    return `answered ${JSON.stringify(await asked)}`;
  } catch (error) {
    return error instanceof ChainTrouble || error instanceof ChainRefusal ? error.code : String(error);
  }
}

const never = (): Promise<unknown> => new Promise(() => undefined);
const hex = fc.bigInt(0n, 2n ** 80n).map((value) => numberToHex(value));
const lies: fc.Arbitrary<unknown> = fc.oneof(
  hex,
  fc.jsonValue(),
  fc.record({ number: hex, hash: hex, timestamp: hex, parentHash: hex }),
  fc.integer({ min: 0, max: 200 }).map((number) => block(number, 9)),
  fc.constantFrom(
    refusal("execution reverted"),
    refusal("header not found"),
    refusal("nonce too low"),
    refusal("rate limit exceeded", -32_005),
    refusal("replacement transaction underpriced"),
    new Error("socket hang up"),
  ),
);

const PINNED = ["eth_call", "eth_getLogs", "eth_getTransactionCount"] as const;

describe("a vote of three", () => {
  it("never gives a wrong answer, nor none, where one lies arbitrarily: 10,000 runs", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(lies, { minLength: 12, maxLength: 12 }),
        fc.nat(2),
        fc.integer({ min: 100, max: 110 }),
        fc.nat(1),
        async (told, liar, head, behind) => {
          let next = 0;
          const nodes: Node[] = [honest(head), honest(head - behind)];
          nodes.splice(liar, 0, () => told[(next += 1) % told.length]);
          const vote = voteOf(nodes);
          // The liar may hold up the newest block by one that it doesn't have in common, never replace it.
          expect([block(head), block(head - behind)]).toContainEqual(await latest(vote));
          for (const method of PINNED) {
            const [truth] = [honest(head)({ method, params: [] })];
            const answer = await ask(vote, method, [{}, numberToHex(head - behind)]);
            expect(JSON.stringify(answer)).toBe(
              JSON.stringify(truth).replace('"0xAB"', '"0xab"').replace(',"blockTimestamp":"0x9"', ""),
            );
          }
          const { number } = (await ask(vote, "eth_getBlockByNumber", ["finalized", false])) as { number: string };
          expect(Number(number)).toBeLessThanOrEqual(head - 64);
          expect(Number(number)).toBeGreaterThanOrEqual(head - behind - 64);
          const gas = Number(await ask(vote, "eth_estimateGas"));
          expect(gas).toBeLessThanOrEqual(100_000 + head);
          expect(await ask(vote, "eth_sendRawTransaction", [RAW])).toBe(keccak256(RAW));
          expect(vote.endpoints[liar]?.state).not.toBe(undefined);
        },
      ),
      { numRuns: 10_000 },
    );
  }, 300_000);

  it("never believes two that lie alike where all three must agree: 2,000 runs", async () => {
    await fc.assert(
      fc.asyncProperty(lies, fc.nat(2), async (lie, truthful) => {
        const liar: Node = (question) => (question.method === "eth_call" ? lie : honest(100)(question));
        const nodes = [0, 1, 2].map((index) => (index === truthful ? honest(100) : liar));
        const vote = voteOf(nodes, 3);
        await latest(vote);
        expect(await codeOf(ask(vote, "eth_call"))).toMatch(/^(rpc_disagree|rpc_quorum_lost|rate_limited)$/);
      }),
      { numRuns: 2_000 },
    );
  }, 60_000);

  it("believes two that lie alike where two suffice, and names the third: that is what the quorum means", async () => {
    const liar: Node = (question) => (question.method === "eth_call" ? "0xbad0" : honest(100)(question));
    const vote = voteOf([liar, honest(100), liar]);
    await latest(vote);
    expect(await ask(vote, "eth_call")).toBe("0xbad0");
    await sleep(1);
    expect(vote.endpoints.map(({ state }) => state)).toEqual(["alive", "disagreeing", "alive"]);
  });

  it("holds the highest block that two hold, and asks those ahead for it", async () => {
    expect(await latest(voteOf([honest(102), honest(101), honest(100)]))).toEqual(block(101));
    expect(await latest(voteOf([honest(101, 5), honest(101), honest(100)]))).toEqual(block(100));
    expect(await codeOf(latest(voteOf([honest(101, 5), honest(101, 6), honest(101)])))).toBe("rpc_disagree");
  });

  it("leaves out one that fell behind, by blocks or by time, and takes it back when it is there again", async () => {
    const late = { head: 97 };
    const vote = voteOf([honest(101), honest(101), (question) => honest(late.head)(question)]);
    const stateAfter = async (head: number) => {
      late.head = head;
      await latest(vote);
      await sleep(1);
      return vote.endpoints[2]?.state;
    };
    expect(await stateAfter(97)).toBe("out_of_sync");
    expect(vote.endpoints[2]?.why).toBe("its latest block is 97");
    // Blocks are 12 s apart: three of them are 36 s, four 48 s.
    expect(await stateAfter(98)).toBe("alive");
    expect(await stateAfter(20)).toBe("out_of_sync");
    expect(await stateAfter(101)).toBe("alive");
  });

  it("is not held up by a height that one invents", async () => {
    const vote = voteOf([honest(101), honest(10 ** 9), honest(101)]);
    expect(await latest(vote)).toEqual(block(101));
    expect(vote.endpoints.map(({ state }) => state)).toEqual(["alive", "alive", "alive"]);
  });

  it("doesn't take an old block for the latest where one of two that answer invents nothing but is far behind", async () => {
    const slow: Node = (question) => sleep(700).then(() => honest(101)(question));
    const vote = voteOf([honest(3), honest(101), slow]);
    expect(await latest(vote)).toEqual(block(101));
    expect(vote.endpoints.map(({ state }) => state)).toEqual(["out_of_sync", "alive", "alive"]);
    const dead: Node = () => new Error("x");
    expect(await codeOf(latest(voteOf([honest(3), honest(101), dead])))).toBe("rpc_quorum_lost");
    expect(await codeOf(latest(voteOf([honest(10 ** 9), honest(101), dead])))).toBe("rpc_quorum_lost");
  });

  it("refuses two stale ones together with one that is fresh only where all must agree", async () => {
    expect(await codeOf(latest(voteOf([honest(101), honest(50), honest(50)], 3)))).toBe("rpc_quorum_lost");
  });

  it("names one on another chain, does without it, and refuses where too many are", async () => {
    const other: Node = (question) => (question.method === "eth_chainId" ? "0x1" : honest(100)(question));
    const vote = voteOf([honest(100), other, honest(100)]);
    expect(await latest(vote)).toEqual(block(100));
    expect(vote.endpoints[1]).toMatchObject({ state: "wrong_chain", why: "serves chain 1, config.chainId is 7" });
    expect(await codeOf(latest(voteOf([other, other, honest(100)])))).toBe("rpc_wrong_chain");
    expect(await codeOf(latest(voteOf([other])))).toBe("rpc_wrong_chain");
  });

  it("waits for one that hangs no longer than the others need", async () => {
    const vote = voteOf([never, honest(100), honest(100)]);
    const begun = Date.now();
    await latest(vote);
    await ask(vote, "eth_call");
    await ask(vote, "eth_estimateGas");
    await ask(vote, "eth_sendRawTransaction", [RAW]);
    expect(Date.now() - begun).toBeLessThan(1_500);
  });

  it("works with one dead from the start, and counts it in again with its next answer", async () => {
    const dead = { is: true };
    const vote = voteOf([
      (question) => (dead.is ? new Error("connect ECONNREFUSED") : honest(100)(question)),
      honest(100),
      honest(100),
    ]);
    await latest(vote);
    expect(vote.endpoints[0]).toMatchObject({ state: "unreachable", why: "connect ECONNREFUSED" });
    dead.is = false;
    await latest(vote);
    expect(vote.endpoints[0]?.state).toBe("alive");
  });

  it.each<[string, Node[], string]>([
    ["two are dead", [() => new Error("x"), () => new Error("x"), honest(100)], "rpc_quorum_lost"],
    ["two have had enough", [() => refusal("rate limit"), () => refusal("rate limit"), honest(100)], "rate_limited"],
    ["two are nonsense", [() => "?", () => [], honest(100)], "rpc_quorum_lost"],
  ])("says so where %s", async (_, nodes, code) => {
    const vote = voteOf(nodes);
    expect(await codeOf(latest(vote))).toBe(code);
    expect(await codeOf(ask(vote, "eth_call"))).toMatch(/^r/);
  });

  it("takes a refusal that two agree on, whatever their words, and holds it against nobody", async () => {
    const says =
      (text: string): Node =>
      (question) =>
        question.method === "eth_call" ? refusal(text) : honest(9)(question);
    const vote = voteOf([says("execution reverted"), says("VM execution error."), honest(9)]);
    await latest(vote);
    await expect(ask(vote, "eth_call")).rejects.toThrow(RpcRequestError);
    expect(vote.endpoints.map(({ state, refused }) => [state, refused])).toEqual([
      ["alive", 1],
      ["alive", 1],
      ["alive", 0],
    ]);
  });

  it.each<[string, unknown[], string]>([
    ["any takes it", ["0x1", new Error("down"), new Error("down")], "answered"],
    ["some have it already", [refusal("already known"), refusal("AlreadyKnown"), new Error("down")], "answered"],
    ["one takes it and another doubts", ["0x1", refusal("txpool is full"), new Error("down")], "answered"],
    ["it is mined before others see it", [refusal("nonce too low"), refusal("OldNonce"), "0x1"], "answered"],
    ["two say its nonce is used", [refusal("nonce too low"), refusal("OldNonce"), new Error("x")], "RpcRequestError"],
    ["two want more for it", ["0x1", refusal("underpriced"), refusal("could not replace existing tx")], "RpcReq"],
    ["none can be reached", [new Error("down"), new Error("down"), new Error("down")], "rpc_quorum_lost"],
  ])("publishes to all: where %s", async (_, answers, outcome) => {
    const asked: unknown[] = [];
    const nodes = answers.map((answer): Node => (question) => {
      asked.push(question.method);
      return answer;
    });
    expect(await codeOf(ask(voteOf(nodes), "eth_sendRawTransaction", [RAW]))).toMatch(new RegExp(`^${outcome}`));
    expect(asked).toHaveLength(3);
  });

  it("takes the lower middle of tips, and has no receipt before two have it", async () => {
    const tip =
      (value: string): Node =>
      () =>
        value;
    expect(await ask(voteOf([tip("0x5"), tip("0x1"), tip("0x9")]), "eth_maxPriorityFeePerGas")).toBe("0x5");
    expect(await ask(voteOf([tip("0x5"), tip("0x1")]), "eth_gasPrice")).toBe("0x1");
    const receipt: Node = () => ({ status: "0x1", gasUsed: "0x5", logs: [] });
    expect(await ask(voteOf([receipt, () => null, () => new Error("x")]), "eth_getTransactionReceipt")).toBeNull();
    expect(await ask(voteOf([receipt, () => null, receipt]), "eth_getTransactionReceipt")).toEqual({
      status: "0x1",
      gasUsed: "0x5",
    });
  });
});

describe("a vote of one", () => {
  it("leaves the node's own error as it is", async () => {
    const error = new Error("connect ECONNREFUSED");
    await expect(latest(voteOf([() => error]))).rejects.toBe(error);
    await expect(ask(voteOf([() => refusal("x", -32_602)]), "eth_call")).rejects.toThrow(RpcRequestError);
  });
});
