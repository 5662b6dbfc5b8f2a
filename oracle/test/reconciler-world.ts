import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { network } from "hardhat";
import {
  type Abi,
  type Address,
  createTestClient,
  createWalletClient,
  encodeFunctionData,
  type Hex,
  http,
  keccak256,
  publicActions,
  toHex,
  zeroAddress,
} from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { pino } from "pino";
import { numeraireStakingAbi } from "../src/chain/generated/abi.ts";
import { modelId } from "../src/core/models.ts";
import { type Config, parseConfig } from "../src/service/config.ts";
import { buildOracle, type Oracle } from "../src/service/oracle.ts";

// A real chain with the real contracts, a folder as the feed, and an oracle in front of them.

const ROOT = join(import.meta.dirname, "../..");
const CHAIN_ID = 31_337;
export const TOURNAMENT = 1;
export const ROUND = 5n;
const ETHER = 10n ** 18n;
const HOUR = 3_600;
const BATCH = 1_024;
/** As many calls as one transaction's gas allows. */
const OPENINGS_PER_TRANSACTION = 60;

export const KEYS = {
  relayer: keccak256(toHex("relayer")),
  organizer: keccak256(toHex("organizer")),
  staker: keccak256(toHex("staker")),
  guardian: keccak256(toHex("guardian")),
  registrar: keccak256(toHex("registrar")),
  reporters: keysOf("reporter", 3),
} as const;

function keysOf(role: string, count: number): Hex[] {
  return Array.from({ length: count }, (_, index) => keccak256(toHex(`${role} ${index + 1}`)));
}

export type WorldOptions = {
  /** Positions, each on its own model. */
  readonly positions: number;
  readonly registrar?: boolean;
  readonly disputeWindow?: number;
  readonly quorum?: number;
  /** NMR in the tournament's reserve. */
  readonly reserve?: bigint;
  /** Position whose model isn't in the feed. */
  readonly unlisted?: number;
  /** Reporters of the tournament, each with a relayer beside it. */
  readonly operators?: number;
  /** What runs the chain, instead of this process. */
  readonly startNode?: () => Promise<Node>;
};

type Node = { readonly url: string; stop(): Promise<void> };

export type World = Awaited<ReturnType<typeof buildWorld>>;

