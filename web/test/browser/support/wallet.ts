// A wallet as people have it, but for its window: it approves at once, unless it is told otherwise. The key stays in this
// process, what is signed goes to the real chain.
import { randomUUID } from "node:crypto";
import type { BrowserContext } from "playwright-core";
import { type Address, BaseError, type Hash, type Hex, numberToHex, type TransactionSerializable } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { type Calls, sendAtOnce, statusOf } from "./batch.ts";
import { announce, tell } from "./provider.ts";
import type { World } from "./world.ts";

export type Request = { readonly method: string; readonly params?: unknown };
export type Answer = { readonly result: unknown } | { readonly error: Refusal };
type Refusal = { readonly code: number; readonly message: string; readonly data?: unknown };

export type WalletOptions = {
  readonly name?: string;
  /** NMR that the account has, wei. */
  readonly nmr?: bigint;
  /** Another network than the app's, at first. */
  readonly network?: number;
  /** Whether the wallet has heard of the app's network. */
  readonly knowsNetwork?: boolean;
  /** Whether it can do several calls as one (EIP-5792). */
  readonly atomic?: boolean;
  /** Methods that it doesn't have. */
  readonly without?: readonly string[];
};

/** A transaction that the wallet has sent. */
export type Sent = { readonly hash: Hash; readonly to: Address; readonly data: Hex };

export type Wallet = {
  readonly name: string;
  readonly address: Address;
  /** For the one test that looks for it where it must not be. */
  readonly key: Hex;
  /** Methods it was asked, in order. */
  readonly asked: readonly string[];
  /** The same, with what it was asked of them. */
  readonly requests: readonly Request[];
  readonly sent: readonly Sent[];
  /** The next thing that it would ask its owner for is rejected, or the next of that method. */
  rejectNext(method?: string): void;
  /** From here on its owner takes time: nothing is answered until the returned function is called. */
  hold(): () => void;
  /** Its owner turns to an account that has never been here, or back to the first. */
  useAccount(which: "first" | "another"): Promise<Address>;
  /** Its owner chooses another network in the wallet. */
  useNetwork(id: number): Promise<void>;
  /** Its owner has the latest transaction replaced by the same at a higher fee. Blocks must be held. */
  speedUp(): Promise<Hash>;
  /** Its owner has the latest transaction replaced by nothing. Blocks must be held. */
  cancel(): Promise<Hash>;
  /** Puts it into the browser; its permissions outlast the page. */
  install(context: BrowserContext): Promise<void>;
};

const REJECTED: Refusal = { code: 4001, message: "User rejected the request." };
const UNSUPPORTED = 4200;
const OTHER_NETWORK = 4901;
const UNKNOWN_NETWORK = 4902;
const INTERNAL = -32603;
const ETHER = 10n ** 18n;

