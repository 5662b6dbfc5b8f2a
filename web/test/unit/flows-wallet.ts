// A wallet of EIP-1193 over a key and the real node, that does what a test wants of it.
import {
  type Address,
  concatHex,
  createWalletClient,
  type Hex,
  http,
  numberToHex,
  padHex,
  type PrivateKeyAccount,
  size,
} from "viem";
import { hardhat } from "viem/chains";
import type { Provider } from "../../src/chain/client.ts";

export type Sending = { from: Address; to: Address; data: Hex; nonce?: Hex };
type Request = { method: string; params?: unknown };

/** An answer to one method, in the place of the wallet's own. */
export type Trick = (params: readonly unknown[]) => unknown;

export type Wallet = Provider & {
  readonly address: Address;
  /** What was asked, in order; questions that move nothing are left out. */
  readonly asked: { method: string; params: readonly unknown[] }[];
  readonly tricks: Map<string, Trick>;
  /** Signs and sends, as the user would by hand. */
  send(call: { to: Address; data: Hex; nonce?: number; gas?: bigint; tip?: bigint }): Promise<Hex>;
};

export class ProviderError extends Error {
  readonly code: number;

  constructor(code: number, message = `code ${code}`) {
    super(message);
    this.code = code;
  }
}

export const refuse =
  (code: number): Trick =>
  () => {
    throw new ProviderError(code);
  };

const GAS = 6_000_000n;
const GWEI = 10n ** 9n;

/** @param executor Where the account's calls are done as one (EIP-7702); without it the wallet knows no EIP-5792. */
export function walletOf(rpcUrl: string, account: PrivateKeyAccount, executor?: Address): Wallet {
  const client = createWalletClient({ account, chain: hardhat, transport: http(rpcUrl) });
  const rpc = (method: string, params: unknown): Promise<unknown> => {
    const request = client.request as (args: Request) => Promise<unknown>;
    return request({ method, params });
  };
  const pending = async (): Promise<number> =>
    Number(await rpc("eth_getTransactionCount", [account.address, "pending"]));

  const send: Wallet["send"] = async ({ to, data, nonce, gas = GAS, tip = 2n * GWEI }) =>
    client.sendTransaction({
      ...{ to, data, gas, nonce: nonce ?? (await pending()) },
      ...{ maxPriorityFeePerGas: tip, maxFeePerGas: 100n * GWEI + tip },
    });

  const batches = new Map<string, Hex>();
  const sendBatch = async (id: string, calls: readonly { to: Address; data: Hex }[]): Promise<{ id: string }> => {
    if (executor === undefined) throw new ProviderError(4200);
    if (batches.has(id)) throw new ProviderError(5720);
    const data = concatHex(
      calls.flatMap((call) => [padHex(call.to, { size: 20 }), numberToHex(size(call.data), { size: 12 }), call.data]),
    );
    const nonce = await pending();
    const authorization = await client.signAuthorization({
      contractAddress: executor,
      executor: "self",
      nonce: nonce + 1,
    });
    const request = { authorizationList: [authorization], to: account.address, data, nonce, gas: GAS };
    const fees = { maxPriorityFeePerGas: GWEI, maxFeePerGas: 100n * GWEI };
    batches.set(id, await client.sendTransaction({ ...request, ...fees }));
    return { id };
  };
  const statusOf = async (id: string): Promise<unknown> => {
    const hash = batches.get(id);
    if (hash === undefined) throw new ProviderError(5730);
    const receipt = await rpc("eth_getTransactionReceipt", [hash]);
    return receipt === null ? { status: 100 } : { status: 200, receipts: [{ transactionHash: hash }] };
  };

  const own: Record<string, Trick> = {
    eth_accounts: () => [account.address],
    eth_chainId: () => numberToHex(hardhat.id),
    eth_sendTransaction: ([sending]) => {
      const { to, data, nonce } = sending as Sending;
      return send({ to, data, ...(nonce === undefined ? {} : { nonce: Number(nonce) }) });
    },
    eth_signTypedData_v4: ([, text]) => {
      const { domain, types, message, primaryType } = JSON.parse(text as string) as Parameters<
        typeof account.signTypedData
      >[0];
      return account.signTypedData({ domain, types, message, primaryType });
    },
    ...(executor === undefined
      ? {}
      : {
          wallet_getCapabilities: () => ({ [numberToHex(hardhat.id)]: { atomic: { status: "ready" } } }),
          wallet_sendCalls: ([request]) => {
            const { id, calls } = request as { id: string; calls: { to: Address; data: Hex }[] };
            return sendBatch(id, calls);
          },
          wallet_getCallsStatus: ([id]) => statusOf(id as string),
        }),
  };

  const asked: Wallet["asked"] = [];
  const tricks: Wallet["tricks"] = new Map();
  return {
    ...{ address: account.address, asked, tricks, send },
    request({ method, params = [] }) {
      const list = params as readonly unknown[];
      if (MOVING.has(method)) asked.push({ method, params: list });
      const trick = tricks.get(method) ?? own[method];
      // A trick that throws is a wallet that rejects.
      return Promise.resolve().then(() => {
        if (trick === undefined) throw new ProviderError(4200);
        return trick(list);
      });
    },
  };
}

const MOVING = new Set(["eth_sendTransaction", "eth_signTypedData_v4", "wallet_sendCalls"]);

/** Creation code of what does an account's calls in a row, all or none. Its input: address (20 bytes), length (12 bytes), data. */
export const EXECUTOR_CREATION = concatHex([
  "0x603b600a5f39603b5ff3", //           return the 59 bytes behind
  "0x5b365f511060095700", //             loop: while there is input, go to body; stop
  "0x5b5f51358063ffffffff16", //         body: word, length
  "0x805f51602001604037", //             the call's data to memory
  "0x5f5f8260405f8660601c5af1", //       call
  "0x602f575f5ffd", //                   failed: undo all
  "0x5b6020015f51015f52505f56", //       next input
]);
