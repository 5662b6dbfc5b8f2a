import type { Json } from "../../oracle/src/core/json.ts";
import { weiFromNano } from "../../oracle/src/core/units.ts";
import type { Creation } from "../../ignition/modules/tournament.ts";
import { Fields, type Measure } from "./fields.ts";
import { DAY, days, HOUR, ONE, percent } from "./units.ts";

/** Terms of a round, in the contract's units. */
export type Terms = {
  readonly multipliers: readonly [bigint, bigint];
  readonly clip: bigint;
  readonly stakeThreshold: bigint;
  readonly exposure: bigint;
};

/** How rounds follow each other; all times are seconds. */
export type Rhythm = {
  readonly roundsPerWeek: bigint;
  /** From the close to `lockedBy`. */
  readonly lockWindow: bigint;
  /** From the close to `resolvesAt`. */
  readonly resolvesAfter: bigint;
  /** From `resolvesAt` to `settledBy`. */
  readonly settleWindow: bigint;
  readonly disputeWindow: bigint;
};

/** A kind of tournament: limits that never change, and the terms and rhythm its rounds have today. Amounts are wei. */
export type Preset = Pick<Creation, "name" | "limits" | "minStake"> & {
  readonly terms: Terms;
  readonly rhythm: Rhythm;
};

const WEEK_DAYS = 7n;
/** What the contract keeps free between the end of the dispute window and `settledBy`: its MIN_SETTLEMENT_TIME. */
const SETTLEMENT_TIME = HOUR;

const PERCENT: Measure = { steps: ONE / 100n, unit: "percent", least: 0n, most: 100n };
const HOURS: Measure = { steps: HOUR, unit: "hours", least: 0n, most: 24n * 365n };
const DAYS: Measure = { steps: DAY, unit: "days", least: 1n, most: 3_650n };
const NMR: Measure = { steps: ONE, unit: "NMR", least: 0n, most: 11_000_000n };
const MULTIPLIER: Measure = { steps: ONE, unit: "times the score", least: -1_000n, most: 1_000n };
const ROUNDS: Measure = { steps: 1n, unit: "rounds", least: 1n, most: 65_535n };
const ROUNDS_PER_WEEK: Measure = { steps: 1n, unit: "rounds a week", least: 1n, most: WEEK_DAYS };
const LONGEST_NAME = 64;
const LONGEST_REASON = 500;

/** Reads a preset: each number with its reason. @throws ParametersError naming every bad field. */
export function readPreset(file: string, json: Json): Preset {
  return Fields.read(file, json, (fields) => {
    const preset: Preset = {
      name: fields.text("name", LONGEST_NAME),
      limits: fields.object("limits", readLimits),
      minStake: weiFromNano(reasoned(fields, "minStakeNmr", NMR)),
      terms: fields.object("terms", readTerms),
      rhythm: fields.object("schedule", readRhythm),
    };
    if (fields.good) compare(preset, fields);
    return preset;
  });
}

function readLimits(fields: Fields): Preset["limits"] {
  return {
    maxClip: reasoned(fields, "maxClipPercent", PERCENT),
    maxExposure: reasoned(fields, "maxExposurePercent", PERCENT),
    maxRoundsInFlight: reasoned(fields, "maxRoundsInFlight", ROUNDS),
    maxDuration: reasoned(fields, "maxDurationDays", DAYS),
    minDisputeWindow: reasoned(fields, "minDisputeWindowHours", HOURS),
  };
}

function readTerms(fields: Fields): Terms {
  return {
    multipliers: [reasoned(fields, "score0Multiplier", MULTIPLIER), reasoned(fields, "score1Multiplier", MULTIPLIER)],
    clip: reasoned(fields, "clipPercent", PERCENT),
    stakeThreshold: reasoned(fields, "stakeThresholdNmr", NMR),
    exposure: reasoned(fields, "exposurePercent", PERCENT),
  };
}

function readRhythm(fields: Fields): Rhythm {
  return {
    roundsPerWeek: reasoned(fields, "roundsPerWeek", ROUNDS_PER_WEEK),
    lockWindow: reasoned(fields, "lockWindowHours", { ...HOURS, least: 1n }),
    resolvesAfter: reasoned(fields, "resolvesAfterDays", DAYS),
    settleWindow: reasoned(fields, "settleWindowDays", DAYS),
    disputeWindow: reasoned(fields, "disputeWindowHours", HOURS),
  };
}

