import { erc20Abi, type Hash } from "viem";
import { getBlock, readContract } from "viem/actions";
import { answerMeaning } from "../chain/revert.ts";
import {
  countsOf,
  receiptOf,
  type Receipt,
  replay,
  type Sent,
  transactionAt,
  transactionOf,
} from "../chain/transactions.ts";
import { holdsAt, isDoneIn, takenBy } from "./acts.ts";
import type { Desk } from "./desk.ts";
import { reverted } from "./foresee.ts";
import { type Court, isSameDeed } from "./judge.ts";
import { doneSince } from "./lost.ts";
import type { StepEvent } from "./reduce.ts";
import type { Asked, Flow, StateOf, Step } from "./schema.ts";
import { callsStatus } from "./wallet.ts";

/** How often in a row no node knew the transaction. */
export type Patience = { unseen: number };

/** Looks once at what is under way; null where nothing is new. */
export async function look(
  desk: Desk,
  flow: Flow,
  step: Step,
  court: Court,
  patience: Patience,
): Promise<StepEvent | null> {
  const { state } = step;
  if (state.name === "mined") return lookAtMined(desk, flow, step, state, court);
  if (state.name !== "sent") return null;
  const { asked, hash } = state;
  if (asked.batch !== null) return lookAtBatch(desk, flow, state, asked.batch);
  return hash === null ? null : lookAtSent(desk, flow, { ...state, hash }, court, patience);
}

async function lookAtSent(
  desk: Desk,
  flow: Flow,
  { asked, hash }: StateOf<"sent"> & { readonly hash: Hash },
  court: Court,
  patience: Patience,
): Promise<StepEvent | null> {
  const { chain, pace } = desk;
  const receipt = await receiptOf(chain, hash);
  if (receipt !== null) return mine(receipt);
  const known = await transactionOf(chain, hash);
  // A wallet may give another number than the account's next.
  if (known !== null && known.nonce !== asked.nonce) return { name: "send", hash, nonce: known.nonce };
  const { mined } = await countsOf(chain, flow.account);
  if (mined > asked.nonce) return lookAtTaker(desk, flow, asked, hash, court);
  patience.unseen = known === null ? patience.unseen + 1 : 0;
  return patience.unseen < pace.unseenLooks ? null : { name: "fail", reason: { kind: "dropped", hash } };
}

/** Its number is used: by what does the same, at another price, or by something else. */
async function lookAtTaker(desk: Desk, flow: Flow, asked: Asked, hash: Hash, court: Court): Promise<StepEvent | null> {
  const taker = await takerOf(desk.chain, flow, asked);
  if (taker === "unknown") {
    const found = await doneSince(desk, flow, asked);
    if (found !== null) return { name: "send", hash: found.hash };
    return { name: "fail", reason: { kind: "lost", seen: "unknown" } };
  }
  if (taker === null || taker.hash === hash) return null;
  const { to, data } = taker;
  const isSame = to !== null && asked.call !== null && isSameDeed({ to, data }, asked.call, court);
  if (isSame) return { name: "send", hash: taker.hash };
  return { name: "fail", reason: { kind: "cancelled", hash, by: taker.hash } };
}

/** "unknown" where the node can't look back that far. */
async function takerOf(
  chain: Desk["chain"],
  { account }: Flow,
  { nonce, block }: Asked,
): Promise<Sent | null | "unknown"> {
  try {
    return await transactionAt(chain, account, nonce, block);
  } catch (error) {
    if (answerMeaning(error) !== null) return "unknown";
    throw error;
  }
}

/** A wallet packs a batch as it likes: its own word names the transaction, or the contract's events do. */
async function lookAtBatch(
  desk: Desk,
  flow: Flow,
  { asked, hash }: StateOf<"sent">,
  id: string,
): Promise<StepEvent | null> {
  const receipt = hash === null ? null : await receiptOf(desk.chain, hash);
  if (receipt !== null) return mine(receipt);
  const provider = desk.wallet();
  const status = provider === null ? null : await callsStatus(provider, id);
  if (status?.kind === "failed") {
    return { name: "fail", reason: { kind: "wallet", code: null, message: "the wallet gave the calls up" } };
  }
  const found = status?.hash ?? (await doneSince(desk, flow, asked))?.hash ?? null;
  return found === null || found === hash ? null : { name: "send", hash: found };
}

async function lookAtMined(
  { chain, pace }: Desk,
  flow: Flow,
  { kind }: Step,
  { hash, block, blockHash }: StateOf<"mined">,
  court: Court,
): Promise<StepEvent | null> {
  const receipt = await receiptOf(chain, hash);
  if (receipt?.blockHash !== blockHash) return { name: "send", hash };
  const transaction = { hash, block };
  if (receipt.status === "reverted") {
    const sent = await transactionOf(chain, hash);
    if (sent === null) return null;
    return { name: "fail", reason: reverted("replay", await replay(chain, sent, block), transaction) };
  }
  const { number: newest } = await getBlock(chain.client);
  if (newest < block + BigInt(pace.confirmations - 1)) return null;
  const isDone = await isTrueAt(chain, flow, kind, receipt, court);
  return isDone ? { name: "confirm" } : { name: "fail", reason: { kind: "undone", ...transaction } };
}

/** Whether what the step is for is there, as contract and token say. */
async function isTrueAt(
  chain: Desk["chain"],
  { request, account }: Flow,
  kind: Step["kind"],
  { logs, blockNumber }: Receipt,
  { token: address }: Court,
): Promise<boolean> {
  const { client, contract } = chain;
  if (kind === "stake" || kind === "batch") {
    return isDoneIn(logs, request, account, contract) && (await holdsAt(chain, request, account, blockNumber));
  }
  const read = { abi: erc20Abi, address, functionName: "allowance", args: [account, contract], blockNumber } as const;
  const allowance = await readContract(client, read);
  return kind === "reset" ? allowance === 0n : allowance >= takenBy(request);
}

function mine({ transactionHash: hash, blockNumber: block, blockHash }: Receipt): StepEvent {
  return { name: "mine", hash, block, blockHash };
}
