import { HttpRequestError, InternalRpcError, RpcRequestError } from "viem";
import { describe, expect, it } from "vitest";
import { errorBallot } from "../src/chain/ballot.ts";
import { type Meaning, meaningIn, meaningOf } from "../src/chain/refusals.ts";

/** As the nodes word them; the code is of no help: most give -32000 or -32603 to all of them. */
const SAID: readonly (readonly [client: string, text: string, Meaning])[] = [
  ["geth", "nonce too low: next nonce 5, tx nonce 4", "nonce_low"],
  ["geth", "nonce too high: next nonce 5, tx nonce 9", "nonce_high"],
  ["geth", "replacement transaction underpriced", "underpriced"],
  ["geth", "transaction underpriced: gas tip cap 1, minimum needed 1000000", "underpriced"],
  ["geth", "future transaction tries to replace pending", "underpriced"],
  ["geth", "already known", "known"],
  ["geth", "insufficient funds for gas * price + value: balance 0, tx cost 21000, overshot 21000", "funds"],
  ["geth", "max fee per gas less than block base fee: address 0x01, maxFeePerGas: 1, baseFee: 7", "below_base_fee"],
  ["geth", "intrinsic gas too low: gas 20000, minimum needed 21000", "gas"],
  ["geth", "exceeds block gas limit", "gas"],
  ["geth", "transaction gas limit too high (cap: 16777216, tx: 30000000)", "gas"],
  ["geth", "oversized data: transaction size 140000, limit 131072", "size"],
  ["geth", "txpool is full", "pool_full"],
  ["geth", "in-flight transaction limit reached for delegated accounts", "pool_full"],
  ["geth", "execution reverted", "reverts"],
  ["geth", "header not found", "block_unknown"],
  ["geth", "missing trie node 01 (path ) state 0x01 is not available", "block_unknown"],
  ["geth", "finalized block not found", "block_unknown"],
  ["geth", "exceed maximum block range: 50000", "range"],
  ["geth", "invalid argument 1: hex string has length 62, want 64 for common.Hash", "params"],
  ["geth", "the method eth_foo does not exist/is not available", "params"],
  ["erigon", "existing tx with same hash", "known"],
  ["erigon", "could not replace existing tx", "underpriced"],
  ["erigon", "fee too low", "below_base_fee"],
  ["erigon", "insufficient funds", "funds"],
  ["erigon", "rlp too long", "size"],
  ["nethermind", "AlreadyKnown", "known"],
  ["nethermind", "OldNonce, Current nonce: 5, nonce of rejected tx: 4", "nonce_low"],
  ["nethermind", "NonceGap, Future nonce. Expected nonce: 5", "nonce_high"],
  ["nethermind", "ReplacementNotAllowed, existing transaction has a higher fee", "underpriced"],
  ["nethermind", "FeeTooLow, MaxFeePerGas too low. MaxFeePerGas: 1, BaseFee: 7", "below_base_fee"],
  ["nethermind", "InsufficientFunds, Account balance: 0, cumulative cost: 21000", "funds"],
  ["nethermind", "MaxTxSizeExceeded, size 140000", "size"],
  ["nethermind", "VM execution error.", "reverts"],
  ["besu", "Nonce too low", "nonce_low"],
  ["besu", "Transaction nonce is too distant from current sender nonce", "nonce_high"],
  ["besu", "Replacement transaction underpriced", "underpriced"],
  ["besu", "Known transaction", "known"],
  ["besu", "Upfront cost exceeds account balance", "funds"],
  ["besu", "Gas price below current base fee", "below_base_fee"],
  ["besu", "Intrinsic gas exceeds gas limit", "gas"],
  ["besu", "Execution reverted", "reverts"],
  ["besu", "Requested range exceeds maximum RPC range limit", "range"],
  ["reth", "nonce too low: next nonce 5, tx nonce 4", "nonce_low"],
  ["reth", "replacement transaction underpriced", "underpriced"],
  ["reth", "insufficient funds for gas * price + value: have 0 want 21000", "funds"],
  ["reth", "query exceeds max block range 100000", "range"],
  ["reth", "query exceeds max results 20000, retry with the range 1-9", "range"],
  ["reth", "block not found: hash 0x01", "block_unknown"],
  ["reth", "execution reverted: custom error 0x1234", "reverts"],
  ["anvil", "transaction already imported", "known"],
  ["anvil", "Insufficient funds for gas * price + value", "funds"],
  ["anvil", "max fee per gas less than block base fee", "below_base_fee"],
  ["anvil", "BlockOutOfRangeError: block height is 5 but requested was 9", "block_unknown"],
  ["hardhat", "Nonce too low. Expected nonce to be 1 but got 0.", "nonce_low"],
  [
    "hardhat",
    "Nonce too high. Expected nonce to be 1 but got 5. Note that transactions can't be queued when automining.",
    "nonce_high",
  ],
  [
    "hardhat",
    "Replacement transaction underpriced. A gasPrice/maxFeePerGas of at least 2 gwei is necessary to replace the existing transaction with nonce 0.",
    "underpriced",
  ],
  [
    "hardhat",
    "Sender doesn't have enough funds to send tx. The max upfront cost is: 1 and the sender's balance is: 0.",
    "funds",
  ],
  [
    "hardhat",
    "Transaction maxFeePerGas (1) is too low for the next block, which has a baseFeePerGas of 7",
    "below_base_fee",
  ],
  ["hardhat", "Known transaction: 0x01", "known"],
  ["hardhat", "Transaction requires at least 21000 gas but got 20000", "gas"],
  ["hardhat", "VM Exception while processing transaction: reverted with custom error 'WindowNotOpen()'", "reverts"],
  ["a provider", "query returned more than 10000 results", "range"],
  ["a provider", "daily request count exceeded, request rate limited", "limited"],
  ["a provider", "Your app has exceeded its compute units per second capacity", "limited"],
];

describe("refusals", () => {
  it.each(SAID)("of %s: %s means %s, whatever its code", (_, text, meaning) => {
    for (const code of [-32_000, -32_003, -32_603]) expect(meaningOf(code, text)).toBe(meaning);
  });

  it("are at least 40, of seven clients", () => {
    expect(SAID.length).toBeGreaterThanOrEqual(40);
    expect(new Set(SAID.map(([client]) => client)).size).toBeGreaterThanOrEqual(7);
  });

  it.each(SAID)("of %s: %s costs an endpoint nothing unless it is a limit (%s)", (_, message, meaning) => {
    const error = new InternalRpcError(
      new RpcRequestError({ body: {}, url: "http://n", error: { code: -32_603, message } }),
    );
    expect(errorBallot(error).kind).toBe(meaning === "limited" ? "failure" : "refusal");
  });

  it("are told from outages", () => {
    const http = (status: number) => new HttpRequestError({ url: "http://n", status });
    expect(meaningIn(http(429))).toBe("limited");
    expect(meaningIn(http(500))).toBeNull();
    expect(errorBallot(http(500))).toMatchObject({ kind: "failure", isLimited: false });
    expect(errorBallot(new Error("socket hang up"))).toMatchObject({ kind: "failure", isLimited: false });
    expect(meaningOf(-32_000, "who knows")).toBeNull();
  });
});
