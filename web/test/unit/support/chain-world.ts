import { unpackStakes } from "@numeraire-staking/oracle/core/words";
import { weiFromNano } from "@numeraire-staking/oracle/core/units";
import { BaseError, type Hex, zeroAddress } from "viem";
import { type Chain, NMR, scoresWords } from "../../../../subgraph/test/chain.ts";
import { modelOf } from "../../../../subgraph/test/history.ts";
import type { Leaving } from "../../../src/core/exit.ts";
import {
  BATCH_STATES,
  isOver,
  MIN_NOTICE,
  type Moment,
  type PositionRound,
  ROUND_STATES,
  type Schedule,
} from "../../../src/core/rounds.ts";
import type { RiskLimits, Standing } from "../../../src/core/worst-case.ts";
import { type Deed, timeOf, type World } from "./world.ts";

type ContractRound = Pick<PositionRound, "terms" | "batches" | "reportedBatches"> & {
  state: number;
  schedule: Schedule;
};

const POSITION = 0;
const NAME = "ours";

export type ChainWorld = World & { readonly tournament: number };

/** A tournament of its own on the real contracts; its first position is the staker's. */
export async function chainWorld(chain: Chain, limits: RiskLimits): Promise<ChainWorld> {
  const { send, owner, read, client } = chain;
  const staker = chain.accounts[1] as Hex;
  const reporters = chain.reporters.map(({ address }) => address);
  const every = { ...limits, maxDuration: 10_000_000, minDisputeWindow: 0 };
  await send(owner, "createTournament", "Risk", every, zeroAddress, zeroAddress, 0n, reporters, 2);
  const tournament = await read<number>("tournaments");
  await send(owner, "fundReserve", tournament, 1_000n * NMR);

  const locks = new Map<bigint, { stakes: bigint[]; lockedAt: Moment }>();
  const reports = new Map<bigint, bigint[]>();
  let [opened, paid, isOpen] = [0n, 0n, false];
  let requestedAt: Moment | null = null;

  /** One transaction a block. */
  const moment = async (): Promise<Moment> => ({ block: await client.getBlockNumber({ cacheTime: 0 }), logIndex: 0 });

  async function roundOf(number: bigint): Promise<PositionRound> {
    const round = await read<ContractRound>("roundOf", tournament, number);
    const batch = await read<{ state: number }>("batchOf", tournament, number, 0);
    const lock = locks.get(number);
    return {
      ...round,
      number,
      state: ROUND_STATES[round.state] ?? "none",
      // Of a round that is over the contract may have forgotten it, but not the events.
      batch: BATCH_STATES[batch.state] ?? "none",
      lockedAt: lock?.lockedAt ?? null,
      stake: unpackStakes(lock?.stakes ?? [])[POSITION] ?? 0n,
    };
  }

  async function open({ terms, gaps }: Extract<Deed, { kind: "open" }>, now: number): Promise<void> {
    const [notice = 1, locking = 1, rest = 1, end = 1] = gaps;
    // A block more may be mined before the one that this is in.
    const closesAt = now + MIN_NOTICE + 60 + notice;
    const [lockedBy, resolvesAt] = [closesAt + locking, closesAt + locking + rest];
    const schedule = { closesAt, lockedBy, resolvesAt, settledBy: resolvesAt + 3_600 + end, disputeWindow: 0 };
    await send(owner, "openRound", tournament, opened + 1n, terms, schedule);
    opened += 1n;
  }

  async function lock(number: bigint): Promise<void> {
    const stakes = [...(await read<bigint[]>("stakesOf", tournament, 0))];
    await send(owner, "lock", tournament, number, 0);
    locks.set(number, { stakes, lockedAt: await moment() });
  }

  async function settle(number: bigint, [score0, score1]: readonly [bigint, bigint]): Promise<void> {
    const stakes = locks.get(number)?.stakes ?? [];
    if (!reports.has(number)) {
      const scores = scoresWords([[Number(score0), Number(score1)]], stakes.length);
      await chain.report(owner, tournament, number, 0, 0, stakes, scores);
      reports.set(number, scores);
    }
    await send(owner, "settle", tournament, number, 0, stakes, reports.get(number));
  }

  async function stakersDeed(deed: Deed): Promise<void> {
    if (deed.kind === "add" && isOpen)
      await send(staker, "increaseStake", tournament, POSITION, weiFromNano(deed.amount));
    if (deed.kind === "add" && !isOpen) {
      await send(staker, "openPosition", tournament, modelOf(NAME), weiFromNano(deed.amount), 0n, "0x");
      isOpen = true;
    }
    if (deed.kind === "request") {
      await send(staker, "requestWithdrawal", tournament, POSITION, weiFromNano(deed.amount));
      requestedAt = await moment();
    }
    if (deed.kind === "cancel") await send(staker, "cancelWithdrawal", tournament, POSITION);
    if (deed.kind === "withdraw") {
      const events = await send(staker, "withdraw", tournament, POSITION, staker);
      paid += events.find(({ eventName }) => eventName === "Withdrawn")?.args.amount as bigint;
    }
  }

  async function perform(deed: Deed, number: bigint | undefined, now: number): Promise<void> {
    if (deed.kind === "open") await open(deed, now);
    else if (number === undefined) await stakersDeed(deed);
    else if (deed.kind === "lock") await lock(number);
    else if (deed.kind === "settle") await settle(number, deed.scores);
    else if (deed.kind === "void") await send(owner, "voidRound", tournament, number);
  }

  const rounds = (): Promise<PositionRound[]> =>
    Promise.all(Array.from({ length: Number(opened) }, (_, place) => roundOf(BigInt(place + 1))));

  return {
    tournament,
    async act(deed, latest = Infinity) {
      const now = await chain.now();
      const number = "round" in deed && opened > 0n ? opened - (BigInt(deed.round) % opened) : undefined;
      const round = number === undefined ? undefined : await roundOf(number);
      const time = timeOf(deed, now, round?.schedule);
      // A report and its settlement are two blocks.
      if (time + 2 > latest || ("round" in deed && number === undefined)) return;
      if (time > now + 1) await chain.travelTo(time);
      await perform(deed, number, now).catch((error: unknown) => {
        if (!(error instanceof BaseError)) throw error;
      });
    },
    async standing(): Promise<Standing> {
      const [active, pending] = await read<[bigint, bigint]>("stakeOf", tournament, POSITION);
      const now = await chain.now();
      const live = (await rounds()).filter((round) => !isOver(round));
      return { active, pending, batch: 0, rounds: live, limits, now, minedBy: now + 1_800 };
    },
    async leaving(): Promise<Leaving> {
      const [, pending] = await read<[bigint, bigint]>("stakeOf", tournament, POSITION);
      return { pending, requestedAt, rounds: await rounds(), now: await chain.now() };
    },
    withdrawn: () => paid,
  };
}
