import type { BatchFacts, ChainFacts, RoundFacts } from "../../src/core/facts.ts";
import { LIMITS, ME } from "../plan-world.ts";
import type { Block } from "./chain.ts";
import type { ModelRound } from "./contract.ts";
import { DOMAIN, modelsOf, stakesOf } from "./script.ts";

/** What a node reads of a block. */
export function factsAt(block: Block, finalized: bigint): ChainFacts {
  return { ...factsOf(block), finalized: finalized < block.number ? finalized : block.number };
}

/** All but what is final. */
export function factsOf(block: Block): ChainFacts {
  block.facts ??= made(block);
  return block.facts;
}

function made(block: Block): ChainFacts {
  const all = [...block.state.values()];
  const { number, hash, time: timestamp } = block;
  return {
    ...DOMAIN,
    block: { number, hash, timestamp },
    finalized: 0n,
    organizer: ME,
    hasRegistrar: true,
    limits: LIMITS,
    latestRound: BigInt(all.length),
    roundsInFlight: all.filter(({ state }) => state === "locking" || state === "locked").length,
    freeReserve: 10n ** 12n,
    models: modelsOf(all[0]?.batches.length ?? 0),
    rounds: all.flatMap((round) => inFlight(round, block)),
    finished: new Map(
      all.flatMap(({ number: each, state }) =>
        state === "settled" || state === "void" ? [[each, state] as const] : [],
      ),
    ),
  };
}

function inFlight(round: ModelRound, { time, salt }: Block): RoundFacts[] {
  const { state, schedule } = round;
  if (state === "settled" || state === "void") return [];
  const isLockable = time >= schedule.closesAt && time < schedule.lockedBy;
  const batches = round.batches.map((batch): BatchFacts =>
    batch.state === "unlocked" && isLockable ? { ...batch, stakes: stakesOf(batch.index, salt) } : batch,
  );
  return [{ ...round, state, batches }];
}
