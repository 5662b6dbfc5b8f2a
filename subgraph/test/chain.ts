// A Hardhat chain behind JSON-RPC with the real contracts on it.
import { readFileSync } from "node:fs";
import {
  type Abi,
  createTestClient,
  encodeFunctionData,
  type Hex,
  http,
  keccak256,
  concatHex,
  numberToHex,
  parseEventLogs,
  publicActions,
  walletActions,
} from "viem";
import { hardhat } from "viem/chains";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

export const NMR = 10n ** 18n;
export const NANO = 10n ** 9n;

/** A chain with the contracts on it, wherever it runs. */
export type Chain = Awaited<ReturnType<typeof chainAt>>;

/** What `chainAt` needs to use a chain that another process has started. */
export interface ChainPlace {
  rpcUrl: string;
  tokenArtifact: string;
  tokenAddress: Hex;
  address: Hex;
  reporterKeys: Hex[];
}

function artifact(path: string): { abi: Abi; bytecode: Hex } {
  const file = new URL(`../../artifacts/contracts/${path}`, import.meta.url);
  return JSON.parse(readFileSync(file, "utf8")) as { abi: Abi; bytecode: Hex };
}

function clientOf(rpcUrl: string) {
  return createTestClient({ chain: hardhat, mode: "hardhat", transport: http(rpcUrl), pollingInterval: 20 })
    .extend(publicActions)
    .extend(walletActions);
}

const NUMERAIRE = "Numeraire.sol/Numeraire.json";
const staking = artifact("NumeraireStaking.sol/NumeraireStaking.json");

/**
 * Starts the chain and deploys token and staking contract; account 0 has all tokens and has approved the contract.
 * @param tokenArtifact Another token that takes its first owner.
 * @param more.startsAt Time of the first block, unix seconds; absent: now.
 */
export async function startChain(tokenArtifact = NUMERAIRE, { startsAt }: { startsAt?: number } = {}) {
  const override = startsAt === undefined ? {} : { initialDate: new Date(startsAt * 1_000) };
  // Takes seconds to load, which only those who run a chain need to wait for.
  const { network } = await import("hardhat");
  const server = await network.createServer({ network: "default", override }, "127.0.0.1", 0);
  const { port } = await server.listen();
  const rpcUrl = `http://127.0.0.1:${port}`;
  const client = clientOf(rpcUrl);
  const owner = (await client.getAddresses())[0] as Hex;

  const deploy = async ({ abi, bytecode }: { abi: Abi; bytecode: Hex }, args: unknown[]): Promise<Hex> => {
    const hash = await client.deployContract({ abi, bytecode, args, account: owner });
    const { contractAddress } = await client.waitForTransactionReceipt({ hash });
    return contractAddress as Hex;
  };
  const tokenAddress = await deploy(artifact(tokenArtifact), [owner]);
  const address = await deploy(staking, [tokenAddress]);
  const reporterKeys = [generatePrivateKey(), generatePrivateKey(), generatePrivateKey()];
  const place: ChainPlace = { rpcUrl, tokenArtifact, tokenAddress, address, reporterKeys };
  const chain = await chainAt(place);
  await chain.provide(owner, 0n);
  return { ...chain, place, stop: () => server.close() };
}