class Refused extends Error {
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

type Fields = { to: Address; data?: Hex; value?: Hex; gas?: Hex; authorizationList?: unknown };
type Prepared = Extract<TransactionSerializable, { type?: "eip1559" | undefined }>;
type Method = (...params: never[]) => unknown;

/** A wallet with a fresh account, which has ether, and NMR where asked for. */
export async function newWallet(world: World, options: WalletOptions = {}): Promise<Wallet> {
  const { chain, config } = world;
  const { name = "Test Wallet", nmr = 0n, atomic = false, without = [], network = config.chainId } = options;
  const key = generatePrivateKey();
  const first = privateKeyToAccount(key);
  let account = first;
  const { address } = first;
  await chain.client.setBalance({ address, value: 100n * ETHER });
  if (nmr > 0n) await chain.give(address, nmr);

  const binding = `wallet_${randomUUID().replaceAll("-", "")}`;
  const requests: Request[] = [];
  const sent: Sent[] = [];
  const contexts: BrowserContext[] = [];
  let chainId = network;
  let known = options.knowsNetwork ?? true;
  let connected = false;
  let rejecting: boolean | string = false;
  let held: Promise<void> = Promise.resolve();
  let latest: Prepared | undefined;

  const emit = async (event: string, value: unknown): Promise<void> => {
    const pages = contexts.flatMap((context) => context.pages());
    await Promise.all(pages.map((page) => page.evaluate(tell, { binding, event, value })));
  };
  const useNetwork = async (id: number): Promise<void> => {
    chainId = id;
    await emit("chainChanged", numberToHex(id));
  };
  const useAccount = async (which: "first" | "another"): Promise<Address> => {
    account = which === "first" ? first : privateKeyToAccount(generatePrivateKey());
    if (connected) await emit("accountsChanged", [account.address]);
    return account.address;
  };
  const approve = async (): Promise<void> => {
    await held;
    if (rejecting !== true) return;
    rejecting = false;
    throw new Refused(REJECTED);
  };
  const onNetwork = (): void => {
    if (chainId === config.chainId) return;
    throw new Refused({ code: OTHER_NETWORK, message: "The wallet is on another network." });
  };
  const submit = async (transaction: Prepared): Promise<Hash> => {
    latest = transaction;
    const serializedTransaction = await account.signTransaction(transaction);
    const hash = await chain.client.sendRawTransaction({ serializedTransaction });
    sent.push({ hash, to: transaction.to ?? address, data: transaction.data ?? "0x" });
    return hash;
  };
  const send = async ({ to, data = "0x", value = "0x0", gas }: Fields): Promise<Hash> => {
    const limit = gas === undefined ? {} : { gas: BigInt(gas) };
    const request = { account, to, data, value: BigInt(value), type: "eip1559", ...limit } as const;
    return submit({ ...(await chain.client.prepareTransactionRequest(request)), type: "eip1559", chainId });
  };
  const replace = (change: Partial<Prepared>): Promise<Hash> => {
    if (latest === undefined) throw new Error("the wallet has sent nothing that could be replaced");
    const { maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = latest;
    const fees = { maxFeePerGas: 2n * maxFeePerGas, maxPriorityFeePerGas: 2n * maxPriorityFeePerGas + 1n };
    return submit({ ...latest, ...fees, ...change });
  };
  const accounts = (): Address[] => (connected ? [account.address] : []);
  const connect = async (): Promise<void> => {
    await approve();
    connected = true;
  };

  const methods: Record<string, Method> = {
    eth_accounts: accounts,
    eth_chainId: () => numberToHex(chainId),
    async eth_requestAccounts() {
      if (!connected) await connect();
      return accounts();
    },
    async wallet_requestPermissions() {
      await connect();
      return [{ parentCapability: "eth_accounts", caveats: [{ type: "restrictReturnedAccounts", value: accounts() }] }];
    },
    wallet_revokePermissions() {
      connected = false;
      return null;
    },
    async wallet_switchEthereumChain({ chainId: wanted }: { chainId: Hex }) {
      if (Number(wanted) === config.chainId && !known) {
        throw new Refused({ code: UNKNOWN_NETWORK, message: `Unrecognized chain ID ${wanted}.` });
      }
      await approve();
      await useNetwork(Number(wanted));
      return null;
    },
    async wallet_addEthereumChain({ chainId: added }: { chainId: Hex }) {
      await approve();
      known ||= Number(added) === config.chainId;
      await useNetwork(Number(added));
      return null;
    },
    async personal_sign(message: Hex) {
      await approve();
      return account.signMessage({ message: { raw: message } });
    },
    async eth_signTypedData_v4(_: Address, text: string) {
      onNetwork();
      await approve();
      return account.signTypedData(JSON.parse(text) as Parameters<typeof account.signTypedData>[0]);
    },
    async eth_sendTransaction(fields: Fields) {
      onNetwork();
      await approve();
      return send(fields);
    },
  };
  if (atomic) {
    Object.assign(methods, {
      wallet_getCapabilities: () => ({ [numberToHex(config.chainId)]: { atomic: { status: "supported" } } }),
      async wallet_sendCalls({ calls }: { calls: Calls }) {
        onNetwork();
        await approve();
        const hash = await sendAtOnce(chain.client, account, calls);
        sent.push({ hash, to: address, data: "0x" });
        return { id: hash };
      },
      wallet_getCallsStatus: (id: Hash) => statusOf(chain.client, id),
    });
  }

  async function answer({ method, params = [] }: Request): Promise<Answer> {
    requests.push({ method, params });
    try {
      if (rejecting === method) {
        rejecting = false;
        throw new Refused(REJECTED);
      }
      const own = without.includes(method) ? undefined : methods[method];
      if (own !== undefined) return { result: await own(...(params as never[])) };
      if (method.startsWith("wallet_") || without.includes(method)) {
        throw new Refused({ code: UNSUPPORTED, message: `The wallet has no ${method}.` });
      }
      onNetwork();
      return { result: await chain.client.request({ method, params } as never) };
    } catch (error) {
      return { error: refusalOf(error) };
    }
  }

  return {
    ...{ name, address, key, requests, sent, useNetwork, useAccount },
    get asked() {
      return requests.map(({ method }) => method);
    },
    rejectNext: (method) => void (rejecting = method ?? true),
    hold() {
      let release = (): void => undefined;
      held = new Promise((resolve) => (release = resolve));
      return release;
    },
    speedUp: () => replace({}),
    cancel: () => replace({ to: address, data: "0x", value: 0n }),
    async install(context) {
      contexts.push(context);
      await context.exposeBinding(binding, (_, request: Request) => answer(request));
      await context.addInitScript(announce, { name, uuid: randomUUID(), binding });
    },
  };
}

/** What the chain says of a call or a transaction, as a wallet hands it on. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal;
  const told = error instanceof BaseError ? error.walk((each) => typeof codeOf(each) === "number") : null;
  if (told === null) return { code: INTERNAL, message: error instanceof Error ? error.message : String(error) };
  const { message, data } = told as Error & { data?: unknown };
  const details = told instanceof BaseError ? told.details : message;
  return { code: codeOf(told) ?? INTERNAL, message: details, ...(data === undefined ? {} : { data }) };
}

const codeOf = (error: unknown): number | undefined => (error as { code?: number }).code;
