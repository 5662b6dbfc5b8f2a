import type { Hash } from "viem";
import { getLogs } from "viem/actions";
import type { Chain } from "../chain/client.ts";
import { answerMeaning } from "../chain/revert.ts";
import type { Call } from "../chain/row.ts";
import { countsOf, type Sent, transactionAt, waitingOf } from "../chain/transactions.ts";
import { isDoneIn } from "./acts.ts";
import type { Desk } from "./desk.ts";
import { type Court, isSameDeed } from "./judge.ts";
import type { Asked, Flow, Reason } from "./schema.ts";
import { allIn } from "./store.ts";
import { callsStatus } from "./wallet.ts";

/** What the chain and the wallet say of a question whose answer was lost. */
export type Sighting = Found | { readonly kind: "lost"; readonly seen: Extract<Reason, { kind: "lost" }>["seen"] };
type Found = { readonly kind: "found"; readonly hash: Hash | null; readonly nonce: number };

/** Transactions of the account that are looked at, at most: a page that was away for longer has to say so. */
const MOST_LOOKED_AT = 32;

/** Looks for what the wallet was asked; never trusts that it wasn't sent. */
export async function lookFor(desk: Desk, flow: Flow, asked: Asked, court: Court): Promise<Sighting> {
  if (asked.batch !== null) return lookForBatch(desk, flow, asked, asked.batch);
  // A signature that nobody has moves nothing.
  if (asked.call === null) return { kind: "lost", seen: "unsent" };
  return lookForCall(desk, flow, asked, asked.call, court);
}

async function lookForCall(desk: Desk, flow: Flow, asked: Asked, call: Call, court: Court): Promise<Sighting> {
  const { chain } = desk;
  const others = othersHashes(desk, flow);
  const isIt = (sent: Sent): boolean =>
    !others.has(sent.hash) && sent.to !== null && isSameDeed({ to: sent.to, data: sent.data }, call, court);
  const { mined, known } = await countsOf(chain, flow.account);
  const past = await pastOf(chain, flow, asked, mined);
  const waiting = known > mined ? await waitingOf(chain, flow.account) : [];
  const found = [...(past ?? []), ...waiting].find(isIt);
  if (found !== undefined) return { kind: "found", hash: found.hash, nonce: found.nonce };
  if (past === null) return (await doneSince(desk, flow, asked)) ?? { kind: "lost", seen: "unknown" };
  if (known > mined) return { kind: "lost", seen: "pending" };
  return { kind: "lost", seen: mined === asked.nonce ? "unsent" : "others" };
}

/** What the account has had in blocks since; null where the node can't look back, or that was too much. */
async function pastOf(chain: Chain, { account }: Flow, { nonce, block }: Asked, mined: number): Promise<Sent[] | null> {
  if (mined - nonce > MOST_LOOKED_AT) return null;
  const nonces = Array.from({ length: Math.max(0, mined - nonce) }, (_, index) => nonce + index);
  try {
    const found = await Promise.all(nonces.map((each) => transactionAt(chain, account, each, block)));
    return found.every((each) => each !== null) ? found : null;
  } catch (error) {
    if (answerMeaning(error) !== null) return null;
    throw error;
  }
}

async function lookForBatch(desk: Desk, flow: Flow, asked: Asked, id: string): Promise<Sighting> {
  const provider = desk.wallet();
  const status = provider === null ? null : await callsStatus(provider, id);
  if (status?.kind === "known" || status?.kind === "pending") {
    return { kind: "found", hash: status.hash, nonce: asked.nonce };
  }
  const done = await doneSince(desk, flow, asked);
  return done ?? { kind: "lost", seen: status === null ? "unknown" : "unsent" };
}

/** The transaction whose events are the whole request, since the wallet was asked; null where there is none to be seen. */
export async function doneSince(desk: Desk, flow: Flow, asked: Asked): Promise<Found | null> {
  const { chain } = desk;
  const others = othersHashes(desk, flow);
  const logs = await getLogs(chain.client, { address: chain.contract, fromBlock: asked.block + 1n, toBlock: "latest" });
  for (const [hash, own] of Map.groupBy(logs, ({ transactionHash }) => transactionHash)) {
    if (!others.has(hash) && isDoneIn(own, flow.request, flow.account, chain.contract)) {
      return { kind: "found", hash, nonce: asked.nonce };
    }
  }
  return null;
}

/** Transactions that belong to other flows: two may ask for the same. */
function othersHashes({ keep }: Desk, { id }: Flow): Set<Hash> {
  const states = allIn(keep).flatMap((flow) => (flow.id === id ? [] : flow.steps.map(({ state }) => state)));
  const hashes = states.map((state) => {
    if (state.name === "confirmed") return state.transaction?.hash ?? null;
    return state.name === "sent" || state.name === "mined" ? state.hash : null;
  });
  return new Set(hashes.filter((hash) => hash !== null));
}