export async function buildWorld(options: WorldOptions) {
  const node = await (options.startNode ?? hardhatHere)();
  const { url } = node;
  const reporterSecrets = keysOf("reporter", options.operators ?? 3);
  const relayerSecrets = keysOf("relayer", options.operators ?? 3);
  const chain = createTestClient({ mode: "hardhat", transport: http(url, { retryCount: 0 }) }).extend(publicActions);
  const organizer = walletOf(url, KEYS.organizer);
  const staker = walletOf(url, KEYS.staker);
  const guardian = walletOf(url, KEYS.guardian);
  const relayer = privateKeyToAccount(KEYS.relayer).address;
  const relayers = relayerSecrets.map((key) => privateKeyToAccount(key).address);
  const { address: opener } = organizer.account;
  for (const who of [opener, staker.account.address, guardian.account.address, relayer, ...relayers]) {
    await chain.setBalance({ address: who, value: 1_000n * ETHER });
  }

  const confirmed = async (hash: Promise<Hex>) => {
    const receipt = await chain.waitForTransactionReceipt({ hash: await hash, pollingInterval: 10 });
    if (receipt.status !== "success") throw new Error("a set-up transaction reverted");
    return receipt;
  };
  const deploy = async (name: string, args: readonly unknown[]): Promise<Address> => {
    const { abi, bytecode } = artifact(name);
    const receipt = await confirmed(organizer.deployContract({ abi, bytecode, args, chain: null }));
    if (receipt.contractAddress == null) throw new Error(`no address for ${name}`);
    return receipt.contractAddress;
  };
  const token = await deploy("Numeraire", [organizer.account.address]);
  const contract = await deploy("NumeraireStaking", [token]);
  const tokenAbi = artifact("Numeraire").abi;
  const staking = { abi: numeraireStakingAbi, address: contract } as const;
  const erc20 = { abi: tokenAbi, address: token };
  const stake = 10n ** 18n;

  await confirmed(
    organizer.writeContract({
      ...erc20,
      chain: null,
      functionName: "transfer",
      args: [staker.account.address, 10_000n * ETHER],
    }),
  );
  await confirmed(
    organizer.writeContract({ ...erc20, chain: null, functionName: "approve", args: [contract, 10n ** 30n] }),
  );
  await confirmed(
    staker.writeContract({ ...erc20, chain: null, functionName: "approve", args: [contract, 10n ** 30n] }),
  );
  const limits = {
    maxClip: 10n ** 9n,
    maxExposure: 10n ** 9n,
    maxRoundsInFlight: 8,
    maxDuration: 40 * 24 * HOUR,
    minDisputeWindow: 0,
  };
  const registrar = privateKeyToAccount(KEYS.registrar);
  const reporters = reporterSecrets.map((key) => privateKeyToAccount(key).address);
  await confirmed(
    organizer.writeContract({
      ...staking,
      chain: null,
      functionName: "createTournament",
      args: [
        "test",
        limits,
        guardian.account.address,
        options.registrar === true ? registrar.address : zeroAddress,
        stake,
        reporters,
        options.quorum ?? 2,
      ],
    }),
  );
  await confirmed(
    organizer.writeContract({
      ...staking,
      chain: null,
      functionName: "fundReserve",
      args: [TOURNAMENT, (options.reserve ?? 1_000n) * ETHER],
    }),
  );

  const deadline = 2n ** 40n;
  const grant = (model: Hex): Promise<Hex> =>
    registrar.signTypedData({
      domain: { name: "NumeraireStaking", version: "1", chainId: CHAIN_ID, verifyingContract: contract },
      types: {
        Grant: [
          { name: "tournament", type: "uint32" },
          { name: "model", type: "bytes32" },
          { name: "staker", type: "address" },
          { name: "deadline", type: "uint256" },
        ],
      },
      primaryType: "Grant",
      message: { tournament: TOURNAMENT, model, staker: staker.account.address, deadline },
    });
  const positions = Array.from({ length: options.positions }, (_, index) => index);
  for (let first = 0; first < positions.length; first += OPENINGS_PER_TRANSACTION) {
    const chunk = positions.slice(first, first + OPENINGS_PER_TRANSACTION);
    const calls = await Promise.all(
      chunk.map(async (position) =>
        encodeFunctionData({
          abi: numeraireStakingAbi,
          functionName: "openPosition",
          args: [
            TOURNAMENT,
            modelId(uuid(position)),
            stake,
            deadline,
            options.registrar === true ? await grant(modelId(uuid(position))) : "0x",
          ],
        }),
      ),
    );
    await confirmed(
      staker.writeContract({
        abi: MULTICALL,
        address: contract,
        chain: null,
        functionName: "multicall",
        args: [calls],
      }),
    );
  }

  const folder = mkdtempSync(join(tmpdir(), "oracle-test-"));
  const start = Number((await chain.getBlock()).timestamp);
  const times = { opensAt: start + 60, closesAt: start + 3 * HOUR, resolvesAt: start + 6 * HOUR };
  const models = positions.filter((position) => position !== options.unlisted).map(model);
  const writeRound = (change: (file: RoundFile) => unknown = (file) => file): void => {
    const file = change(roundFile(times, models));
    writeFileSync(join(folder, "round-5.json"), typeof file === "string" ? file : JSON.stringify(file));
  };
  writeRound();

  const secret = (name: string, key: Hex): { kind: string; file: string } => {
    writeFileSync(join(folder, name), `${key}\n`, { mode: 0o600 });
    return { kind: "file", file: name };
  };
  relayerSecrets.forEach((key, index) => secret(`relayer-${index}`, key));
  const reporterKeys = reporterSecrets.map((key, index) => secret(`reporter-${index}`, key));
  secret("stranger", KEYS.staker);
  const configuration = {
    rpcUrls: [url],
    chainId: CHAIN_ID,
    contract,
    tournament: TOURNAMENT,
    feed: { kind: "folder", path: "." },
    keys: {
      reporters: reporterKeys.slice(0, 2),
      relayer: secret("relayer", KEYS.relayer),
      organizer: secret("organizer", KEYS.organizer),
    },
    opening: {
      lockWindowSeconds: HOUR,
      settleWindowSeconds: 24 * HOUR,
      disputeWindowSeconds: options.disputeWindow ?? HOUR,
      marginSeconds: 60,
    },
    port: 0,
    pollIntervalMs: 50,
    maxBlockAgeSeconds: 0,
    feedSettleSeconds: 0,
    logLevel: "info",
  };
  const writeConfig = (name: string, changes: object = {}): string => {
    writeFileSync(join(folder, name), JSON.stringify({ ...configuration, ...changes }));
    return join(folder, name);
  };

  return {
    url,
    chain,
    contract,
    staking,
    guardian,
    folder,
    configFile: writeConfig("config.json"),
    writeConfig,
    configuration,
    times,
    writeRound,
    opener,
    relayer,
    reporters,
    relayers,
    config: (changes: object = {}): Config => parseConfig({ ...configuration, ...changes }, folder),
    oracle: (changes: object = {}): Oracle =>
      buildOracle(parseConfig({ ...configuration, ...changes }, folder), pino({ level: "silent" })),
    /** Mines a block at that time. */
    moveTo: async (timestamp: number): Promise<void> => {
      await chain.setNextBlockTimestamp({ timestamp: BigInt(timestamp) });
      await chain.mine({ blocks: 1 });
    },
    nonce: (): Promise<number> => chain.getTransactionCount({ address: relayer }),
    round: () => chain.readContract({ ...staking, functionName: "roundOf", args: [TOURNAMENT, ROUND] }),
    batch: (index: number) =>
      chain.readContract({ ...staking, functionName: "batchOf", args: [TOURNAMENT, ROUND, index] }),
    stakes: () =>
      Promise.all(
        Array.from({ length: Math.ceil(options.positions / BATCH) }, (_, index) =>
          chain.readContract({ ...staking, functionName: "stakesOf", args: [TOURNAMENT, index] }),
        ),
      ),
    /** Payouts words, batch after batch. */
    payouts: async () => {
      const logs = await chain.getContractEvents({
        ...staking,
        eventName: "BatchSettled",
        fromBlock: 0n,
        strict: true,
      });
      return logs.toSorted((one, other) => one.args.batch - other.args.batch).map(({ args }) => args.payouts);
    },
    veto: (batch: number) =>
      confirmed(
        guardian.writeContract({ ...staking, chain: null, functionName: "veto", args: [TOURNAMENT, ROUND, batch] }),
      ),
    events: async () => {
      const logs = await chain.getContractEvents({ ...staking, fromBlock: 0n, strict: true });
      return logs.map(({ eventName, args }) => `${eventName}${"batch" in args ? ` ${args.batch}` : ""}`);
    },
    close: async (): Promise<void> => {
      await node.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

async function hardhatHere(): Promise<Node> {
  const server = await network.createServer("default", "127.0.0.1", 0);
  const { address, port } = await server.listen();
  return { url: `http://${address}:${port}`, stop: () => server.close() };
}

export function uuid(position: number): string {
  return `00000000-0000-4000-8000-${position.toString(16).padStart(12, "0")}`;
}

/** A score in 1e-9 as the feed writes it: both signs, and some beyond the clip. */
export function score(position: number): string {
  return (((position * 37) % 200) / 1_000 - 0.1).toFixed(9);
}

type RoundFile = ReturnType<typeof roundFile>;

function roundFile(
  { opensAt, closesAt, resolvesAt }: { opensAt: number; closesAt: number; resolvesAt: number },
  models: readonly object[],
) {
  const shared = { tournament: 8, openTime: iso(opensAt), closeTime: iso(closesAt), closeStakingTime: iso(closesAt) };
  const roundScoreConfigs = [
    {
      name: "correlation",
      version: "6",
      displayName: "v2_corr20",
      isPayout: true,
      defaultMultiplier: 0.5,
      clipThreshold: 0.05,
      stakeThreshold: 72_000,
    },
    {
      name: "meta_model_contribution",
      version: "5",
      displayName: "mmc",
      isPayout: true,
      defaultMultiplier: 2,
      clipThreshold: 0.05,
      stakeThreshold: 72_000,
    },
  ];
  return {
    round: {
      ...shared,
      number: Number(ROUND),
      resolveTime: iso(resolvesAt),
      resolvedStaking: true,
      payoutFactor: null,
      stakeThreshold: null,
      roundScoreConfigs,
    },
    roundDetails: { ...shared, roundNumber: Number(ROUND), roundResolved: true, models },
  };
}

function model(position: number) {
  const value = Number(score(position));
  return {
    id: uuid(position),
    modelName: `m${position}`,
    selectedStakeValue: "1",
    payoutSettled: null,
    v2Corr20: value,
    mmc: value / 10,
  };
}

function iso(seconds: number): string {
  return new Date(seconds * 1_000).toISOString();
}

const MULTICALL = [
  {
    type: "function",
    name: "multicall",
    stateMutability: "nonpayable",
    inputs: [{ name: "data", type: "bytes[]" }],
    outputs: [{ name: "results", type: "bytes[]" }],
  },
] as const;

function walletOf(url: string, key: Hex) {
  return createWalletClient({ account: privateKeyToAccount(key), transport: http(url, { retryCount: 0 }) });
}

function artifact(name: string): { abi: Abi; bytecode: Hex } {
  return JSON.parse(readFileSync(join(ROOT, `artifacts/contracts/${name}.sol/${name}.json`), "utf8")) as {
    abi: Abi;
    bytecode: Hex;
  };
}
