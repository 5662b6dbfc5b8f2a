import { createGraphQLError } from "graphql-yoga";
import { type Address, getAddress, isAddress } from "viem";
import type { Attestation } from "../../core/attestation.ts";
import { nextDeadline } from "../../core/deadlines.ts";
import type { BatchFacts, ChainFacts, RoundFacts } from "../../core/facts.ts";
import { positionIn, type ProjectedPosition, type Projection } from "../../core/projection.ts";
import type { Attester } from "../attest.ts";
import { type Due, deadlinesOf } from "../deadlines.ts";
import type { RoundAudit } from "../round-audit.ts";
import { stakedIn } from "../staked.ts";
import { auditView } from "../status-view.ts";
import type { Tick } from "../tick.ts";
import type { Projected, Projections } from "./projections.ts";
import { MOST_BATCHES, MOST_OWNED, MOST_POSITIONS, MOST_ROUNDS } from "./type-definitions.ts";

export type ResolverOptions = {
  readonly latest: () => Tick | null;
  readonly projections: Projections;
  readonly attester: Pick<Attester, "attestations">;
  readonly audits: () => readonly RoundAudit[];
  readonly positionsOf: PositionsOf;
};

/** Positions of a staker, lowest first. */
type PositionsOf = (staker: Address) => readonly number[];

type Page = { readonly first: number; readonly after: number };

export function resolversOf({ latest, projections, attester, audits, positionsOf }: ResolverOptions) {
  const facts = (): ChainFacts | null => latest()?.facts ?? null;
  const deadlines = () => {
    const tick = latest();
    return tick === null ? [] : deadlinesOf(tick).map((due) => deadlineView(due, facts()?.block.timestamp ?? 0));
  };
  const view = (round: RoundFacts, now: ChainFacts) => {
    const said = attester.attestations(round.number).attestations;
    const due = nextDeadline(round);
    return {
      ...roundView(round),
      deadline: due === null ? null : deadlineView(due, now.block.timestamp),
      batches: ({ first, after }: Page) =>
        round.batches
          .filter(({ index }) => index > after)
          .slice(0, size(first, MOST_BATCHES))
          .map((batch) => batchView(batch, said)),
      projection: () => projectionView(projections.of(round, now)),
    };
  };
  return {
    Query: {
      tournament: () => {
        const now = facts();
        return now === null ? null : tournamentView(now, projections, positionsOf);
      },
      rounds: (_: unknown, { first, after }: { first: number; after?: string | null }) => {
        const now = facts();
        const start = after == null ? -1n : numbered(after, "after");
        return (now?.rounds ?? [])
          .filter(({ number }) => number > start)
          .slice(0, size(first, MOST_ROUNDS))
          .flatMap((round) => (now === null ? [] : view(round, now)));
      },
      round: (_: unknown, { number }: { number: string }) => {
        const now = facts();
        const wanted = numbered(number, "number");
        const round = now?.rounds.find((each) => each.number === wanted);
        return now === null || round === undefined ? null : view(round, now);
      },
      deadlines: (_: unknown, { first }: { first: number }) => deadlines().slice(0, size(first, MOST_ROUNDS)),
      audits: (_: unknown, { first }: { first: number }) => audits().slice(0, size(first, MOST_ROUNDS)).map(auditView),
    },
  };
}

function tournamentView(facts: ChainFacts, projections: Projections, positionsOf: PositionsOf) {
  const { tournament, block, freeReserve, rounds } = facts;
  return {
    number: tournament,
    block: block.number.toString(),
    blockTimeUnix: block.timestamp,
    freeReserveNanoNmr: freeReserve.toString(),
    roundsInFlight: rounds.length,
    projected: () => {
      const all = rounds.map((round) => projections.of(round, facts).projection);
      const sum = (of: (each: Projection) => bigint) => all.reduce((total, each) => total + of(each), 0n);
      return totals({
        staked: sum((each) => each.staked),
        rewards: sum((each) => each.rewards),
        burns: sum((each) => each.burns),
      });
    },
    position: ({ position }: { position: number }) => inRounds(position, facts, projections),
    staker: ({ address }: { address: string }) => stakerView(address, facts, projections, positionsOf),
  };
}

