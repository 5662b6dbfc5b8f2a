// Several calls as one transaction of an ordinary account (EIP-5792), the way wallets do it: by code that the account
// borrows (EIP-7702).
import {
  type Address,
  type Client,
  concatHex,
  encodePacked,
  type Hash,
  type Hex,
  numberToHex,
  type PrivateKeyAccount,
  size,
} from "viem";
import {
  getTransactionReceipt,
  prepareAuthorization,
  prepareTransactionRequest,
  sendRawTransaction,
  setCode,
} from "viem/actions";
import { hardhat } from "viem/chains";

export type Calls = readonly { readonly to: Address; readonly data?: Hex; readonly value?: Hex }[];

const EXECUTOR: Address = "0x00000000000000000000000000000000000ba7c4";

/**
 * Does the calls in its calldata, each as [to, value, length, data], in words but for the data; reverts with the reason of
 * the first that does. For each: copy its data to memory, call, go on behind it.
 */
const EXECUTOR_CODE: Hex = concatHex([
  "0x5f5b803614603357", // at = 0; loop: at = calldatasize? end
  "0x8060400135", // length = calldata[at + 64]
  "0x80826060015f37", // memory[0..] = calldata[at + 96 ..][..length]
  "0x5f5f825f8560200135", // no answer wanted; the data; value = calldata[at + 32]
  "0x86355af1", // to = calldata[at]; call
  "0x602b573d5f5f3e3d5ffd", // not well: revert with its reason
  "0x5b01606001600156", // at += length + 96; loop
  "0x5b00", // end
]);

/** Sends the calls as one transaction from the account to itself. */
export async function sendAtOnce(client: Client, account: PrivateKeyAccount, calls: Calls): Promise<Hash> {
  // The chain is a test's own, where code may be put anywhere.
  await setCode(client as Parameters<typeof setCode>[0], { address: EXECUTOR, bytecode: EXECUTOR_CODE });
  const authorization = await account.signAuthorization(
    await prepareAuthorization(client, { account, contractAddress: EXECUTOR, chainId: hardhat.id, executor: "self" }),
  );
  const data = concatHex(
    calls.map(({ to, data = "0x", value = "0x0" }) =>
      encodePacked(["uint256", "uint256", "uint256", "bytes"], [BigInt(to), BigInt(value), BigInt(size(data)), data]),
    ),
  );
  const prepared = await prepareTransactionRequest(client, {
    ...{ account, to: account.address, data, authorizationList: [authorization] },
    ...{ type: "eip7702" as const, chain: hardhat },
  });
  const transaction = {
    ...prepared,
    type: "eip7702" as const,
    chainId: hardhat.id,
    authorizationList: [authorization],
  };
  return sendRawTransaction(client, { serializedTransaction: await account.signTransaction(transaction) });
}

/** The state of such calls, by the transaction that has them (EIP-5792). */
export async function statusOf(client: Client, id: Hash): Promise<unknown> {
  const receipt = await getTransactionReceipt(client, { hash: id }).catch(() => null);
  const known = { version: "2.0.0", id, chainId: numberToHex(hardhat.id), atomic: true };
  if (receipt === null) return { ...known, status: 100 };
  const { logs, status, blockHash, blockNumber, gasUsed, transactionHash } = receipt;
  const shown = {
    logs: logs.map(({ address, data, topics }) => ({ address, data, topics })),
    status: status === "success" ? "0x1" : "0x0",
    ...{ blockHash, blockNumber: numberToHex(blockNumber), gasUsed: numberToHex(gasUsed), transactionHash },
  };
  return { ...known, status: status === "success" ? 200 : 500, receipts: [shown] };
}
