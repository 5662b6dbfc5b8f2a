import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { createClient, encodeFunctionData, erc20Abi, getAddress, type Hex, http, padHex } from "viem";
import { call, getBlock, readContract } from "viem/actions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Chain, chainOf, type Provider } from "../../src/chain/client.ts";
import { refusalIn, refusalOf } from "../../src/chain/revert.ts";
import { type Call, played, row, simulated } from "../../src/chain/row.ts";
import { startAnvil } from "../../../scripts/stack/clients.ts";
import { deskOf, flowThrough, modelNamed, NMR, startWorld, TOURNAMENT, type World } from "./flows-world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld("permit");
});
afterAll(() => world.stop());

/** The same state on another node: what Hardhat has, anvil is told. */
async function onAnvil(): Promise<{ chain: Chain; stop: () => Promise<void> }> {
  const node = await startAnvil(0, ["--chain-id", "31337", "--fork-url", world.test.rpcUrl], () => undefined);
  return { chain: { ...world.chain, client: createClient({ transport: http(node.url) }) }, stop: () => node.stop() };
}

const approve = (value: bigint): Call => ({
  to: world.test.tokenAddress,
  data: encodeFunctionData({ abi: erc20Abi, functionName: "approve", args: [world.test.address, value] }),
});
const open = (model: Hex, amount: bigint): Call => ({
  to: world.test.address,
  data: encodeFunctionData({ abi, functionName: "openPosition", args: [TOURNAMENT, model, amount, 0n, "0x"] }),
});
const allowanceOf = (owner: Hex): Call => ({
  to: world.test.tokenAddress,
  data: encodeFunctionData({ abi: erc20Abi, functionName: "allowance", args: [owner, world.test.address] }),
});

describe("calls in a row", () => {
  it("are the same by eth_simulateV1 and by an account that plays a contract", async () => {
    const { address } = await world.staker();
    const { chain, stop } = await onAnvil();
    try {
      const { number } = await getBlock(chain.client);
      const rows: Call[][] = [
        [allowanceOf(address), approve(7n), allowanceOf(address)],
        [open(modelNamed("m"), NMR), approve(NMR), open(modelNamed("m"), NMR), allowanceOf(address)],
        [approve(NMR), open(modelNamed("m"), NMR), open(modelNamed("m"), NMR)],
        [{ to: padHex("0x99", { size: 20 }), data: `0x${randomBytes(100).toString("hex")}` }, approve(1n)],
        [{ to: world.test.address, data: "0x" }, approve(0n)],
      ];
      for (const calls of rows) {
        const one = await simulated(chain, address, calls, number);
        const other = await played(chain, address, calls, number);
        expect(one).not.toBeNull();
        expect(other).toEqual(one);
      }
    } finally {
      await stop();
    }
  });

  it("leave nothing behind, and need neither where the node has only one", async () => {
    const { address } = await world.staker();
    const { number } = await getBlock(world.chain.client);
    const calls = [allowanceOf(address), approve(7n), allowanceOf(address)];
    // Hardhat has no eth_simulateV1.
    expect(await simulated(world.chain, address, calls, number)).toBeNull();
    const answers = await row(world.chain, address, calls, number);
    expect(answers?.map(({ data }) => BigInt(data))).toEqual([0n, 1n, 7n]);
    const { data } = await call(world.chain.client, allowanceOf(address));
    expect(BigInt(data ?? "0x")).toBe(0n);
  });

  it("on a node that can neither, a flow still shows what is, and not what it doesn't know", async () => {
    const staker = await world.staker();
    const { client } = world.chain;
    const plain = createClient({
      transport: http(world.test.rpcUrl, {
        // As nodes do that don't know the third parameter.
        onFetchRequest: async (request) => {
          const body = await request.clone().text();
          if (/"eth_call","params":\[[^\]]*\},"[^"]*",\{/.test(body))
            throw new Error("too many arguments, want at most 2");
        },
        retryCount: 0,
      }),
    });
    expect(
      await row({ ...world.chain, client: plain }, staker.address, [approve(1n)], (await getBlock(client)).number),
    ).toBeNull();
    const desk = deskOf(world, staker.wallet, { chain: { ...world.chain, client: plain } });
    const model = modelNamed("plain");
    const flow = await flowThrough(
      desk,
      { kind: "openPosition", tournament: TOURNAMENT, model, amount: NMR, deadline: 0n, grant: "0x" },
      staker.address,
    );
    expect(flow.state.name).toBe("done");
    expect(flow.change).toMatchObject({ before: { balance: 1_000n * NMR }, after: null });
  });
});

