import { nanoFromWei, weiFromNano } from "@numeraire-staking/oracle/core/units";
import type { Hex } from "viem";
import { copy } from "../copy/en.ts";
import { exactNmr, exactPercent } from "./amounts.ts";
import { type Standing, type WorstCase, worstCase, worstCaseOfSigning } from "./worst-case.ts";

/** A model's part of a plan, 1e-4: hundredths of a per cent. */
export type Share = { readonly model: Hex; readonly share: bigint };

/** What a model shall have staked, wei. */
export type Target = { readonly model: Hex; readonly stake: bigint };

/** What a model has; `position` is null where none was opened on it yet. */
export type Held = { readonly model: Hex; readonly position: number | null; readonly standing: Standing };

/** One call of a plan, in wei. */
export type PlannedAct =
  | { readonly kind: "open"; readonly model: Hex; readonly amount: bigint }
  | { readonly kind: "increase" | "request"; readonly model: Hex; readonly position: number; readonly amount: bigint };

/** Either the calls, in the order of the targets, or what is wrong with the plan. */
export type Plan = { readonly acts: readonly PlannedAct[]; readonly faults: readonly string[] };

const WHOLE = 10_000n;
const SHARE_DECIMALS = 4;

/** What is wrong with shares, in sentences; none: they can be staked. */
export function faultsOfShares(shares: readonly Share[]): string[] {
  const { doubled, negative, notAll } = copy.plan;
  const total = shares.reduce((sum, { share }) => sum + share, 0n);
  return [
    ...twice(shares).map(doubled),
    ...shares.filter(({ share }) => share < 0n).map(({ model }) => negative(model)),
    ...(total === WHOLE ? [] : [notAll(exactPercent(total, SHARE_DECIMALS))]),
  ];
}

/**
 * Divides a total, wei, by shares without faults. Stakes are whole nano-NMR and add up to the total exactly: each is
 * rounded down, and what is left goes, a nano-NMR each, to those that lost most, the first of equals first.
 * @throws InputError for a total that isn't whole nano-NMR
 */
export function targetsOf(total: bigint, shares: readonly Share[]): Target[] {
  const nano = nanoFromWei(total, "total");
  const parts = shares.map(({ model, share }, place) => {
    return { model, place, down: (nano * share) / WHOLE, lost: (nano * share) % WHOLE };
  });
  const left = nano - parts.reduce((sum, { down }) => sum + down, 0n);
  const first = parts.toSorted((a, b) => (a.lost === b.lost ? a.place - b.place : a.lost < b.lost ? 1 : -1));
  const luckier = new Set(first.slice(0, Number(left)).map(({ place }) => place));
  return parts.map(({ model, place, down }) => ({ model, stake: weiFromNano(luckier.has(place) ? down + 1n : down) }));
}

/**
 * The calls that bring active stakes to their targets. Models without a target keep what they have; pending withdrawals
 * stay pending. The smallest stake counts, as in the contract, for a new position and for what a request leaves.
 */
export function planOf(targets: readonly Target[], held: readonly Held[], minStake: bigint): Plan {
  const heldBy = new Map(held.map((each) => [each.model, each]));
  const acts = targets.flatMap((target) => actFor(target, heldBy.get(target.model)));
  const targetOf = new Map(targets.map(({ model, stake }) => [model, stake]));
  const tooSmall = acts.filter(({ kind, model }) => {
    const stake = targetOf.get(model) ?? 0n;
    return kind !== "increase" && stake > 0n && stake < minStake;
  });
  const { doubled, belowMinimum } = copy.plan;
  const faults = [
    ...twice(targets).map(doubled),
    ...tooSmall.map(({ model }) => belowMinimum(model, exactNmr(targetOf.get(model) ?? 0n), exactNmr(minStake))),
  ];
  return { acts: faults.length > 0 ? [] : acts, faults };
}

/** The most that can be lost of everything held, before the plan and from its signing on; sums over the models, wei. */
export function planRisk(
  acts: readonly PlannedAct[],
  held: readonly Held[],
): { before: WorstCase; signing: WorstCase } {
  const actOn = new Map(acts.map((act) => [act.model, act]));
  const signing = held.map(({ model, standing }) => {
    const act = actOn.get(model);
    if (act === undefined) return worstCase(standing);
    const kind = act.kind === "request" ? "request" : "add";
    return worstCaseOfSigning(standing, { kind, amount: act.amount });
  });
  return { before: sumOf(held.map(({ standing }) => worstCase(standing))), signing: sumOf(signing) };
}

function actFor({ model, stake }: Target, held: Held | undefined): PlannedAct[] {
  const position = held?.position ?? null;
  const active = held?.standing.active ?? 0n;
  if (position === null) return stake > 0n ? [{ kind: "open", model, amount: stake }] : [];
  if (stake > active) return [{ kind: "increase", model, position, amount: stake - active }];
  return stake < active ? [{ kind: "request", model, position, amount: active - stake }] : [];
}

function twice(models: readonly { readonly model: Hex }[]): Hex[] {
  const seen = models.map(({ model }) => model);
  return [...new Set(seen.filter((model, place) => seen.indexOf(model) !== place))];
}

function sumOf(cases: readonly WorstCase[]): WorstCase {
  const sum = (field: keyof WorstCase): bigint => cases.reduce((total, each) => total + each[field], 0n);
  return { all: sum("all"), locked: sum("locked"), leaving: sum("leaving"), known: sum("known"), ever: sum("ever") };
}
