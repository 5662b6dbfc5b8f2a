import { network } from "hardhat";
import type { BaseWallet } from "ethers";
import { hashWords, packScores, type Scores } from "../../oracle/src/core/words.ts";
import { mined } from "../../scripts/support/mined.ts";
import type { Numeraire } from "../../types/contracts/Numeraire.js";
import type { INumeraireStaking, NumeraireStaking } from "../../types/contracts/NumeraireStaking.js";
// Tells the compiler which contract `deployContract` answers with.
import type {} from "../../types/hardhat.js";

export const NANO = 10n ** 9n;
export const NMR = 10n ** 18n;
export const HOUR = 3600n;
export const DAY = 24n * HOUR;

export type Connection = Awaited<ReturnType<typeof network.create>>;

/** A round's terms, as the contract and as the oracle's core take them. */
export type Terms = { multipliers: [bigint, bigint]; clip: bigint; stakeThreshold: bigint; exposure: bigint };
export type Schedule = Record<"closesAt" | "lockedBy" | "resolvesAt" | "settledBy" | "disputeWindow", bigint>;

/** The widest limits there are, but for rounds in flight and duration. */
export const OPEN_LIMITS: INumeraireStaking.LimitsStruct = {
  maxClip: 1_000_000_000n,
  maxExposure: 1_000_000_000n,
  maxRoundsInFlight: 64n,
  maxDuration: 100n * DAY,
  minDisputeWindow: 0n,
};

export const CLASSIC_TERMS: Terms = {
  multipliers: [500_000_000n, 2_000_000_000n],
  clip: 50_000_000n,
  stakeThreshold: 72_000n * NANO,
  exposure: NANO,
};

export type TokenKind = "Numeraire" | "MainnetNumeraire";

/** The token, the staking contract and named accounts: on a chain of its own, where none is given. */
export async function deployStaking(kind: TokenKind = "Numeraire", chain?: Connection) {
  const connection = chain ?? (await network.create());
  const { ethers, networkHelpers } = connection;
  const [organizer, guardian, relayer, alice, bob, carol, mallory] = (await ethers.getSigners()) as [
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
    Signer,
  ];
  // What the tests ask of a token, both kinds answer; the rest they deploy themselves.
  const token = (await ethers.deployContract(kind as "Numeraire", [organizer.address])) satisfies Numeraire;
  const staking = await (await ethers.deployContract("NumeraireStaking", [token])).waitForDeployment();
  // Always the same keys: a signature's zero bytes cost less gas than others.
  const reporters = [0, 1, 2].map((index) => ethers.HDNodeWallet.fromSeed(ethers.id(`reporter ${index}`)));
  return {
    connection,
    ethers,
    networkHelpers,
    token,
    staking,
    organizer,
    guardian,
    relayer,
    alice,
    bob,
    carol,
    mallory,
    reporters,
  };
}

export type Signer = Awaited<ReturnType<Connection["ethers"]["getSigners"]>>[number];
export type Deployment = Awaited<ReturnType<typeof deployStaking>>;

export type TournamentOptions = {
  limits?: Partial<INumeraireStaking.LimitsStruct>;
  registrar?: string;
  minStake?: bigint;
  quorum?: number;
  reserve?: bigint;
};

/** Creates a tournament of 2-of-3 reporters with a funded reserve, and lets every named staker stake. Returns its number. */
export async function createTournament(d: Deployment, options: TournamentOptions = {}): Promise<bigint> {
  const { staking, token, organizer, guardian, alice, bob, carol, reporters } = d;
  const {
    limits = {},
    registrar = d.ethers.ZeroAddress,
    minStake = 0n,
    quorum = 2,
    reserve = 100_000n * NMR,
  } = options;
  await mined(
    staking.createTournament(
      "Classic",
      { ...OPEN_LIMITS, ...limits },
      guardian,
      registrar,
      minStake,
      reporters.map((reporter) => reporter.address),
      quorum,
    ),
  );
  const tournament = await staking.tournaments();
  for (const staker of [alice, bob, carol]) {
    if ((await token.balanceOf(staker)) > 0n) continue;
    await mined(token.transfer(staker, 100_000n * NMR));
    await mined(token.connect(staker).approve(staking, 100_000n * NMR));
  }
  if ((await token.allowance(organizer, staking)) === 0n) await mined(token.approve(staking, 5_000_000n * NMR));
  if (reserve > 0n) await mined(staking.fundReserve(tournament, reserve));
  return tournament;
}

