// A Hardhat chain with the real contracts and a tournament, a wallet of one staker, and flows over them.
import { type Address, createClient, erc20Abi, type Hex, http, keccak256, toHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { hardhat } from "viem/chains";
import { afterAll, beforeAll } from "vitest";
import { type Chain as TestChain, startChain } from "../../../subgraph/test/chain.ts";
import type { Chain } from "../../src/chain/client.ts";
import { callsOf } from "../../src/flows/build.ts";
import type { Desk, Pace } from "../../src/flows/desk.ts";
import { type Flows, flowsAt } from "../../src/flows/flow.ts";
import type { Flow, Reason, Request } from "../../src/flows/schema.ts";
import type { Keep } from "../../src/flows/store.ts";
import { EXECUTOR_CREATION, type Wallet, walletOf } from "./flows-wallet.ts";

export const NMR = 10n ** 18n;
export const TOURNAMENT = 1;
const MAINNET_TOKEN = "mocks/MainnetNumeraire.sol/MainnetNumeraire.json";
const LIMITS = {
  maxClip: 50_000_000n,
  maxExposure: 1_000_000_000n,
  maxRoundsInFlight: 20,
  maxDuration: 90n * 86_400n,
  minDisputeWindow: 0n,
};
const ZERO = "0x0000000000000000000000000000000000000000";

/** Tokens: with a permit, or as mainnet NMR is. */
export type TokenKind = "permit" | "mainnet";

export type World = Awaited<ReturnType<typeof startWorld>>;
export type Staker = Awaited<ReturnType<World["staker"]>>;

/** @param registrar Of the tournament; without one anybody may stake on anything. */
export async function startWorld(kind: TokenKind, registrar: Address = ZERO) {
  const test = await startChain(kind === "mainnet" ? MAINNET_TOKEN : undefined);
  const reporters = test.reporters.map(({ address }) => address);
  await test.send(test.owner, "createTournament", "t", LIMITS, ZERO, registrar, NMR, reporters, 2);
  const chain: Chain = {
    client: createClient({ transport: http(test.rpcUrl, { batch: true }) }),
    id: hardhat.id,
    contract: test.address,
    deploymentBlock: 0n,
  };
  const executor = await deployed(test, EXECUTOR_CREATION);
  return {
    ...{ test, chain, kind },
    /** Somebody with 1,000 NMR and no allowance, and their wallet. */
    async staker(options: { batches?: boolean } = {}) {
      const account = privateKeyToAccount(generatePrivateKey());
      await test.client.setBalance({ address: account.address, value: 10n ** 21n });
      await tokenCall(test, test.owner, "transfer", [account.address, 1_000n * NMR]);
      const wallet = walletOf(test.rpcUrl, account, options.batches === true ? executor : undefined);
      return { account, address: account.address, wallet };
    },
    stop: () => test.stop(),
  };
}

async function deployed({ client, owner }: TestChain, data: Hex): Promise<Address> {
  const hash = await client.sendTransaction({ account: owner, data });
  const { contractAddress } = await client.waitForTransactionReceipt({ hash });
  return contractAddress as Address;
}

export async function tokenCall(
  { client, tokenAddress: address }: TestChain,
  account: Address,
  functionName: "approve" | "transfer",
  args: [Address, bigint],
): Promise<void> {
  const hash = await client.writeContract({ abi: erc20Abi, address, functionName, args, account });
  await client.waitForTransactionReceipt({ hash });
}

/** Approves from a staker's own key. */
export async function approveByHand({ test }: World, { wallet }: Staker, value: bigint): Promise<void> {
  const [call] = callsOf("approve", {
    ...{ contract: test.address, token: test.tokenAddress, permit: null, resets: false },
    request: { kind: "increaseStake", tournament: 1, position: 0, amount: value },
  });
  if (call === undefined) throw new Error("no approval");
  await test.client.waitForTransactionReceipt({ hash: await wallet.send(call) });
}

/** Opens a position from a staker's own key, and tells its number. */
export async function openByHand(world: World, staker: Staker, model: Hex, amount: bigint): Promise<number> {
  await approveByHand(world, staker, amount);
  const request = { kind: "openPosition", tournament: TOURNAMENT, model, amount, deadline: 0n, grant: "0x" } as const;
  await world.test.client.waitForTransactionReceipt({ hash: await sendByHand(world, staker, request) });
  const [exists, position] = await world.test.read<[boolean, number]>("positionOf", TOURNAMENT, staker.address, model);
  if (!exists) throw new Error("not open");
  return position;
}

/** Sends from a staker's own key what a request asks for, without a flow. */
export function sendByHand({ test }: World, { wallet }: Staker, request: Request): Promise<Hex> {
  const material = { contract: test.address, token: test.tokenAddress, permit: null, resets: false };
  const [call] = callsOf("stake", { ...material, request });
  if (call === undefined) throw new Error("no call");
  return wallet.send(call);
}

export const modelNamed = (name: string): Hex => keccak256(toHex(name));

/** What browsers keep. */
export function newKeep(): Keep & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    getItem: (key) => texts.get(key) ?? null,
    setItem: (key, text) => void texts.set(key, text),
    key: (index) => [...texts.keys()][index] ?? null,
    get length() {
      return texts.size;
    },
  };
}

