import type { NetworkConnection } from "hardhat/types/network";
import { type BatchInput, batchScores } from "../../oracle/src/core/scores.ts";
import { InputError } from "../../oracle/src/core/errors.ts";
import { earmarkDown } from "../../oracle/src/core/payout.ts";
import { reportDocument } from "../../oracle/src/core/report.ts";
import { formatNmr, nanoFromWei, weiFromNano } from "../../oracle/src/core/units.ts";
import { hashWords, POSITIONS_PER_BATCH } from "../../oracle/src/core/words.ts";
import type { FeedDetails, FeedModel, FeedRound } from "../../oracle/src/feeds/feed.ts";
import { type Contracts, deploy, LIMITS } from "../support/contracts.ts";
import { mined } from "../support/mined.ts";
import { present } from "../support/present.ts";
import { readSettlements, type Settlement } from "../support/settlements.ts";
import type { Say } from "../support/terminal.ts";

const HOUR = 3600;
const SCHEDULE = { lockFor: HOUR, resolveAfter: HOUR, disputeWindow: HOUR, settleFor: 24 * HOUR };
/** About 75,000 gas each; a transaction may use 16,777,216. */
const POSITIONS_PER_TRANSACTION = 150;

/** What `--out` holds: amounts in wei, payouts signed, gas as totals. */
export type ReplayRecord = {
  readonly round: number;
  readonly tournament: number;
  readonly payoutFactor: string;
  readonly rewarded: string;
  readonly burned: string;
  readonly positions: readonly {
    readonly model: string;
    readonly position: number;
    readonly stake: string;
    readonly atRisk: string;
    readonly payout: string;
  }[];
  /** Gas of opening the positions, of each step, and of lock, report and settle together. */
  readonly gas: Readonly<Record<"positions" | "lock" | "report" | "settle" | "allIn", string>>;
};

type Stage = Awaited<ReturnType<typeof prepare>>;

/**
 * Plays a resolved round through the contracts. Everything in the result is read from the chain's events.
 * @throws InputError where no model has a stake.
 */
export async function replayRound(connection: NetworkConnection, round: FeedRound, details: FeedDetails, say: Say) {
  const staked = details.models.filter(({ stake }) => stake > 0n);
  if (staked.length === 0) throw new InputError("roundDetails.models", "no model has a stake of a nano-NMR or more");
  say("deploying the contracts");
  const stage = await prepare(connection, round, staked);
  const positions = await openPositions(stage, staked, say);
  const gas = await settleRound(stage, round, details, say);
  const settlements = await readSettlements(stage.staking, {
    tournament: stage.tournament,
    round: round.number,
    models: new Map(staked.map((model) => [model.model, model])),
    terms: round.terms,
    from: stage.from,
  });
  return { settlements, record: await recordOf(stage, round, settlements, { positions, ...gas }) };
}

/** Deploys, creates the tournament with three reporters, and funds exactly what the round may pay at most. */
async function prepare(connection: NetworkConnection, round: FeedRound, staked: readonly FeedModel[]) {
  const contracts: Contracts = await deploy(connection);
  const { token, staking } = contracts;
  const reporters = [0, 1, 2].map(() => connection.ethers.Wallet.createRandom());
  const total = staked.reduce((sum, { stake }) => sum + stake, 0n);
  // One nano-NMR more for each batch, because a batch's earmark is rounded on its own.
  const reserve = earmarkDown(total, round.terms) + BigInt(Math.ceil(staked.length / POSITIONS_PER_BATCH));
  const supply = nanoFromWei(await token.totalSupply(), "totalSupply");
  if (total + reserve > supply) {
    const needed = `${formatNmr(total)} NMR of stakes and ${formatNmr(reserve)} NMR to pay them at most`;
    throw new InputError("roundDetails.models", `${needed} are more than the ${formatNmr(supply)} NMR there are`);
  }
  const addresses = reporters.map(({ address }) => address);
  const nobody = connection.ethers.ZeroAddress;
  await mined(staking.createTournament("Replay", LIMITS, nobody, nobody, 0n, addresses, 2));
  const tournament = await staking.tournaments();
  await mined(token.approve(staking, weiFromNano(total + reserve)));
  await mined(staking.fundReserve(tournament, weiFromNano(reserve)));
  return { connection, ...contracts, reporters, tournament, from: await connection.ethers.provider.getBlockNumber() };
}

async function openPositions(stage: Stage, staked: readonly FeedModel[], say: Say): Promise<bigint> {
  const { staking, tournament } = stage;
  const calls = staked.map(({ model, stake }) =>
    staking.interface.encodeFunctionData("openPosition", [tournament, model, weiFromNano(stake), 0n, "0x"]),
  );
  let gas = 0n;
  for (let start = 0; start < calls.length; start += POSITIONS_PER_TRANSACTION) {
    gas += await gasOf(staking.multicall(calls.slice(start, start + POSITIONS_PER_TRANSACTION)));
    say(`position ${Math.min(start + POSITIONS_PER_TRANSACTION, calls.length)} of ${calls.length}`);
  }
  return gas;
}