describe("our endpoints dead", () => {
  const config = (rpcUrl: string) => ({
    ...{ chainName: "test", chainId: 31_337, rpcUrls: [rpcUrl], contract: world.test.address, deploymentBlock: 0 },
    ...{ subgraphUrl: null, oracleUrls: [], explorerUrl: null, pollMs: 500 },
  });
  /** A wallet that reads, too. */
  const reading = (chainId: () => Hex, seen: string[]): Provider => ({
    request({ method, params }) {
      seen.push(method);
      if (method === "eth_chainId") return Promise.resolve(chainId());
      const request = world.chain.client.request as (args: unknown) => Promise<unknown>;
      return request({ method, params });
    },
  });
  const read = (chain: Chain) =>
    readContract(chain.client, { abi, address: chain.contract, functionName: "tournaments" });

  it("the wallet's is asked, and only then", async () => {
    const server = createServer((_, response) => response.writeHead(503).end()).listen(0, "127.0.0.1");
    await once(server, "listening");
    const dead = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const seen: string[] = [];
      const wallet = reading(() => "0x7a69", seen);
      expect(await read(chainOf(config(world.test.rpcUrl), () => wallet))).toBe(1);
      const { client } = chainOf(config(world.test.rpcUrl), () => wallet);
      // A node's no is an answer.
      expect(await failureOf(client.request({ method: "eth_nothing" } as never))).toContain("eth_nothing");
      expect(seen).toEqual([]);
      expect(await read(chainOf(config(dead), () => wallet))).toBe(1);
      expect(seen).toEqual(["eth_chainId", "eth_call"]);
      expect(await failureOf(read(chainOf(config(dead))))).toContain("Status: 503");
    } finally {
      server.close();
    }
  });

  it("a wallet on another chain is not believed", async () => {
    const wallet = reading(() => "0x1", []);
    const failed = await failureOf(read(chainOf(config("http://127.0.0.1:1"), () => wallet)));
    expect(failed).toContain("the wallet is on chain 1, and can't be asked about 31337");
  });
});

/** What a promise fails with, as text. */
function failureOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "nothing",
    (error: unknown) => String(error),
  );
}

describe("a refusal", () => {
  it("has its name and values, of the contract and of the token", async () => {
    const { address } = await world.staker();
    const failure = async ({ to, data }: Call) => {
      const error = await call(world.chain.client, { account: address, to, data }).catch((each: unknown) => each);
      return refusalIn(error);
    };
    expect(await failure(open(modelNamed("m"), NMR))).toMatchObject({
      error: "ERC20InsufficientAllowance",
      values: { spender: getAddress(world.test.address), allowance: "0", needed: NMR.toString() },
    });
    expect(await failure(open(modelNamed("m"), 1n))).toMatchObject({
      error: "AmountNotWhole",
      values: { amount: "1" },
    });
    expect(refusalOf("0x")).toEqual({ error: null, values: {}, data: null });
    expect(refusalOf("0x12345678")).toEqual({ error: null, values: {}, data: "0x12345678" });
    expect(refusalIn(new Error("fetch failed"))).toBeNull();
  });

  it("is one where NMR of 2017 says nothing but eats the gas", async () => {
    const mainnet = await startWorld("mainnet");
    try {
      const { address } = await mainnet.staker();
      const to = mainnet.test.tokenAddress;
      const error = await call(mainnet.chain.client, { account: address, to, data: "0x12345678" }).catch(
        (each: unknown) => each,
      );
      expect(refusalIn(error)).toEqual({ error: null, values: {}, data: null });
    } finally {
      await mainnet.stop();
    }
  });
});