/** A chain that `startChain` has started, here or in another process. */
export async function chainAt({ rpcUrl, tokenArtifact, tokenAddress, address, reporterKeys }: ChainPlace) {
  const token = artifact(tokenArtifact);
  const client = clientOf(rpcUrl);
  const accounts = await client.getAddresses();
  const owner = accounts[0] as Hex;

  /** Calls the staking contract and returns the events of the transaction. */
  const send = async (from: Hex, functionName: string, ...args: unknown[]) => {
    const hash = await client.writeContract({ abi: staking.abi, address, functionName, args, account: from });
    const { logs, status } = await client.waitForTransactionReceipt({ hash });
    if (status !== "success") throw new Error(`${functionName} reverted`);
    return parseEventLogs({ abi: staking.abi, logs }) as unknown as {
      eventName: string;
      args: Record<string, unknown>;
    }[];
  };
  /** The calldata of a call of the token. */
  const tokenCall = (functionName: string, ...args: unknown[]): Hex =>
    encodeFunctionData({ abi: token.abi, functionName, args });
  const callToken = async (from: Hex, functionName: string, ...args: unknown[]): Promise<void> => {
    const data = tokenCall(functionName, ...args);
    const hash = await client.sendTransaction({ to: tokenAddress, data, account: from });
    await client.waitForTransactionReceipt({ hash });
  };
  const balanceOf = (account: Hex): Promise<bigint> =>
    client.readContract({
      ...{ abi: token.abi, address: tokenAddress, functionName: "balanceOf", args: [account] },
    }) as Promise<bigint>;
  /** Sends tokens of the owner's to an account. */
  const give = (account: Hex, amount: bigint): Promise<void> => callToken(owner, "transfer", account, amount);
  /** Sends tokens to an account and lets it approve the staking contract. */
  const provide = async (account: Hex, amount: bigint): Promise<void> => {
    if (account !== owner) await give(account, amount);
    await callToken(account, "approve", address, 2n ** 256n - 1n);
  };

  const reporters = reporterKeys.map((key) => privateKeyToAccount(key));
  const read = <T>(functionName: string, ...args: unknown[]): Promise<T> =>
    client.readContract({ abi: staking.abi, address, functionName, args }) as Promise<T>;

  /** The arguments of a report with the signatures of reporters 0 and 1. */
  const signedReport = async (
    tournament: number,
    round: bigint,
    batch: number,
    attempt: number,
    stakes: bigint[],
    scores: bigint[],
  ): Promise<unknown[]> => {
    const message = { tournament, round, batch, attempt, stakesHash: hashOf(stakes), scoresHash: hashOf(scores) };
    const signatures = await Promise.all(
      reporters.slice(0, 2).map((reporter) =>
        reporter.signTypedData({
          domain: { name: "NumeraireStaking", version: "1", chainId: hardhat.id, verifyingContract: address },
          types: { Report: REPORT_TYPE },
          primaryType: "Report",
          message,
        }),
      ),
    );
    return [tournament, round, batch, scores, 3n, signatures];
  };

  return {
    ...{ rpcUrl, client, accounts, owner, token, tokenAddress, staking, address, send, give, provide, reporters, read },
    ...{ tokenCall, balanceOf },
    now: async (): Promise<number> => Number((await client.getBlock()).timestamp),
    /** Mines a block at that time; the next transaction's is later. */
    async travelTo(timestamp: number): Promise<void> {
      await client.setNextBlockTimestamp({ timestamp: BigInt(timestamp) });
      await client.mine({ blocks: 1 });
    },
    signedReport,
    /** Reports a batch with the signatures of reporters 0 and 1. */
    async report(from: Hex, ...batch: Parameters<typeof signedReport>) {
      return send(from, "report", ...(await signedReport(...batch)));
    },
  };
}

/** A chain that this process runs, and ends. */
export type OwnChain = Awaited<ReturnType<typeof startChain>>;

const REPORT_TYPE = [
  { name: "tournament", type: "uint32" },
  { name: "round", type: "uint64" },
  { name: "batch", type: "uint32" },
  { name: "attempt", type: "uint32" },
  { name: "stakesHash", type: "bytes32" },
  { name: "scoresHash", type: "bytes32" },
] as const;

function hashOf(words: bigint[]): Hex {
  return keccak256(concatHex(words.map((word) => numberToHex(word, { size: 32 }))));
}

/** Packs a pair of scores (1e-9) a position into scores words. */
export function scoresWords(scores: [number, number][], words: number): bigint[] {
  return Array.from({ length: words }, (_, word) =>
    [0, 1, 2, 3].reduce((packed, lane) => {
      const [score0, score1] = scores[4 * word + lane] ?? [0, 0];
      const bits = (BigInt.asUintN(32, BigInt(score0)) << 32n) | BigInt.asUintN(32, BigInt(score1));
      return packed | (bits << BigInt(64 * lane));
    }, 0n),
  );
}
