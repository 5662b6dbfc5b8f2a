import type { Address, Hex } from "viem";

/** A call of the contract with its price and its number. It has no place for ether, so it can't carry any. */
export type UnsignedTransaction = {
  readonly type: "eip1559";
  readonly chainId: number;
  readonly to: Address;
  readonly data: Hex;
  readonly nonce: number;
  readonly gas: bigint;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
};

/** Who pays for transactions: a relayer's or an organizer's key, wherever it is kept. */
export type Sender = {
  readonly address: Address;
  signTransaction(transaction: UnsignedTransaction): Promise<Hex>;
};