function reasoned(fields: Fields, key: string, measure: Measure): bigint {
  return fields.object(key, (entry) => {
    entry.text("reason", LONGEST_REASON);
    return entry.decimal("value", measure);
  });
}

/** Today's rounds have to be possible within the limits, or no round could ever be opened, locked or reported. */
function compare({ limits, terms, rhythm }: Preset, fields: Fields): void {
  const { disputeWindow, lockWindow, resolvesAfter, settleWindow } = rhythm;
  const { maxClip, maxExposure, minDisputeWindow, maxDuration, maxRoundsInFlight } = limits;
  const length = longest(rhythm);
  const rounds = roundsWithin(length, rhythm);
  const atMost = (
    field: string,
    value: bigint,
    most: bigint,
    whose: string,
    shown: (value: bigint) => string,
  ): void => {
    if (value > most) fields.problem(field, `${shown(value)}; must be at most ${whose}, ${shown(most)}`);
  };
  const atLeast = (
    field: string,
    value: bigint,
    least: bigint,
    whose: string,
    shown: (value: bigint) => string,
  ): void => {
    if (value < least) fields.problem(field, `${shown(value)}; must be at least ${whose}, ${shown(least)}`);
  };
  atMost("terms.clipPercent", terms.clip, maxClip, "limits.maxClipPercent", percent);
  atMost("terms.exposurePercent", terms.exposure, maxExposure, "limits.maxExposurePercent", percent);
  atLeast("schedule.disputeWindowHours", disputeWindow, minDisputeWindow, "limits.minDisputeWindowHours", days);
  atMost("schedule.lockWindowHours", lockWindow, resolvesAfter, "schedule.resolvesAfterDays", days);
  // A second more than the contract's own reserve: reports need some time too.
  const settling = disputeWindow + SETTLEMENT_TIME + 1n;
  atLeast("schedule.settleWindowDays", settleWindow, settling, "schedule.disputeWindowHours and an hour", days);
  atLeast("limits.maxDurationDays", maxDuration, length, "schedule.resolvesAfterDays and settleWindowDays", days);
  const inFlight = "what this schedule may have in flight at once";
  atLeast("limits.maxRoundsInFlight", maxRoundsInFlight, rounds, inFlight, (count) => `${count} rounds`);
}

/** From the close to `settledBy`. */
function longest({ resolvesAfter, settleWindow }: Rhythm): bigint {
  return resolvesAfter + settleWindow;
}

/** Most rounds that close within so many seconds, the first second included and the last not: one a day on days in a row. */
export function roundsWithin(seconds: bigint, { roundsPerWeek }: Pick<Rhythm, "roundsPerWeek">): bigint {
  const days = (seconds + DAY - 1n) / DAY;
  const rest = days % WEEK_DAYS;
  return (days / WEEK_DAYS) * roundsPerWeek + (rest < roundsPerWeek ? rest : roundsPerWeek);
}

/** What a staker has to reckon with. Shares are of the stake, 1e-9. */
export type Worst = {
  /** One round at the limits. */
  readonly oneRound: bigint;
  /** All rounds that may be in flight, at the limits; not above the whole. */
  readonly allInFlight: bigint;
  /** Longest wait for a withdrawal, seconds. */
  readonly exit: bigint;
  /** Rounds in flight, each settled right after its dispute window. */
  readonly usuallyInFlight: bigint;
  /** Rounds in flight, each settled in its last second. */
  readonly mostInFlight: bigint;
  /** Reserve that covers every reward in `usuallyInFlight` rounds on today's terms, as a share of all stakes. */
  readonly reserve: bigint;
};

export function worstOf({ limits, terms, rhythm }: Pick<Preset, "limits" | "terms" | "rhythm">): Worst {
  const oneRound = (limits.maxClip * limits.maxExposure) / ONE;
  const all = oneRound * limits.maxRoundsInFlight;
  const usuallyInFlight = roundsWithin(rhythm.resolvesAfter + rhythm.disputeWindow, rhythm);
  return {
    oneRound,
    allInFlight: all > ONE ? ONE : all,
    exit: limits.maxDuration,
    usuallyInFlight,
    mostInFlight: roundsWithin(longest(rhythm), rhythm),
    reserve: ((terms.clip * terms.exposure) / ONE) * usuallyInFlight,
  };
}