/** Chains follow this machine's clock: what a test computes between two blocks takes time from a round's notice, seconds. */
const TOLERANCE = 600n;

/** A schedule that starts an hour and a bit from now: close, lock for an hour, resolve after a day, settle within a week. */
export async function schedule(d: Deployment, changes: Partial<Schedule> = {}): Promise<Schedule> {
  const closesAt = changes.closesAt ?? BigInt(await d.networkHelpers.time.latest()) + HOUR + TOLERANCE;
  const lockedBy = changes.lockedBy ?? closesAt + HOUR;
  const resolvesAt = changes.resolvesAt ?? lockedBy + DAY;
  const disputeWindow = changes.disputeWindow ?? HOUR;
  const settledBy = changes.settledBy ?? resolvesAt + 7n * DAY;
  return { closesAt, lockedBy, resolvesAt, settledBy, disputeWindow };
}

/** Opens many positions of one staker, nano-NMR, a hundred a transaction. Their models are named after their numbers. */
export async function openPositions(d: Deployment, staker: Signer, tournament: bigint, stakes: readonly bigint[]) {
  const { staking, ethers } = d;
  const { positions } = await staking.tournamentOf(tournament);
  const calls = stakes.map((nano, index) =>
    staking.interface.encodeFunctionData("openPosition", [
      tournament,
      ethers.id(`model ${positions + BigInt(index)}`),
      nano * NANO,
      0n,
      "0x",
    ]),
  );
  for (let start = 0; start < calls.length; start += 100) {
    await mined(staking.connect(staker).multicall(calls.slice(start, start + 100)));
  }
}

export const REPORT_TYPES = {
  Report: [
    { name: "tournament", type: "uint32" },
    { name: "round", type: "uint64" },
    { name: "batch", type: "uint32" },
    { name: "attempt", type: "uint32" },
    { name: "stakesHash", type: "bytes32" },
    { name: "scoresHash", type: "bytes32" },
  ],
};

export const GRANT_TYPES = {
  Grant: [
    { name: "tournament", type: "uint32" },
    { name: "model", type: "bytes32" },
    { name: "staker", type: "address" },
    { name: "deadline", type: "uint256" },
  ],
};

export async function domainOf(d: Deployment, staking: NumeraireStaking = d.staking) {
  const { chainId } = await d.ethers.provider.getNetwork();
  return { name: "NumeraireStaking", version: "1", chainId, verifyingContract: await staking.getAddress() };
}

/** Opens a position, wei. Returns its number. */
export async function openPosition(
  d: Deployment,
  staker: Signer,
  tournament: bigint,
  amount: bigint,
  model = d.ethers.id("the staker's first model"),
): Promise<bigint> {
  await mined(d.staking.connect(staker).openPosition(tournament, model, amount, 0n, "0x"));
  const { position } = await d.staking.positionOf(tournament, staker, model);
  return position;
}

/** The signatures of some reporters over a batch's scores as they would have to be now. */
export async function signReport(
  d: Deployment,
  tournament: bigint,
  round: bigint,
  batch: bigint,
  scores: readonly bigint[],
  signers: readonly BaseWallet[] = d.reporters.slice(0, 2),
): Promise<string[]> {
  const { attempt, stakesHash } = await d.staking.batchOf(tournament, round, batch);
  const message = { tournament, round, batch, attempt, stakesHash, scoresHash: hashWords(scores) };
  const domain = await domainOf(d);
  return Promise.all(signers.map((signer) => signer.signTypedData(domain, REPORT_TYPES, message)));
}

/** Reports a batch with the first two reporters' signatures. */
export async function reportScores(
  d: Deployment,
  tournament: bigint,
  round: bigint,
  batch: bigint,
  lanes: readonly Scores[],
) {
  const scores = packScores(lanes);
  const signatures = await signReport(d, tournament, round, batch, scores);
  return d.staking.connect(d.relayer).report(tournament, round, batch, scores, 0b011n, signatures);
}
