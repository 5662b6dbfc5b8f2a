// A tournament of a test's own, whose rounds it may play without being in anybody's way.
import {
  createTournament,
  DISPUTE_WINDOW,
  lockAll,
  lockedStakes,
  openRound,
  scheduleOf,
} from "../../../../subgraph/test/history.ts";
import { scoresWords } from "../../../../subgraph/test/chain.ts";
import type { World } from "./world.ts";

const NMR = 10n ** 18n;

/** Creates one, and returns its number. Its organizer is the chain's owner. */
export async function newArena({ chain }: World, name: string, limits: object = {}): Promise<number> {
  await createTournament(chain, name, chain.owner, limits);
  const tournament = await chain.read<number>("tournaments");
  await chain.send(chain.owner, "fundReserve", tournament, 10_000n * NMR);
  return tournament;
}

/** Opens a round that closes in about an hour; clip as a fraction. */
export async function openIn({ chain }: World, tournament: number, round: bigint, clip: number): Promise<void> {
  await openRound(chain, tournament, round, clip);
}

/** Locks all of a round, at its time. */
export async function lockIn({ chain }: World, tournament: number, round: bigint): Promise<void> {
  await lockAll(chain, tournament, round);
}

/** What a round is settled with, of its only batch. */
export type Words = { readonly stakes: bigint[]; readonly scores: bigint[] };

/** Reports a locked round of one batch; scores by position, 1e-9. */
export async function reportIn(
  { chain }: World,
  tournament: number,
  round: bigint,
  pairs: [number, number][],
): Promise<Words> {
  const stakes = await lockedStakes(chain, tournament, round, 0);
  const scores = scoresWords(pairs, stakes.length);
  const { resolvesAt } = await scheduleOf(chain, tournament, round);
  if ((await chain.now()) < resolvesAt) await chain.travelTo(resolvesAt);
  await chain.report(chain.owner, tournament, round, 0, 0, stakes, scores);
  return { stakes, scores };
}

/** Settles a round that is reported, once nobody can veto it any more. */
export async function settleReported({ chain }: World, tournament: number, round: bigint, { stakes, scores }: Words) {
  await chain.travelTo((await chain.now()) + DISPUTE_WINDOW);
  await chain.send(chain.owner, "settle", tournament, round, 0, stakes, scores);
}

/** Reports a locked round, and settles it. */
export async function settleIn(world: World, tournament: number, round: bigint, pairs: [number, number][]) {
  await settleReported(world, tournament, round, await reportIn(world, tournament, round, pairs));
}
