import { type Address, isAddressEqual } from "viem";
import type { Sender, UnsignedTransaction } from "../core/transaction.ts";
import { SignerRefusal } from "./errors.ts";
import type { Key } from "./key.ts";

/** What a sender's key is for: calls of one contract on one chain. */
export type TransactionScope = { readonly chainId: number; readonly contract: Address };

/** Gives a key the one power of a relayer or an organizer: to pay for calls of the contract. */
export function transactionSigner(key: Key, scope: TransactionScope): Sender {
  return {
    address: key.address,
    signTransaction: async (transaction) => key.signTransaction(permitted(transaction, scope)),
  };
}

/** The transaction made anew, so that it holds nothing but what its type names. */
function permitted(transaction: UnsignedTransaction, { chainId, contract }: TransactionScope): UnsignedTransaction {
  const { to, data, nonce, gas, maxFeePerGas, maxPriorityFeePerGas } = transaction;
  if (!isAddressEqual(to, contract) || transaction.chainId !== chainId) {
    const asked = `asked for one to ${to} on chain ${transaction.chainId}`;
    throw new SignerRefusal(`a sender's key signs only calls of ${contract} on chain ${chainId}; ${asked}`);
  }
  return { type: "eip1559", chainId, to: contract, data, nonce, gas, maxFeePerGas, maxPriorityFeePerGas };
}
