// The rows that the index must have: every entity with every stored field, from what the events have come to.
import { payoutFactor, POSITIONS_PER_BATCH, sum, totalAtRisk, WEI_PER_NANO } from "./protocol.ts";
import type { Ledger } from "./ledger.ts";
import { type Row, type Rows, when } from "./row.ts";
import { batchRow, burnRow, payoutRow, reportRow, settlementRow, stakeRow, vetoRow } from "./round-rows.ts";
import {
  atRiskOf,
  type Batch,
  earmarkedOf,
  inFlight,
  type Position,
  type Round,
  stateOf,
  type Tournament,
} from "./state.ts";
import { windowsOf } from "./windows.ts";

const wei = (nano: bigint): bigint => nano * WEI_PER_NANO;

/** All rows of an entity, but for aggregations and their points. */
export function rowsOf(ledger: Ledger, entity: string): Rows {
  const make = MAKERS[entity];
  if (!make) throw new Error(`the check knows no ${entity}: it must learn what the chain says of it`);
  return new Map(make(ledger));
}

type Made = [string, () => Row];

const positionsOf = ({ tournaments }: Ledger): Position[] => tournaments.flatMap(({ positions }) => positions);
const roundsOf = ({ tournaments }: Ledger): Round[] => tournaments.flatMap(({ rounds }) => [...rounds.values()]);
const batchesOf = (ledger: Ledger): Batch[] => roundsOf(ledger).flatMap(({ batches }) => [...batches.values()]);

/** The lanes of a batch that hold a stake, by the id of their row. */
function* stakesOf(batches: readonly Batch[], row: (batch: Batch, lane: number) => Row): Generator<Made> {
  for (const batch of batches) {
    for (const [lane, stake] of batch.stakes.entries()) {
      const number = batch.number * POSITIONS_PER_BATCH + lane;
      if (stake !== 0n) yield [`${batch.round.id}-${number}`, () => row(batch, lane)];
    }
  }
}

const settledOf = (ledger: Ledger): Batch[] => batchesOf(ledger).filter(({ settlement }) => settlement);

const MAKERS: Record<string, (ledger: Ledger) => Iterable<Made>> = {
  Protocol: (ledger) => (ledger.tournaments.length === 0 ? [] : [["numeraire-staking", () => protocolRow(ledger)]]),
  Tournament: ({ tournaments }) => tournaments.map((its): Made => [its.id, () => tournamentRow(its)]),
  ReporterSet: ({ tournaments }) =>
    tournaments.flatMap(({ id: tournament, reporterSets }) =>
      reporterSets.map(({ id, at, ...set }): Made => [id, () => ({ tournament, ...set, ...when(at) })]),
    ),
  Staker: (ledger) =>
    [...byStaker(positionsOf(ledger))].map(([id, positions]): Made => [
      id,
      () => ({ positionCount: positions.length }),
    ]),
  TournamentStaker: ({ tournaments }) =>
    tournaments.flatMap(({ id: tournament, positions }) =>
      [...byStaker(positions)].map(([staker, its]): Made => [
        `${tournament}-${staker}`,
        () => ({ tournament, staker, positionCount: its.length, ...holdings(its), ...windowsOf(its) }),
      ]),
    ),
  Position: (ledger) => positionsOf(ledger).map((its): Made => [its.id, () => positionRow(its)]),
  PositionRange: ({ tournaments }) => tournaments.flatMap(rangeRows),
  StakeChange: (ledger) => positionsOf(ledger).flatMap(actRows),
  ReserveChange: ({ tournaments }) => tournaments.flatMap(reserveRows),
  Round: (ledger) => roundsOf(ledger).map((its): Made => [its.id, () => roundRow(its)]),
  Batch: (ledger) => batchesOf(ledger).map((its): Made => [its.id, () => batchRow(its)]),
  RoundStake: (ledger) => stakesOf(batchesOf(ledger), stakeRow),
  Report: (ledger) =>
    batchesOf(ledger).flatMap((batch) => batch.reports.map((its): Made => [its.id, () => reportRow(batch, its)])),
  Veto: (ledger) =>
    batchesOf(ledger).flatMap((batch) =>
      batch.reports.flatMap(({ id, veto }): Made[] => (veto ? [[id, () => vetoRow(batch, id, veto)]] : [])),
    ),
  Settlement: (ledger) => settledOf(ledger).map((its): Made => [its.id, () => settlementRow(its)]),
  Payout: (ledger) => stakesOf(settledOf(ledger), payoutRow),
  Burn: (ledger) =>
    settledOf(ledger)
      .filter(({ settlement }) => settlement?.payouts.some((payout) => payout < 0n))
      .map((its): Made => [its.id, () => burnRow(its)]),
};

function byStaker(positions: readonly Position[]): Map<string, Position[]> {
  const found = new Map<string, Position[]>();
  for (const position of positions) {
    const its = found.get(position.staker);
    if (its) its.push(position);
    else found.set(position.staker, [position]);
  }
  return found;
}

/** What some positions have and had, wei. */
function holdings(positions: readonly Position[]): Row {
  const total = (field: "active" | "pending" | "rewarded" | "burned"): bigint =>
    wei(sum(positions.map((position) => position[field])));
  return {
    activeWei: total("active"),
    pendingWei: total("pending"),
    rewardedWei: total("rewarded"),
    burnedWei: total("burned"),
  };
}

function protocolRow(ledger: Ledger): Row {
  const { tournaments } = ledger;
  const positions = positionsOf(ledger);
  return {
    tournamentCount: tournaments.length,
    positionCount: positions.length,
    stakerCount: byStaker(positions).size,
    payoutCount: [...stakesOf(settledOf(ledger), payoutRow)].length,
    ...holdings(positions),
    reserveWei: wei(sum(tournaments.map(({ reserve }) => reserve))),
    atRiskWei: sum(roundsOf(ledger).map(atRiskOf)),
  };
}

