import { revertDataIn } from "./errors.ts";
import { answerIn, meaningIn } from "./refusals.ts";

/** What one endpoint says to a question. Two with the same key say the same. */
export type Ballot =
  | { readonly kind: "value"; readonly key: string; readonly value: unknown }
  /** The node's answer is no: it was there, and had its reasons. */
  | { readonly kind: "refusal"; readonly key: string; readonly error: Error }
  /** No answer at all. */
  | { readonly kind: "failure"; readonly error: Error; readonly isLimited: boolean };

type Json = Readonly<Record<string, unknown>>;

// What nodes of all makes agree on, and what is used here. Whatever else an answer holds is nobody's vote.
const BLOCK = ["number", "hash", "parentHash", "timestamp", "baseFeePerGas"];
const LOG = [
  "address",
  "topics",
  "data",
  "blockNumber",
  "blockHash",
  "transactionHash",
  "transactionIndex",
  "logIndex",
  "removed",
];
const TRANSACTION = ["hash", "input"];
const RECEIPT = ["transactionHash", "blockHash", "blockNumber", "status", "gasUsed"];

/** An answer as a vote. It holds nothing that isn't voted on. */
export function valueBallot(method: string, answer: unknown): Ballot {
  const value = voted(method, answer);
  return { kind: "value", key: `value ${JSON.stringify(value)}`, value };
}

/** A failed request as a vote: where the node itself refused, its meaning counts, not its wording. */
export function errorBallot(error: unknown): Ballot {
  const cause = error instanceof Error ? error : new Error(String(error));
  const meaning = meaningIn(cause);
  const answer = answerIn(cause);
  if (meaning === "limited" || answer === null)
    return { kind: "failure", error: cause, isLimited: meaning === "limited" };
  const said = meaning ?? `${answer.code} ${answer.details}`;
  return { kind: "refusal", key: `refusal ${said} ${revertDataIn(answer) ?? ""}`, error: answer };
}

/** The ballot that at least `quorum` endpoints cast alike; null where there is none, or more than one. */
export function elected<B extends Ballot>(ballots: readonly B[], quorum: number): B | null {
  const counts = new Map<string, number>();
  for (const ballot of ballots) {
    if (ballot.kind !== "failure") counts.set(ballot.key, (counts.get(ballot.key) ?? 0) + 1);
  }
  const winners = [...counts].filter(([, count]) => count >= quorum).map(([key]) => key);
  if (winners.length !== 1) return null;
  return ballots.find((ballot) => ballot.kind !== "failure" && ballot.key === winners[0]) ?? null;
}

/** Whether endpoints say different things of what they all know. Not to have a thing (yet) is no contradiction. */
export function isContradiction(ballots: readonly Ballot[]): boolean {
  const told = ballots.filter((ballot) => ballot.kind === "value" && ballot.value !== null);
  return new Set(told.map((ballot) => (ballot.kind === "value" ? ballot.key : ""))).size > 1;
}

function voted(method: string, answer: unknown): unknown {
  switch (method) {
    case "eth_getBlockByNumber":
    case "eth_getBlockByHash":
      return only(BLOCK, answer);
    case "eth_getTransactionReceipt":
      return only(RECEIPT, answer);
    case "eth_getTransactionByHash":
      return only(TRANSACTION, answer);
    case "eth_getLogs":
      return Array.isArray(answer) ? answer.map((log: unknown) => only(LOG, log)) : lowered(answer);
    default:
      return lowered(answer);
  }
}

function only(fields: readonly string[], answer: unknown): unknown {
  if (!isObject(answer)) return lowered(answer);
  return Object.fromEntries(fields.filter((field) => field in answer).map((field) => [field, lowered(answer[field])]));
}

/** Hex digits in small letters, and members in one order: the same value is the same text. */
function lowered(value: unknown): unknown {
  if (typeof value === "string") return /^0x[\da-f]*$/i.test(value) ? value.toLowerCase() : value;
  if (Array.isArray(value)) return value.map(lowered);
  if (!isObject(value)) return value ?? null;
  return Object.fromEntries(
    Object.keys(value)
      .toSorted()
      .map((key) => [key, lowered(value[key])]),
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
