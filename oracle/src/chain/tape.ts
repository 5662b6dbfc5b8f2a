import { type Address, type Hex, parseEventLogs } from "viem";
import type { Schedule } from "../core/facts.ts";
import type { RoundState, Totals } from "../core/history.ts";
import type { Terms } from "../core/payout.ts";
import { WEI_PER_NANO } from "../core/units.ts";
import { POSITIONS_PER_BATCH, unpackPayouts } from "../core/words.ts";
import { numeraireStakingAbi as abi } from "./generated/abi.ts";

/** Where an event stands. */
export type Place = { readonly block: bigint; readonly blockHash: Hex; readonly transaction: Hex };

type Taped<T> = Place & T;

export type TapedBatch = {
  readonly index: number;
  lock: Taped<{ readonly stakes: readonly bigint[] }> | null;
  readonly reports: Taped<{
    readonly attempt: number;
    readonly signers: bigint;
    readonly scores: readonly bigint[];
  }>[];
  readonly vetoes: Taped<{ readonly attempt: number }>[];
  settlement: Taped<{
    readonly rewarded: bigint;
    readonly burned: bigint;
    readonly payouts: readonly bigint[];
    readonly balances: readonly bigint[];
  }> | null;
};

export type TapedRound = {
  readonly number: bigint;
  readonly opened: Place;
  readonly terms: Terms;
  readonly schedule: Schedule;
  readonly reporters: readonly Address[];
  readonly quorum: number;
  readonly batches: Map<number, TapedBatch>;
  state: RoundState;
  totals: Totals;
};

/** A tournament as its events tell it from the first one on. */
export type Tape = { readonly models: readonly Hex[]; readonly rounds: ReadonlyMap<bigint, TapedRound> };

export type Logs = Parameters<typeof parseEventLogs>[0]["logs"];

type Entry = ReturnType<typeof entriesOf>[number];
type RoundEntry = Extract<Entry, { readonly args: { readonly round: bigint } }>;

/** Plays the events of one tournament, in their order. */
export function tapeOf(logs: Logs): Tape {
  const player = new Player();
  for (const entry of entriesOf(logs)) player.add(entry);
  return player;
}

function entriesOf(logs: Logs) {
  return parseEventLogs({ abi, logs });
}

class Player implements Tape {
  readonly models: Hex[] = [];
  readonly rounds = new Map<bigint, TapedRound>();
  /** What each position has, active and pending together, nano-NMR: what a burn may take at most. */
  readonly #balances: bigint[] = [];
  #reporters: readonly Address[] = [];
  #quorum = 0;

  add(entry: Entry): void {
    switch (entry.eventName) {
      case "ReportersSet":
        this.#reporters = entry.args.reporters;
        this.#quorum = entry.args.quorum;
        break;
      case "PositionOpened":
        this.models[entry.args.position] = entry.args.model;
        break;
      case "StakeIncreased":
        this.#pay(entry.args.position, entry.args.amount / WEI_PER_NANO);
        break;
      case "Withdrawn":
        this.#pay(entry.args.position, -entry.args.amount / WEI_PER_NANO);
        break;
      case "RoundOpened":
        this.#open(entry.args, placeOf(entry));
        break;
      default:
        if ("round" in entry.args) this.#happened(entry as RoundEntry);
    }
  }

  #open({ round: number, terms, schedule }: { round: bigint; terms: Terms; schedule: Schedule }, opened: Place): void {
    const totals = { atRisk: 0n, payoutFactor: 0n, rewarded: 0n, burned: 0n };
    const set = { reporters: this.#reporters, quorum: this.#quorum };
    this.rounds.set(number, { number, opened, terms, schedule, ...set, batches: new Map(), state: "open", totals });
  }

  #happened(entry: RoundEntry): void {
    const round = this.rounds.get(entry.args.round);
    if (round === undefined) return;
    const { totals } = round;
    switch (entry.eventName) {
      case "RoundLocked":
        round.state = "locked";
        round.totals = {
          ...totals,
          atRisk: entry.args.atRisk / WEI_PER_NANO,
          payoutFactor: entry.args.payoutFactor,
        };
        break;
      case "RoundSettled":
        round.state = "settled";
        round.totals = { ...totals, ...inNano(entry.args) };
        break;
      case "RoundVoided":
        round.state = "void";
        break;
      default:
        this.#batch(round, entry);
    }
  }

  #batch(round: TapedRound, entry: RoundEntry): void {
    const place = placeOf(entry);
    switch (entry.eventName) {
      case "BatchLocked":
        if (round.state === "open") round.state = "locking";
        batchOf(round, entry.args.batch).lock = { ...place, stakes: entry.args.stakes };
        break;
      case "ScoresReported": {
        const { batch, attempt, signers, scores } = entry.args;
        batchOf(round, batch).reports.push({ ...place, attempt, signers, scores });
        break;
      }
      case "ScoresVetoed":
        batchOf(round, entry.args.batch).vetoes.push({ ...place, attempt: entry.args.attempt });
        break;
      case "BatchSettled": {
        const { batch, payouts } = entry.args;
        const balances = this.#settle(batch, payouts);
        const paid = inNano(entry.args);
        batchOf(round, batch).settlement = { ...place, ...paid, payouts, balances };
        // A round that ends void has no event with its sums.
        const { rewarded, burned } = round.totals;
        round.totals = { ...round.totals, rewarded: rewarded + paid.rewarded, burned: burned + paid.burned };
        break;
      }
      default:
    }
  }

  #settle(batch: number, payouts: readonly bigint[]): bigint[] {
    const first = batch * POSITIONS_PER_BATCH;
    return unpackPayouts(payouts).map((payout, lane) => {
      const balance = this.#balances[first + lane] ?? 0n;
      this.#pay(first + lane, payout);
      return balance;
    });
  }

  #pay(position: number, amount: bigint): void {
    this.#balances[position] = (this.#balances[position] ?? 0n) + amount;
  }
}

function batchOf({ batches }: TapedRound, index: number): TapedBatch {
  const known = batches.get(index) ?? { index, lock: null, reports: [], vetoes: [], settlement: null };
  batches.set(index, known);
  return known;
}

function inNano({ rewarded, burned }: { readonly rewarded: bigint; readonly burned: bigint }) {
  return { rewarded: rewarded / WEI_PER_NANO, burned: burned / WEI_PER_NANO };
}

function placeOf({ blockNumber, blockHash, transactionHash }: Entry): Place {
  return { block: blockNumber, blockHash, transaction: transactionHash };
}