/** Opens, locks, reports with two of three signatures and settles, every batch of every step in its own transaction. */
async function settleRound(stage: Stage, { number, terms }: FeedRound, details: FeedDetails, say: Say) {
  const { staking, tournament, connection } = stage;
  const { time } = connection.networkHelpers;
  const closesAt = (await time.latest()) + 2 * HOUR;
  const resolvesAt = closesAt + SCHEDULE.lockFor + SCHEDULE.resolveAfter;
  const schedule = {
    closesAt,
    lockedBy: closesAt + SCHEDULE.lockFor,
    resolvesAt,
    settledBy: resolvesAt + SCHEDULE.settleFor,
    disputeWindow: SCHEDULE.disputeWindow,
  };
  const { clip, exposure, stakeThreshold } = terms;
  await mined(
    staking.openRound(
      tournament,
      number,
      { multipliers: [...terms.multipliers], clip, exposure, stakeThreshold },
      schedule,
    ),
  );

  await time.increaseTo(closesAt);
  let lock = await gasOf(staking.lock(tournament, number, 0));
  const batches = Number((await staking.roundOf(tournament, number)).batches);
  for (let batch = 1; batch < batches; batch++) lock += await gasOf(staking.lock(tournament, number, batch));
  say(`${batches} batches locked`);

  await time.increaseTo(resolvesAt);
  const words = await scoresOf(stage, number, details);
  let report = 0n;
  for (const [batch, { scores }] of words.entries()) {
    const signatures = await sign(stage, number, batch, scores);
    report += await gasOf(staking.report(tournament, number, batch, scores, 0b101, signatures));
  }
  say(`${batches} batches reported`);

  await time.increase(SCHEDULE.disputeWindow);
  let settle = 0n;
  for (const [batch, { stakes, scores }] of words.entries()) {
    settle += await gasOf(staking.settle(tournament, number, batch, stakes, scores));
  }
  return { lock, report, settle };
}

/** Stakes words of each batch from the chain, scores words beside them from the feed. */
async function scoresOf(stage: Stage, round: bigint, details: FeedDetails) {
  const sheet = new Map(details.models.map(({ model, scores }) => [model, scores]));
  const models = (await events(stage, "PositionOpened")).map(({ args }) => args.model as BatchInput["models"][number]);
  return (await events(stage, "BatchLocked"))
    .filter(({ args }) => args.round === round)
    .map(({ args }) => {
      const stakes = [...args.stakes];
      const batch = Number(args.batch);
      return { stakes, scores: [...batchScores(sheet, { batch, stakes, models, hasRegistrar: false }).words] };
    });
}

async function sign(stage: Stage, round: bigint, batch: number, scores: readonly bigint[]): Promise<string[]> {
  const { staking, tournament, reporters, connection } = stage;
  const { attempt, stakesHash } = await staking.batchOf(tournament, round, batch);
  const { chainId } = await connection.ethers.provider.getNetwork();
  const { domain, types, message } = reportDocument(
    { chainId: Number(chainId), verifyingContract: (await staking.getAddress()) as `0x${string}` },
    {
      tournament: Number(tournament),
      round,
      batch,
      attempt: Number(attempt),
      stakesHash: stakesHash as `0x${string}`,
      scoresHash: hashWords(scores),
    },
  );
  const signers = reporters.filter((_, index) => index !== 1);
  const fields = { Report: types.Report.map((field) => ({ ...field })) };
  return Promise.all(signers.map((signer) => signer.signTypedData(domain, fields, message)));
}

async function recordOf(
  stage: Stage,
  { number, tournament }: FeedRound,
  settlements: readonly Settlement[],
  gas: Record<"positions" | "lock" | "report" | "settle", bigint>,
): Promise<ReplayRecord> {
  const locked = present((await events(stage, "RoundLocked"))[0], "RoundLocked");
  const settled = present((await events(stage, "RoundSettled"))[0], "RoundSettled");
  return {
    round: Number(number),
    tournament,
    payoutFactor: String(locked.args.payoutFactor),
    rewarded: String(settled.args.rewarded),
    burned: String(settled.args.burned),
    positions: settlements.map(({ model, position, stake, atRisk, payout }) => ({
      model: model.id,
      position,
      stake: String(weiFromNano(stake)),
      atRisk: String(weiFromNano(atRisk)),
      payout: String(weiFromNano(payout)),
    })),
    gas: {
      positions: String(gas.positions),
      lock: String(gas.lock),
      report: String(gas.report),
      settle: String(gas.settle),
      allIn: String(gas.lock + gas.report + gas.settle),
    },
  };
}

type EventName = "PositionOpened" | "BatchLocked" | "RoundLocked" | "RoundSettled";

async function events<Name extends EventName>({ staking, from }: Stage, name: Name) {
  return staking.queryFilter(staking.filters[name], from);
}

async function gasOf(sending: Parameters<typeof mined>[0]): Promise<bigint> {
  return (await mined(sending)).gasUsed;
}
