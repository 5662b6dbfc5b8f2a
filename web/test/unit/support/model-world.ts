import { payoutFactorDown, payoutTowardZero, settleLane, totalAtRiskDown } from "@numeraire-staking/oracle/core/payout";
import { weiFromNano } from "@numeraire-staking/oracle/core/units";
import { type Leaving } from "../../../src/core/exit.ts";
import { isOver, MIN_NOTICE, type Moment, type PositionRound } from "../../../src/core/rounds.ts";
import type { RiskLimits, Standing } from "../../../src/core/worst-case.ts";
import { type Deed, timeOf, type World } from "./world.ts";

type ModelRound = { -readonly [Field in keyof PositionRound]: PositionRound[Field] } & {
  other: PositionRound["batch"];
};

/** The contract as protocol.md tells it, for one position: quick, and written without a look at what it judges. */
export function modelWorld(limits: RiskLimits, batch: 0 | 1): World {
  const rounds: ModelRound[] = [];
  let [active, pending, paid] = [0n, 0n, 0n];
  let [now, block] = [1_000_000, 0n];
  let requestedAt: Moment | null = null;
  const heldBy = new Set<ModelRound>();

  const inFlight = (): number => rounds.filter(({ state }) => state === "locking" || state === "locked").length;

  function open({ terms, gaps }: Extract<Deed, { kind: "open" }>): void {
    const [notice = 1, locking = 1, rest = 1, end = 1] = gaps;
    const closesAt = now + MIN_NOTICE + notice;
    const [lockedBy, resolvesAt] = [closesAt + locking, closesAt + locking + rest];
    const schedule = { closesAt, lockedBy, resolvesAt, settledBy: resolvesAt + 3_600 + end };
    const number = BigInt(rounds.length + 1);
    const none = { batches: 0, reportedBatches: 0, lockedAt: null, stake: 0n } as const;
    rounds.push({ number, state: "open", terms, schedule, ...none, batch: "none", other: "none" });
  }

  function lock(round: ModelRound, which: number): void {
    const { closesAt, lockedBy } = round.schedule;
    if (now < closesAt || now >= lockedBy || (round.state !== "open" && round.state !== "locking")) return;
    if (round.state === "open") {
      if (inFlight() >= limits.maxRoundsInFlight) return;
      // Whether somebody had opened the second batch by then is as random as the round's number.
      round.batches = batch === 1 && round.number % 3n === 0n ? 1 : 2;
      round.state = "locking";
    }
    if (which >= round.batches) return;
    if (which === batch && round.batch === "none") {
      round.batch = "locked";
      round.stake = active;
      round.lockedAt = { block, logIndex: 0 };
    } else if (which !== batch && round.other === "none") round.other = "locked";
    const isWhole = round.other !== "none" && (round.batch !== "none" || batch >= round.batches);
    if (isWhole) round.state = "locked";
  }

  function settle(round: ModelRound, which: number, { scores, others }: Extract<Deed, { kind: "settle" }>): void {
    const { resolvesAt, settledBy } = round.schedule;
    if (round.state !== "locked" || now < resolvesAt || now >= settledBy) return;
    if (round.reportedBatches === 0 && now + 3_600 > settledBy) return;
    round.reportedBatches = round.batches;
    if (round.other === "locked") round.other = "reported";
    if (round.batch === "locked") round.batch = "reported";
    if (which !== batch && round.other === "reported") round.other = "settled";
    if (which === batch && round.batch === "reported") {
      const factor = payoutFactorDown(totalAtRiskDown(round.stake + others, round.terms), round.terms);
      const payout = payoutTowardZero(round.stake, scores, factor, round.terms);
      // A lane of zero is passed over.
      if (round.stake !== 0n) ({ active, pending } = settleLane({ active, pending }, payout));
      round.batch = "settled";
    }
    if (round.other === "settled" && (round.batch === "settled" || batch >= round.batches)) round.state = "settled";
  }

  function voidRound(round: ModelRound): void {
    const from = round.state === "locked" ? round.schedule.settledBy : round.schedule.lockedBy;
    if (!isOver(round) && now >= from) round.state = "void";
  }

  function stakersDeed(deed: Deed): void {
    if (deed.kind === "add") active += deed.amount;
    if (deed.kind === "request" && deed.amount > 0n && deed.amount <= active) {
      [active, pending] = [active - deed.amount, pending + deed.amount];
      requestedAt = { block, logIndex: 0 };
      heldBy.clear();
      for (const round of rounds) if (round.batch !== "none") heldBy.add(round);
    }
    if (deed.kind === "cancel") [active, pending] = [active + pending, 0n];
    if (deed.kind === "withdraw" && [...heldBy].every(isOver)) [paid, pending] = [paid + pending, 0n];
  }

  return {
    act(deed, latest = Infinity) {
      const round = "round" in deed ? rounds[rounds.length - 1 - (deed.round % Math.max(rounds.length, 1))] : undefined;
      const time = timeOf(deed, now, round?.schedule);
      if (time > latest) return Promise.resolve();
      [now, block] = [time, block + 1n];
      if (deed.kind === "open") open(deed);
      else if (round === undefined) stakersDeed(deed);
      else if (deed.kind === "lock") deed.batches.forEach((which) => lock(round, which));
      else if (deed.kind === "settle") deed.batches.forEach((which) => settle(round, which, deed));
      else if (deed.kind === "void") voidRound(round);
      return Promise.resolve();
    },
    standing(): Promise<Standing> {
      const live = rounds.filter((round) => !isOver(round)).map((round) => ({ ...round }));
      const position = { active: weiFromNano(active), pending: weiFromNano(pending), batch };
      return Promise.resolve({ ...position, rounds: live, limits, now, minedBy: now + 1_800 });
    },
    leaving(): Promise<Leaving> {
      const all = rounds.map((round) => ({ ...round }));
      return Promise.resolve({ pending: weiFromNano(pending), requestedAt, rounds: all, now });
    },
    withdrawn: () => weiFromNano(paid),
  };
}