export const QUICK: Pace = {
  pollMs: 5,
  unseenLooks: 4,
  confirmations: 1,
  indexTimeoutMs: 200,
  permitSeconds: 1_800n,
};

let made = 0;

export function deskOf(world: World, wallet: Wallet | null, changes: Partial<Desk> = {}): Desk {
  return {
    chain: world.chain,
    wallet: () => wallet,
    index: null,
    keep: newKeep(),
    newId: () => String(made++).padStart(8, "0"),
    build: callsOf,
    pace: QUICK,
    ...changes,
  };
}

/** Clicks until the flow rests for good: done, or failed. */
export async function clickThrough(flows: Flows, id: string): Promise<Flow> {
  for (let click = 0; click < 8; click++) {
    await flows.advance(id);
    const flow = flowIn(flows, id);
    if (flow.state.name !== "running" || flow.steps.some(({ state }) => state.name === "failed")) return flow;
  }
  throw new Error("a flow without end");
}

export function flowIn(flows: Flows, id: string): Flow {
  const flow = flows.getSnapshot().find((each) => each.id === id);
  if (flow === undefined) throw new Error(`no flow ${id}`);
  return flow;
}

/** Starts a flow and clicks it through. */
export async function flowThrough(desk: Desk, request: Request, account: Address): Promise<Flow> {
  const flows = flowsAt(desk);
  return clickThrough(flows, await flows.start(request, account));
}

export async function tokensOf({ test }: World, account: Address): Promise<{ balance: bigint; allowance: bigint }> {
  const at = { abi: erc20Abi, address: test.tokenAddress } as const;
  const [balance, allowance] = await Promise.all([
    test.client.readContract({ ...at, functionName: "balanceOf", args: [account] }),
    test.client.readContract({ ...at, functionName: "allowance", args: [account, test.address] }),
  ]);
  return { balance, allowance };
}

export async function stakeOf({ test }: World, position: number): Promise<{ active: bigint; pending: bigint }> {
  const [active, pending] = await test.read<[bigint, bigint]>("stakeOf", TOURNAMENT, position);
  return { active, pending };
}

/** How often the contract and the token logged what moves money of the account. */
export async function movesOf({ test }: World, account: Address): Promise<{ transfers: number; approvals: bigint[] }> {
  const [transfers, approvals] = await Promise.all([
    test.client.getContractEvents({
      ...{ abi: erc20Abi, address: test.tokenAddress, eventName: "Transfer", fromBlock: 0n },
      args: { from: account, to: test.address },
    }),
    test.client.getContractEvents({
      ...{ abi: erc20Abi, address: test.tokenAddress, eventName: "Approval", fromBlock: 0n },
      args: { owner: account, spender: test.address },
    }),
  ]);
  return { transfers: transfers.length, approvals: approvals.map(({ args }) => args.value ?? 0n) };
}

/** A first stake on a model of that name. */
export const open = (model: string, amount: bigint): Request & { kind: "openPosition" } => ({
  ...{ kind: "openPosition", tournament: TOURNAMENT, model: modelNamed(model), amount },
  ...{ deadline: 0n, grant: "0x" },
});

export async function positionOf({ test }: World, { address }: Staker, model: string): Promise<number> {
  const [exists, position] = await test.read<[boolean, number]>("positionOf", TOURNAMENT, address, modelNamed(model));
  if (!exists) throw new Error(`no position on ${model}`);
  return position;
}

export function reasonIn({ steps }: Flow): Reason | null {
  const state = steps.find((step) => step.state.name === "failed")?.state;
  return state?.name === "failed" ? state.reason : null;
}

/** A chain with either token, for a file of tests. */
export function bothWorlds(): Record<TokenKind, World> {
  const worlds = {} as Record<TokenKind, World>;
  beforeAll(async () => {
    [worlds.permit, worlds.mainnet] = await Promise.all([startWorld("permit"), startWorld("mainnet")]);
  }, 60_000);
  afterAll(() => Promise.all(Object.values(worlds).map((world) => world.stop())));
  return worlds;
}
