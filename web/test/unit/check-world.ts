// A chain with the contracts on it and two rounds of two batches, settled: everything in them that a check can stumble over.
import { readFileSync } from "node:fs";
import { type Report, reportDocument } from "@numeraire-staking/oracle/core/report";
import { hashWords, packScores, type Scores } from "@numeraire-staking/oracle/core/words";
import { type Abi, encodeFunctionData, type Hex, keccak256, toHex, zeroAddress } from "viem";
import { hardhat } from "viem/chains";
import { type Chain as Node, NANO, NMR, startChain } from "../../../subgraph/test/chain.ts";

export const POSITIONS = 1_027;
/** Settled by one transaction that reports and settles, while `LATER` holds the same stakes. */
export const FIRST = 7n;
/** With a veto, and a burn that finds too little left. */
export const LATER = 9n;
export const CUT = 3;
const ONE = 10n ** 9n;
const HOUR = 3_600;
const LIMITS = {
  maxClip: ONE,
  maxExposure: ONE,
  maxRoundsInFlight: 4,
  maxDuration: 10n ** 9n,
  minDisputeWindow: 0n,
};
const TERMS = {
  multipliers: [500_000_000n, 2n * ONE],
  clip: ONE,
  stakeThreshold: 5_000n * ONE,
  exposure: ONE,
} as const;

export type World = Awaited<ReturnType<typeof startWorld>>;

/** A score for each position, and -1 for `CUT`. */
function scoresOf(seed: number): Scores[] {
  return Array.from({ length: POSITIONS }, (_, position): Scores => {
    if (position === CUT) return [-ONE, -ONE];
    if (position % 50 === 0) return [0n, 0n];
    return [BigInt((position * seed * 7_919_003) % 80_000_001) - 40_000_000n, BigInt(position - 500) * 10_000n];
  });
}

export async function startWorld() {
  const chain = await startChain();
  const { owner, accounts, send, reporters, address } = chain;
  const [, , , , guardian = zeroAddress, relayer = zeroAddress] = accounts;
  const [one, two, three] = reporters;
  if (one === undefined || two === undefined || three === undefined)
    throw new Error("the chain has no three reporters");
  const wallet = await deployWallet(chain, three.address);
  const set = [one.address, two.address, wallet];
  await send(owner, "createTournament", "Check", LIMITS, guardian, zeroAddress, 0n, set, 2);
  await chain.provide(owner, 0n);
  await send(owner, "fundReserve", 1, 100_000n * NMR);
  await openPositions(chain);

  /** A report's call, signed by the first reporter and the one that is a contract. */
  const reportCall = async (round: bigint, batch: number, attempt: number, scores: readonly bigint[]): Promise<Hex> => {
    const stakesHash = hashWords(await lockedStakes(chain, round, batch));
    const report: Report = { tournament: 1, round, batch, attempt, stakesHash, scoresHash: hashWords(scores) };
    const document = reportDocument({ chainId: hardhat.id, verifyingContract: address }, report);
    const signatures = await Promise.all([one, three].map((reporter) => reporter.signTypedData(document)));
    return encodeFunctionData({
      abi: chain.staking.abi,
      functionName: "report",
      args: [1, round, batch, scores, 0b101n, signatures],
    });
  };
  const settleCall = async (round: bigint, batch: number, scores: readonly bigint[]): Promise<Hex> => {
    const stakes = await lockedStakes(chain, round, batch);
    return encodeFunctionData({
      abi: chain.staking.abi,
      functionName: "settle",
      args: [1, round, batch, stakes, scores],
    });
  };
  const open = async (round: bigint, disputeWindow: number) => {
    const closesAt = (await chain.now()) + 2 * HOUR;
    const schedule = {
      closesAt,
      lockedBy: closesAt + 10 * HOUR,
      resolvesAt: closesAt + 10 * HOUR,
      settledBy: closesAt + 100 * HOUR,
      disputeWindow,
    };
    await send(owner, "openRound", 1, round, TERMS, schedule);
    return schedule;
  };
  const lock = async (round: bigint): Promise<void> => {
    await send(relayer, "lock", 1, round, 0);
    await send(relayer, "lock", 1, round, 1);
  };
  /** Words of a batch. */
  const words = (seed: number, batch: number): bigint[] =>
    packScores(scoresOf(seed).slice(batch * 1_024, (batch + 1) * 1_024));
  const multicall = (...calls: readonly Hex[]) => send(relayer, "multicall", calls);
  return { chain, guardian, relayer, wallet, open, lock, words, reportCall, settleCall, multicall };
}

/** Plays both rounds to their ends; the reporters are others by then. */
export async function playRounds(world: World): Promise<void> {
  const { chain, guardian, open, lock, words, reportCall, settleCall, multicall } = world;
  const { send, owner, accounts } = chain;
  await open(FIRST, 0);
  const { closesAt, resolvesAt } = await open(LATER, 600);
  await send(owner, "setReporters", 1, accounts.slice(0, 3), 1);
  await chain.travelTo(closesAt);
  await lock(FIRST);
  await lock(LATER);
  await chain.travelTo(resolvesAt);
  const [zero, one] = [words(1, 0), words(1, 1)];
  await multicall(
    await reportCall(FIRST, 0, 0, zero),
    await reportCall(FIRST, 1, 0, one),
    await settleCall(FIRST, 0, zero),
    await settleCall(FIRST, 1, one),
  );
  await send(owner, "increaseStake", 1, CUT, 5n * NANO);
  await multicall(await reportCall(LATER, 0, 0, words(3, 0)), await reportCall(LATER, 1, 0, words(2, 1)));
  await send(guardian, "veto", 1, LATER, 0);
  await multicall(await reportCall(LATER, 0, 1, words(2, 0)));
  await chain.travelTo((await chain.now()) + 600);
  await multicall(await settleCall(LATER, 0, words(2, 0)));
  await multicall(await settleCall(LATER, 1, words(2, 1)));
}

async function openPositions({ staking, send, owner }: Node): Promise<void> {
  const calls = Array.from({ length: POSITIONS }, (_, position) => {
    const amount = BigInt(position + 1) * (NMR / 100n) + BigInt(position) * NANO;
    const args = [1, keccak256(toHex(`model ${position}`)), amount, 0n, "0x"];
    return encodeFunctionData({ abi: staking.abi, functionName: "openPosition", args });
  });
  for (let start = 0; start < calls.length; start += 150) {
    await send(owner, "multicall", calls.slice(start, start + 150));
  }
}

async function lockedStakes({ client, address, staking }: Node, round: bigint, batch: number): Promise<bigint[]> {
  const logs = await client.getContractEvents({
    abi: staking.abi,
    address,
    eventName: "BatchLocked",
    args: { tournament: 1, round, batch },
    fromBlock: 0n,
  });
  return (logs[0] as unknown as { args: { stakes: bigint[] } }).args.stakes;
}

/** An account that is a contract and signs what its owner signs. */
async function deployWallet({ client, owner }: Node, signer: Hex): Promise<Hex> {
  const file = new URL("../../../artifacts/contracts/mocks/ContractWallet.sol/ContractWallet.json", import.meta.url);
  const { abi, bytecode } = JSON.parse(readFileSync(file, "utf8")) as { abi: Abi; bytecode: Hex };
  const hash = await client.deployContract({ abi, bytecode, args: [signer], account: owner });
  const { contractAddress } = await client.waitForTransactionReceipt({ hash });
  if (contractAddress === null || contractAddress === undefined) throw new Error("the wallet has no address");
  return contractAddress;
}
