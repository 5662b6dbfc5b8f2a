import { zeroAddress } from "viem";
// What the contract's events come to, told once more: a position at a time, amounts in nano-NMR, everything else from the
// definitions of protocol.md. The index must say the same, and so must the contract's own views.
import type { At, Events, StakingEvent } from "./events.ts";
import { lanesOf, POSITIONS_PER_BATCH, sum, WEI_PER_NANO } from "./protocol.ts";
import {
  type Act,
  atRiskOf,
  type Batch,
  inFlight,
  type Point,
  type Position,
  type ReserveChange,
  type Round,
  standingReport,
  type Tournament,
} from "./state.ts";
import { CannotTell } from "./trouble.ts";

type Handlers = { [E in keyof Events]: (args: Events[E], at: At) => void };

export class Ledger {
  readonly tournaments: Tournament[] = [];
  readonly points: Point[] = [];
  /** Time of the latest event, unix seconds. */
  now = 0n;
  /** How many events there were of each kind. */
  readonly events = new Map<keyof Events, number>();

  knows(event: string): boolean {
    return Object.hasOwn(this.#handlers, event);
  }

  apply({ name, args, at }: StakingEvent): void {
    if (!this.knows(name)) throw new Error(`the check knows no event ${name}: it must learn what follows from it`);
    this.now = at.timestamp;
    this.events.set(name, (this.events.get(name) ?? 0) + 1);
    (this.#handlers[name] as (args: Events[keyof Events], at: At) => void)(args, at);
  }

  readonly #handlers: Handlers = {
    TournamentCreated: ({ tournament, organizer, name, limits }, at) => {
      this.tournaments.push({
        ...{ id: String(tournament), number: tournament, name, limits, at },
        ...{
          organizer: organizer.toLowerCase(),
          pendingOrganizer: zeroAddress,
          guardian: zeroAddress,
          registrar: zeroAddress,
        },
        ...{ minStake: 0n, reserve: 0n, reporterSets: [], positions: [], reserveChanges: [] },
        ...{ rounds: new Map<bigint, Round>(), settled: new Map<number, Batch[]>() },
        holdings: new Map<string, bigint>(),
      });
    },
    OrganizerTransferStarted: ({ tournament, pendingOrganizer }) => {
      this.tournament(tournament).pendingOrganizer = pendingOrganizer.toLowerCase();
    },
    OrganizerTransferred: ({ tournament, organizer }) => {
      Object.assign(this.tournament(tournament), { organizer: organizer.toLowerCase(), pendingOrganizer: zeroAddress });
    },
    ReportersSet: ({ tournament, reporterSet: number, reporters, quorum }, at) => {
      const lower = reporters.map((reporter) => reporter.toLowerCase());
      const set = { id: `${tournament}-${number}`, number, reporters: lower, quorum, at };
      this.tournament(tournament).reporterSets.push(set);
    },
    GuardianSet: ({ tournament, guardian }) => {
      this.tournament(tournament).guardian = guardian.toLowerCase();
    },
    RegistrarSet: ({ tournament, registrar }) => {
      this.tournament(tournament).registrar = registrar.toLowerCase();
    },
    MinStakeSet: ({ tournament, minStake }) => {
      this.tournament(tournament).minStake = nano(minStake);
    },
    ReserveFunded: ({ tournament, from, amount }, at) => {
      this.#changeReserve(this.tournament(tournament), "FUNDED", nano(amount), from, at);
    },
    ReserveWithdrawn: ({ tournament, to, amount }, at) => {
      this.#changeReserve(this.tournament(tournament), "WITHDRAWN", nano(amount), to, at);
    },
    PositionOpened: ({ tournament, position: number, staker, model }, at) => {
      const its = this.tournament(tournament);
      its.positions.push({
        ...{ id: `${tournament}-${number}`, tournament: its, number, staker: staker.toLowerCase(), model, at },
        ...{ active: 0n, pending: 0n, heldBy: [], requestedAt: 0n, rewarded: 0n, burned: 0n, acts: [] },
      });
    },
    StakeIncreased: ({ tournament, position, amount }, at) => {
      const its = this.position(tournament, position);
      move(its, nano(amount), 0n);
      this.#act(its, its.acts.length === 0 ? "OPENED" : "INCREASED", amount, null, at);
    },
    WithdrawalRequested: ({ tournament, position, amount }, at) => {
      const its = this.position(tournament, position);
      const range = Math.floor(position / POSITIONS_PER_BATCH);
      move(its, -nano(amount), nano(amount));
      its.heldBy = [...its.tournament.rounds.values()].filter((round) => inFlight(round) && round.batches.has(range));
      its.requestedAt = at.timestamp;
      this.#act(its, "WITHDRAWAL_REQUESTED", amount, null, at);
    },
    WithdrawalCancelled: ({ tournament, position, amount }, at) => {
      const its = this.position(tournament, position);
      move(its, its.pending, -its.pending);
      this.#act(its, "WITHDRAWAL_CANCELLED", amount, null, at);
    },
    Withdrawn: ({ tournament, position, to, amount }, at) => {
      const its = this.position(tournament, position);
      move(its, 0n, -its.pending);
      this.#act(its, "WITHDRAWN", amount, to.toLowerCase(), at);
    },
    RoundOpened: ({ tournament, round: number, terms, schedule }, at) => {
      const its = this.tournament(tournament);
      const reporterSet = its.reporterSets.at(-1);
      if (!reporterSet) throw new Error(`tournament ${tournament} has no reporters`);
      its.rounds.set(number, {
        ...{ id: `${tournament}-${number}`, tournament: its, number, terms, schedule, reporterSet, at },
        ...{ guardian: its.guardian, size: 0, batches: new Map<number, Batch>() },
      });
    },
    BatchLocked: ({ tournament, round, batch: number, stakes: words }, at) => {
      const its = this.round(tournament, round);
      if (its.size === 0) its.size = Math.ceil(its.tournament.positions.length / POSITIONS_PER_BATCH);
      const stakes = lanesOf(words);
      const id = `${its.id}-${number}`;
      its.batches.set(number, { id, round: its, number, words, stakes, staked: sum(stakes), reports: [], at });
      if (its.batches.size === its.size) its.lockedAt = at;
      this.#point(its.tournament, at);
    },
    ScoresReported: ({ tournament, round, batch, signers: signerBits, scores: words, relayer }, at) => {
      const { id, reports } = this.batch(tournament, round, batch);
      const attempt = reports.length;
      reports.push({ id: `${id}-${attempt}`, attempt, signerBits, words, relayer: relayer.toLowerCase(), at });
    },
    ScoresVetoed: ({ tournament, round, batch }, at) => {
      const report = standingReport(this.batch(tournament, round, batch));
      if (report) report.veto = at;
    },
    BatchSettled: ({ tournament, round, batch: number, payouts: words }, at) => {
      const batch = this.batch(tournament, round, number);
      const payouts = new BigInt64Array(lanesOf(words).buffer);
      batch.settlement = { words, payouts, at };
      this.#settle(batch, payouts, at);
      if ([...batch.round.batches.values()].filter(({ settlement }) => settlement).length === batch.round.size) {
        batch.round.settledAt = at;
      }
    },
    RoundVoided: ({ tournament, round }, at) => {
      this.round(tournament, round).voidedAt = at;
      this.#point(this.tournament(tournament), at);
    },
    // Both follow from the batches.
    RoundLocked: () => undefined,
    RoundSettled: () => undefined,
  };

  tournament(number: number): Tournament {
    return known(this.tournaments[number - 1], `tournament ${number}`);
  }

  position(tournament: number, number: number): Position {
    return known(this.tournament(tournament).positions[number], `position ${tournament}-${number}`);
  }

  round(tournament: number, number: bigint): Round {
    return known(this.tournament(tournament).rounds.get(number), `round ${tournament}-${number}`);
  }

  batch(tournament: number, round: bigint, number: number): Batch {
    return known(this.round(tournament, round).batches.get(number), `batch ${tournament}-${round}-${number}`);
  }

  #act(position: Position, kind: Act["kind"], amount: bigint, to: string | null, at: At): void {
    const { active, pending, tournament } = position;
    position.acts.push({ kind, amount: nano(amount), active, pending, to, at });
    this.#point(tournament, at);
  }