function inRounds(position: number, facts: ChainFacts, projections: Projections) {
  return facts.rounds.flatMap((round) => {
    const found = positionIn(projections.of(round, facts).projection, position);
    return found === null ? [] : [{ round: round.number.toString(), projected: positionView(found) }];
  });
}

function stakerView(address: string, facts: ChainFacts, projections: Projections, positionsOf: PositionsOf) {
  if (!isAddress(address, { strict: false }))
    throw createGraphQLError("address: must be an address: 0x and 40 hex digits");
  const owned = positionsOf(address);
  return {
    address: getAddress(address),
    positionCount: owned.length,
    projected: () => {
      if (owned.length > MOST_OWNED)
        throw createGraphQLError(`projected: of ${owned.length} positions; at most ${MOST_OWNED} are summed up`);
      const all = facts.rounds.flatMap((round) => {
        const { projection } = projections.of(round, facts);
        return owned.flatMap((position) => positionIn(projection, position) ?? []);
      });
      const sum = (of: (each: ProjectedPosition) => bigint) => all.reduce((total, each) => total + of(each), 0n);
      return totals({
        staked: sum(({ stake }) => stake),
        rewards: sum(({ payout }) => (payout > 0n ? payout : 0n)),
        burns: sum(({ payout }) => (payout < 0n ? -payout : 0n)),
      });
    },
    positions: ({ first, after }: Page) =>
      owned
        .filter((position) => position > after)
        .slice(0, size(first, MOST_POSITIONS))
        .map((position) => ({ position, inRounds: () => inRounds(position, facts, projections) })),
  };
}

function roundView({ number, state, schedule, reporters, quorum }: RoundFacts) {
  return {
    number: number.toString(),
    state,
    closesAtUnix: schedule.closesAt,
    lockedByUnix: schedule.lockedBy,
    resolvesAtUnix: schedule.resolvesAt,
    settledByUnix: schedule.settledBy,
    disputeWindowSeconds: schedule.disputeWindow,
    reporters,
    quorum,
  };
}

function deadlineView({ round, step, batches, eligibleAt, deadline }: Due, now: number) {
  return {
    round: round.toString(),
    step,
    batches,
    eligibleAtUnix: eligibleAt,
    deadlineUnix: deadline,
    slackSeconds: deadline - now,
  };
}

function batchView({ index, state, attempt, reportedAt, stakes }: BatchFacts, said: readonly Attestation[]) {
  return {
    index,
    state,
    attempt,
    reportedAtUnix: reportedAt || null,
    stakedNanoNmr: stakedIn(stakes).toString(),
    signatures: said.filter((each) => each.batch === index && each.attempt === attempt),
  };
}

function projectionView({ projection, sheet }: Projected) {
  return {
    ...totals(projection),
    atRiskNanoNmr: projection.atRisk.toString(),
    payoutFactor1e18: projection.factor.toString(),
    isFinal: sheet?.isFinal ?? null,
    feedDigest: sheet?.digest ?? null,
    readAtUnix: sheet?.readAt ?? null,
    positions: ({ first, after, model }: Page & { model?: string | null }) =>
      projection.positions
        .filter((each) => each.position > after && (model == null || each.model === model.toLowerCase()))
        .slice(0, size(first, MOST_POSITIONS))
        .map(positionView),
  };
}

function totals({ staked, rewards, burns }: Pick<Projection, "staked" | "rewards" | "burns">) {
  return {
    stakedNanoNmr: staked.toString(),
    rewardsNanoNmr: rewards.toString(),
    burnsNanoNmr: burns.toString(),
    netNanoNmr: (rewards - burns).toString(),
  };
}

function positionView({ position, model, stake, scores, payout, from }: ProjectedPosition) {
  return {
    position,
    model,
    stakeNanoNmr: stake.toString(),
    scores1e9: scores?.map(String) ?? null,
    payoutNanoNmr: payout.toString(),
    from: from === null ? "NONE" : from.toUpperCase(),
  };
}

function size(first: number, most: number): number {
  if (first >= 1 && first <= most) return first;
  throw createGraphQLError(`first: ${first}; must be from 1 to ${most}`);
}

function numbered(text: string, field: string): bigint {
  if (/^\d{1,20}$/.test(text)) return BigInt(text);
  throw createGraphQLError(`${field}: must be a whole number as text`);
}
