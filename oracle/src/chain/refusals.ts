import { BaseError, HttpRequestError, RpcRequestError } from "viem";

/** What a node's refusal means, however it words it. */
export type Meaning =
  | "reverts"
  | "known"
  | "nonce_low"
  | "nonce_high"
  | "underpriced"
  | "below_base_fee"
  | "funds"
  | "gas"
  | "size"
  | "pool_full"
  | "range"
  | "block_unknown"
  | "params"
  | "limited";

/**
 * geth, erigon, nethermind, besu, reth, anvil and Hardhat word the same refusal differently, and give it any code. The
 * first that fits counts: "replacement transaction underpriced" also speaks of a nonce in Hardhat's words.
 */
const WORDINGS: readonly (readonly [Meaning, RegExp])[] = [
  ["known", /already ?known|known transaction|already imported|existing tx with same hash/i],
  [
    "range",
    /query returned more|block range|max(imum)? (rpc )?range|exceeds max results|too many blocks|response size/i,
  ],
  ["limited", /rate.?limit|too many requests|request limit|compute units|daily (request )?count|capacity exceeded/i],
  ["underpriced", /underpriced|replacement ?not ?allowed|could not replace|future transaction tries to replace/i],
  [
    "below_base_fee",
    /(below|less than|cannot be less).*base ?fee|too low for the next block|fee ?too ?low|gas price (too low|below)/i,
  ],
  [
    "funds",
    /insufficient ?(funds|balance)|(doesn't|does not) have enough funds|exceeds( the)? (account )?balance|upfront cost/i,
  ],
  ["nonce_low", /nonce too low|old ?nonce|nonce has already been used/i],
  ["nonce_high", /nonce too high|nonce ?gap|future ?nonce|nonce is too distant|nonce ?too ?far/i],
  ["size", /oversized data|max ?tx ?size ?exceeded|transaction size|rlp too long|request entity too large/i],
  ["gas", /intrinsic gas|gas limit|gas required exceeds|out of gas|requires at least \d+ gas|gas ?too ?(low|high)/i],
  ["pool_full", /pool is full|pending ?txs ?limit|account limit exceeded|in-flight transaction limit|mempool/i],
  ["reverts", /revert|vm execution error/i],
  [
    "block_unknown",
    /(header|block|state|trie node)( could)? not( be)? found|unknown block|missing trie node|block ?out ?of ?range|state .*not available/i,
  ],
  [
    "params",
    /invalid (argument|params|block hash)|invalid type|method .*(not found|not available|not exist|not supported)|unsupported method/i,
  ],
];

const CODES: ReadonlyMap<number, Meaning> = new Map([
  [3, "reverts"],
  [-32_602, "params"],
  [-32_601, "params"],
  [429, "limited"],
]);

/** What an answer of a node with this code and text means; null where it tells nothing. */
export function meaningOf(code: number, text: string): Meaning | null {
  return WORDINGS.find(([, wording]) => wording.test(text))?.[0] ?? CODES.get(code) ?? null;
}

/** What a failed request means; null for one that no node has answered, or that an answer says nothing about. */
export function meaningIn(error: unknown): Meaning | null {
  const answer = answerIn(error);
  if (answer !== null) return meaningOf(answer.code, `${answer.details} ${textIn(answer.data)}`);
  return httpStatusIn(error) === 429 ? "limited" : null;
}

/** The node's own answer in a failed request; null where there was none. */
export function answerIn(error: unknown): RpcRequestError | null {
  if (!(error instanceof BaseError)) return null;
  const found = error.walk((cause) => cause instanceof RpcRequestError);
  return found instanceof RpcRequestError ? found : null;
}

function httpStatusIn(error: unknown): number | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const found = error.walk((cause) => cause instanceof HttpRequestError);
  return found instanceof HttpRequestError ? found.status : undefined;
}

/** Some nodes say in `data` what another says in `message`. */
function textIn(data: unknown): string {
  if (typeof data === "string") return data.startsWith("0x") ? "" : data;
  if (typeof data !== "object" || data === null || !("message" in data)) return "";
  return String(data.message);
}