  #changeReserve(its: Tournament, kind: ReserveChange["kind"], amount: bigint, account: string, at: At): void {
    its.reserve += kind === "FUNDED" ? amount : -amount;
    its.reserveChanges.push({ kind, amount, reserve: its.reserve, account: account.toLowerCase(), at });
    this.#point(its, at);
  }

  /** A reward joins active, or pending where only that is left; a burn takes active, then pending (protocol.md §5, §13). */
  #settle(batch: Batch, payouts: BigInt64Array, at: At): void {
    const its = batch.round.tournament;
    let rewarded = 0n;
    let burned = 0n;
    for (const [lane, payout] of payouts.entries()) {
      if (payout === 0n) continue;
      const position = this.position(its.number, batch.number * POSITIONS_PER_BATCH + lane);
      const { active, pending } = position;
      if (payout > 0n) {
        rewarded += payout;
        position.rewarded += payout;
        if (active === 0n && pending > 0n) move(position, 0n, payout);
        else move(position, payout, 0n);
      } else {
        burned -= payout;
        position.burned -= payout;
        const fromActive = -payout < active ? payout : -active;
        move(position, fromActive, payout - fromActive);
      }
    }
    its.reserve -= rewarded;
    its.settled.set(batch.number, [...(its.settled.get(batch.number) ?? []), batch]);
    this.#point(its, at, rewarded, burned);
  }

  #point(tournament: Tournament, at: At, rewarded = 0n, burned = 0n): void {
    // graph-node numbers the points of a block from the block's number × 2^32 on.
    const last = this.points.at(-1);
    const id = last?.at.block === at.block ? last.id + 1n : at.block << 32n;
    const { reserve, holdings } = tournament;
    const staked = sum(holdings.values());
    const atRisk = sum([...tournament.rounds.values()].map(atRiskOf));
    this.points.push({ id, tournament, staked, atRisk, reserve, rewarded, burned, stakers: holdings.size, at });
  }
}

function move(position: Position, active: bigint, pending: bigint): void {
  position.active += active;
  position.pending += pending;
  const { holdings } = position.tournament;
  const held = (holdings.get(position.staker) ?? 0n) + active + pending;
  if (held === 0n) holdings.delete(position.staker);
  else holdings.set(position.staker, held);
}

function nano(wei: bigint): bigint {
  if (wei % WEI_PER_NANO !== 0n) throw new Error(`${wei} wei are no whole nano-NMR`);
  return wei / WEI_PER_NANO;
}

function known<T>(found: T | undefined, what: string): T {
  if (found === undefined)
    throw new CannotTell(`an event names ${what}, and none before made it: fromBlock is too late`);
  return found;
}
