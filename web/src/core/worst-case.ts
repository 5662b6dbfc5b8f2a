import { InputError } from "@numeraire-staking/oracle/core/errors";
import type { Terms } from "@numeraire-staking/oracle/core/payout";
import { nanoFromWei, weiFromNano } from "@numeraire-staking/oracle/core/units";
import { maySettle, mayLock, MIN_NOTICE, type PositionRound } from "./rounds.ts";

/** What a tournament's limits say of every round that it can ever have; clip and exposure in 1e-9. */
export type RiskLimits = {
  readonly maxClip: bigint;
  readonly maxExposure: bigint;
  readonly maxRoundsInFlight: number;
};

/** A position, and all that may happen to it. Amounts in wei, times in unix seconds. */
export type Standing = {
  readonly active: bigint;
  readonly pending: bigint;
  /** Number of its batch; for a position not opened yet that of the next one. */
  readonly batch: number;
  /** Every round of the tournament that is not over. */
  readonly rounds: readonly PositionRound[];
  readonly limits: RiskLimits;
  /** Time of the block that all this was read at. */
  readonly now: number;
  /** The time by which what is signed now is mined; less than an hour later, so that rounds not open yet come too late. */
  readonly minedBy: number;
};

/** What a staker may do to a position; amounts in wei. `add` opens it where it does not exist. */
export type Act =
  | { readonly kind: "add" | "request"; readonly amount: bigint }
  | { readonly kind: "cancel" }
  | { readonly kind: "withdraw" };

/**
 * The most that a staker can lose of what is in a position: active and pending, wei. A withdrawal that is free counts
 * until it is taken, because a burn that finds too little active goes on to what is pending. Rounded up.
 */
export type WorstCase = {
  /** Active and pending together: nothing can ever take more. */
  readonly all: bigint;
  /** By the rounds that have locked it already, if no other ever does. */
  readonly locked: bigint;
  /** If everything is requested in a transaction that is mined by `minedBy`: rounds may lock it before that one. */
  readonly leaving: bigint;
  /** If everything is requested before any round that is not open yet can lock it: an hour after such a round opens. */
  readonly known: bigint;
  /** If the staker never acts again: rounds without end, within the tournament's limits. */
  readonly ever: bigint;
};

const ONE = 10n ** 18n;

/**
 * The most that can be lost from here on.
 * @throws InputError for amounts that aren't whole nano-NMR, and for a `minedBy` that isn't within an hour of `now`
 */
export function worstCase(standing: Standing): WorstCase {
  return worstOf(standing, nanoFromWei(standing.active, "active"), holdings(standing));
}

/**
 * The most that can be lost from the signing of an act on, of what is in the position then and what the act adds,
 * provided that it is mined by `minedBy` or fails. A round may lock before it or after it, and a burn may come before it.
 * @throws InputError as `worstCase` does, and for an act that takes more than there is
 */
export function worstCaseOfSigning(standing: Standing, act: Act): WorstCase {
  const after = afterAct(standing, act);
  const [before, then] = [nanoFromWei(standing.active, "active"), nanoFromWei(after.active, "amount")];
  const all = max(holdings(standing), holdings(after));
  return worstOf({ ...standing, active: after.active }, max(before, then), all);
}

/**
 * The position as an act leaves it.
 * @throws InputError for an act that takes more than there is
 */
export function afterAct(standing: Standing, act: Act): Standing {
  const { active, pending } = standing;
  switch (act.kind) {
    case "add":
      return { ...standing, active: active + act.amount };
    case "request":
      if (act.amount > active) throw new InputError("amount", "more is requested than is active; request less");
      return { ...standing, active: active - act.amount, pending: pending + act.amount };
    case "cancel":
      return { ...standing, active: active + pending, pending: 0n };
    case "withdraw":
      return { ...standing, pending: 0n };
  }
}

/**
 * The share of a stake that all rounds in flight together can burn of it at once, 1e-18, exact, at most 1: by the
 * tournament's limits alone.
 */
export function shareAtOnce({ maxClip, maxExposure, maxRoundsInFlight }: RiskLimits): bigint {
  const share = maxClip * maxExposure * BigInt(maxRoundsInFlight);
  return share > ONE ? ONE : share;
}

/** Whether the limits alone keep all rounds in flight together from burning more than the stake that they locked. */
export function cannotExceedStake({ maxClip, maxExposure, maxRoundsInFlight }: RiskLimits): boolean {
  return maxClip * maxExposure * BigInt(maxRoundsInFlight) <= ONE;
}

/** `soonest`: what rounds that lock before `minedBy` may find active, nano-NMR; later ones find what `standing` has. */
function worstOf(standing: Standing, soonest: bigint, all: bigint): WorstCase {
  const { batch, rounds, limits, now, minedBy } = standing;
  if (minedBy < now || minedBy >= now + MIN_NOTICE) {
    throw new InputError(
      "minedBy",
      `${minedBy} is not within an hour from ${now}; a round that opens meanwhile could lock`,
    );
  }
  const active = nanoFromWei(standing.active, "active");
  const locked = sum(rounds.filter((round) => maySettle(round, now)).map(({ stake, terms }) => burnUp(stake, terms)));
  const soon = rounds.filter((round) => mayLock(round, batch, now, minedBy));
  const later = rounds.filter((round) => mayLock(round, batch, now) && !soon.includes(round));
  const leaving = locked + burnsUp([[soon, soonest]], all);
  const known =
    locked +
    burnsUp(
      [
        [soon, soonest],
        [later, active],
      ],
      all,
    );
  const ever = limits.maxClip * limits.maxExposure === 0n ? locked : all;
  return {
    all: weiFromNano(all),
    locked: weiFromNano(min(all, locked)),
    leaving: weiFromNano(min(all, leaving)),
    known: weiFromNano(min(all, known)),
    ever: weiFromNano(min(all, ever)),
  };
}

/**
 * What rounds that lock so much, nano-NMR each, can burn at most. A reward that comes before their locks makes them lock
 * more. As long as they burn no more than one stake together, that costs nobody more than the reward was; beyond that it
 * does, and then only `all` bounds it.
 */
function burnsUp(locking: readonly (readonly [readonly PositionRound[], bigint])[], all: bigint): bigint {
  const shares = locking.flatMap(([rounds]) => rounds.map(({ terms }) => terms.clip * terms.exposure));
  if (sum(shares) > ONE) return all;
  return sum(locking.flatMap(([rounds, stake]) => rounds.map(({ terms }) => burnUp(stake, terms))));
}

/** What a round can burn at most of what it locked, nano-NMR. */
function burnUp(stake: bigint, { clip, exposure }: Terms): bigint {
  return (stake * exposure * clip + ONE - 1n) / ONE;
}

function holdings({ active, pending }: Standing): bigint {
  return nanoFromWei(active, "active") + nanoFromWei(pending, "pending");
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