function tournamentRow(its: Tournament): Row {
  const rounds = [...its.rounds.values()];
  const stakers = [...byStaker(its.positions).values()];
  return {
    ...{ number: its.number, name: its.name, organizer: its.organizer, guardian: its.guardian },
    pendingOrganizer: BigInt(its.pendingOrganizer) === 0n ? null : its.pendingOrganizer,
    ...{ registrar: its.registrar, minStakeWei: wei(its.minStake), ...its.limits },
    reporterSet: its.reporterSets.at(-1)?.id ?? null,
    positionCount: its.positions.length,
    stakerCount: stakers.length,
    activeStakerCount: stakers.filter((positions) => positions.some(({ active, pending }) => active + pending > 0n))
      .length,
    roundCount: rounds.length,
    roundsInFlight: rounds.filter(inFlight).length,
    settledRoundCount: rounds.filter(({ settledAt }) => settledAt).length,
    voidRoundCount: rounds.filter(({ voidedAt }) => voidedAt).length,
    latestRound: rounds.reduce((latest, { number }) => (number > latest ? number : latest), 0n),
    ...holdings(its.positions),
    reserveWei: wei(its.reserve),
    earmarkedWei: wei(sum(rounds.map(earmarkedOf))),
    atRiskWei: sum(rounds.map(atRiskOf)),
    reserveChangeCount: its.reserveChanges.length,
    createdAt: its.at.timestamp,
    createdAtBlock: its.at.block,
  };
}

function positionRow(its: Position): Row {
  const { tournament, staker, heldBy, requestedAt } = its;
  const leaves = its.pending !== 0n;
  const deadlines = heldBy.map(({ schedule }) => BigInt(schedule.settledBy));
  return {
    ...{ tournament: tournament.id, number: its.number, staker, tournamentStaker: `${tournament.id}-${staker}` },
    ...{ model: its.model, ...holdings([its]), ...windowsOf([its]) },
    heldBy: leaves ? heldBy.map(({ id }) => id) : [],
    withdrawableBy: leaves ? deadlines.reduce((latest, at) => (at > latest ? at : latest), requestedAt) : null,
    ...{ changeCount: its.acts.length, openedAt: its.at.timestamp, openedAtBlock: its.at.block },
  };
}

/** A range is there from its first lock on. */
function rangeRows({ id: tournament, rounds, settled }: Tournament): Made[] {
  const all = [...rounds.values()];
  const numbers = new Set(all.flatMap(({ batches }) => [...batches.keys()]));
  return [...numbers].map((number) => [
    `${tournament}-${number}`,
    () => ({
      ...{ tournament, number },
      roundsInFlight: all.filter((round) => inFlight(round) && round.batches.has(number)).map(({ id }) => id),
      settlements: (settled.get(number) ?? []).slice(-250).map(({ id }) => id),
    }),
  ]);
}

function actRows({ id: position, staker, acts }: Position): Made[] {
  return acts.map(({ kind, amount, active, pending, to, at }, number) => [
    `${position}-${number}`,
    () => ({
      ...{ position, staker, number, kind, to, ...when(at) },
      ...{ amountWei: wei(amount), activeWei: wei(active), pendingWei: wei(pending) },
    }),
  ]);
}

function reserveRows({ id: tournament, reserveChanges }: Tournament): Made[] {
  return reserveChanges.map(({ kind, amount, reserve, account, at }, number) => [
    `${tournament}-${number}`,
    () => ({ tournament, number, kind, amountWei: wei(amount), reserveWei: wei(reserve), account, ...when(at) }),
  ]);
}

function roundRow(its: Round): Row {
  const { terms, schedule, lockedAt, settledAt, voidedAt } = its;
  const batches = [...its.batches.values()];
  const settled = batches.flatMap(({ settlement }) => (settlement ? [...settlement.payouts] : []));
  const staked = sum(batches.map((batch) => batch.staked));
  return {
    ...{ tournament: its.tournament.id, number: its.number, state: stateOf(its) },
    ...{ multiplier0: terms.multipliers[0], multiplier1: terms.multipliers[1], clip: terms.clip },
    ...{ stakeThresholdWei: wei(terms.stakeThreshold), exposure: terms.exposure, ...schedule },
    ...{ guardian: its.guardian, reporterSet: its.reporterSet.id },
    batchCount: lockedAt ? its.size : null,
    lockedBatches: batches.length,
    reportedBatches: batches.filter(({ reports }) => reports.some(({ veto }) => !veto)).length,
    settledBatches: batches.filter(({ settlement }) => settlement).length,
    stakeCount: batches.reduce((count, { stakes }) => count + stakes.filter((stake) => stake !== 0n).length, 0),
    stakedWei: wei(staked),
    atRiskWei: lockedAt ? wei(totalAtRisk(terms, staked)) : null,
    atRiskNowWei: atRiskOf(its),
    payoutFactor: lockedAt ? payoutFactor(terms, staked) : null,
    earmarkedWei: wei(earmarkedOf(its)),
    rewardedWei: wei(sum(settled.filter((payout) => payout > 0n))),
    burnedWei: wei(-sum(settled.filter((payout) => payout < 0n))),
    ...{ openedAt: its.at.timestamp, openedAtBlock: its.at.block },
    ...{ lockedAt: lockedAt?.timestamp ?? null, settledAt: settledAt?.timestamp ?? null },
    voidedAt: voidedAt?.timestamp ?? null,
  };
}
