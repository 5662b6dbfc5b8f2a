import { type Address, type Hex, numberToHex, zeroHash } from "viem";
import type { Schedule, Settings } from "../../src/core/facts.ts";
import { modelId } from "../../src/core/models.ts";
import { packStakes, POSITIONS_PER_BATCH, type Scores, unpackStakes } from "../../src/core/words.ts";
import { type Feed, type FeedDetails, type FeedRound, FeedUnavailable } from "../../src/feeds/feed.ts";
import { TERMS } from "../plan-world.ts";
import { type Chance } from "./chance.ts";
import type { ModelRound, ModelState } from "./contract.ts";
import { type Knobs, REPORT_WINDOW } from "./knobs.ts";

// What is given in a schedule: rounds, stakes, and what the feed says at which time to whom.

export const START = 1_000_000;
export const DOMAIN = { chainId: 1, contract: numberToHex(7, { size: 20 }), tournament: 1 } as const;
/** Each batch has so many positions. */
const LANES_USED = 4;
const MODELS: readonly Hex[] = Array.from({ length: POSITIONS_PER_BATCH + LANES_USED }, (_, index) =>
  modelId(nameAt(index)),
);
/** What a liar's feed says, and what the feed says for a moment. */
export const LIE = 99;
export const FLICKER = 50;
/** What it says to all others at first. */
export const TRUTH = 1;
const SETTLE_WINDOW = 3_600;
/** Two blocks see what passes; no two readings that are far enough apart do. */
const FLICKER_SECONDS = 13;

/** Of all positions. */
export function modelsOf(batches: number): readonly Hex[] {
  return MODELS.slice(0, (batches - 1) * POSITIONS_PER_BATCH + LANES_USED);
}

export function reporterOf(operator: number): Address {
  return numberToHex(0x1000 + operator, { size: 20 });
}

export function relayerOf(operator: number): Address {
  return numberToHex(0x2000 + operator, { size: 20 });
}

/** A batch's stakes on a branch: every other branch has other ones. */
export function stakesOf(batch: number, salt: number): bigint[] {
  return packStakes([BigInt(1_000 + batch + 10 * salt), 0n, 3_000n, 4_000n]);
}

export function settingsOf(operator: number, knobs: Knobs): Settings {
  const isRelay = operator >= knobs.operators;
  return {
    reporters: isRelay ? [] : [reporterOf(operator)],
    relayer: knobs.relayOnly && !isRelay ? null : relayerOf(operator),
    organizer: null,
    lockWindow: 600,
    settleWindow: REPORT_WINDOW,
    disputeWindow: knobs.disputeWindow,
    openMargin: 60,
    repeatVetoed: false,
    turnSeconds: knobs.turnSeconds,
  };
}

export function openingState(knobs: Knobs): ModelState {
  const numbers = Array.from({ length: knobs.rounds }, (_, index) => index + 1);
  return new Map(numbers.map((number) => [BigInt(number), openRound(number, knobs)]));
}

function openRound(number: number, { operators, quorum, batches, disputeWindow }: Knobs): ModelRound {
  const closesAt = START + 60 + number * 12;
  const resolvesAt = closesAt + 1_200 + number * 36;
  const schedule: Schedule = {
    closesAt,
    lockedBy: closesAt + 600,
    resolvesAt,
    settledBy: resolvesAt + REPORT_WINDOW + disputeWindow + SETTLE_WINDOW,
    disputeWindow,
  };
  return {
    number: BigInt(number),
    state: "open",
    terms: TERMS,
    schedule,
    reporters: Array.from({ length: operators }, (_, index) => reporterOf(index)),
    quorum,
    batches: Array.from({ length: batches }, (_, index) => ({
      index,
      state: "unlocked" as const,
      attempt: 0,
      reportedAt: 0,
      stakes: [],
      stakesHash: zeroHash,
      lockedAtBlock: null,
      scores: [],
      vetoedHash: null,
    })),
  };
}

function nameAt(position: number): string {
  return `m${position}`;
}

/** The scores of a batch's lanes by one of the feed's versions. */
export function scoresOf(batch: number, stakes: readonly bigint[], version: number): Scores[] {
  return unpackStakes(stakes).map((stake, lane) =>
    stake === 0n ? [0n, 0n] : scoresAt(version, batch * LANES_USED + lane),
  );
}

function scoresAt(version: number, index: number): Scores {
  return [BigInt(version), -BigInt(index)];
}

/** What the feed says, and when not. */
export class Script {
  /** What it says to the honest; a veto makes it say something else. */
  truth = TRUTH;
  readonly #away: { readonly from: number; readonly until: number };
  /** From when on it says what passes, and what holds from then on. */
  readonly #flicker: number;
  readonly #flip: number;
  readonly #rounds: readonly ModelRound[];
  readonly #clock: () => number;

  constructor(state: ModelState, knobs: Knobs, clock: () => number, chance: Chance) {
    this.#rounds = [...state.values()];
    this.#clock = clock;
    const from = (this.#rounds[0]?.schedule.resolvesAt ?? START) + chance.within(0, 120);
    this.#away = { from, until: from + knobs.away };
    this.#flicker = knobs.flicker ? from + chance.within(-60, 60) : Infinity;
    this.#flip = knobs.flip ? from + chance.within(0, 120) : Infinity;
  }

  /** Which of its truths the feed tells now: a lie, what it says for a moment, or what holds. */
  version(isLiar: boolean): number {
    const now = this.#clock();
    if (isLiar) return LIE;
    if (now >= this.#flicker && now < this.#flicker + FLICKER_SECONDS) return FLICKER;
    return now >= this.#flip ? this.truth + 1 : this.truth;
  }

  feed(isLiar: boolean): Feed {
    return {
      rounds: () => {
        this.#requireThere();
        return Promise.resolve({ rounds: this.#rounds.map((round) => this.#listed(round)), refused: [] });
      },
      details: (number) => {
        this.#requireThere();
        return Promise.resolve(detailsOf(number, this.version(isLiar)));
      },
    };
  }

  #listed({ number, schedule, terms }: ModelRound): FeedRound {
    const resolved = this.#clock() >= schedule.resolvesAt;
    return {
      tournament: DOMAIN.tournament,
      number,
      opensAt: START - 20_000,
      closesAt: schedule.closesAt,
      resolvesAt: schedule.resolvesAt,
      status: resolved ? "resolved" : "resolving",
      resolved,
      terms,
      scoreNames: ["first", "second"],
    };
  }

  #requireThere(): void {
    const now = this.#clock();
    if (now >= this.#away.from && now < this.#away.until) throw new FeedUnavailable("away");
  }
}

/** Which of the feed's versions the scores come from. */
export function versionOf(scores: readonly bigint[]): number {
  return Number(((scores[0] ?? 0n) >> 32n) & 0xffffn);
}

const cache = new Map<string, FeedDetails>();

function detailsOf(number: bigint, version: number): FeedDetails {
  const key = `${number.toString()} ${version}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const used = [0, POSITIONS_PER_BATCH].flatMap((first) =>
    Array.from({ length: LANES_USED }, (_, lane) => first + lane),
  );
  const details: FeedDetails = {
    tournament: DOMAIN.tournament,
    number,
    resolved: true,
    models: used.map((position, index) => ({
      id: nameAt(position),
      name: nameAt(position),
      model: modelId(nameAt(position)),
      stake: 1n,
      scores: scoresAt(version, index),
      raw: { first: String(version), second: String(-index) },
      settled: null,
    })),
    digest: numberToHex(version * 1_000 + Number(number), { size: 32 }),
  };
  cache.set(key, details);
  return details;
}
