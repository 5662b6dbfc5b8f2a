import { payoutFactorDown, payoutTowardZero, totalAtRiskDown } from "../../src/core/payout.ts";
import { unpackPayouts, unpackStakes } from "../../src/core/words.ts";
import { type World } from "../reconciler-world.ts";
import { numberOf, scoresOf } from "./rounds.ts";

// What the chain must look like when all is over.

const BATCH = 1_024;

/** Whatever isn't as it should be, one a line. */
export async function faultsOnChain(world: World, rounds: number, batches: number): Promise<string[]> {
  const [times, payouts] = await Promise.all([timesWrong(world, rounds, batches), payoutsWrong(world)]);
  return [...times, ...payouts];
}

/** Every step once: no more of them, no fewer, nothing void. */
async function timesWrong(world: World, rounds: number, batches: number): Promise<string[]> {
  const logs = await world.chain.getContractEvents({ ...world.staking, fromBlock: 0n, strict: true });
  const happened = logs
    .filter(({ eventName }) => /Round|Batch|Scores/.test(eventName))
    .map(({ eventName, args }) =>
      [eventName, "round" in args ? args.round : "", "batch" in args ? args.batch : ""].join(" ").trim(),
    );
  const expected = Array.from({ length: rounds }, (_, index) => {
    const round = numberOf(index).toString();
    const whole = ["RoundOpened", "RoundLocked", "RoundSettled"].map((step) => `${step} ${round}`);
    const each = ["BatchLocked", "ScoresReported", "BatchSettled"].flatMap((step) =>
      Array.from({ length: batches }, (_, batch) => `${step} ${round} ${batch}`),
    );
    return [...whole, ...each];
  }).flat();
  const count = (all: readonly string[], step: string): number => all.filter((each) => each === step).length;
  return [...new Set([...expected, ...happened])]
    .filter((step) => count(happened, step) !== count(expected, step))
    .map((step) => `${step}: ${count(happened, step)} times instead of ${count(expected, step)}`);
}

/** From the stakes of the locks and the scores that the feeds were given; nothing here has seen an operator. */
async function payoutsWrong({ chain, staking }: World): Promise<string[]> {
  const events = { ...staking, fromBlock: 0n, strict: true } as const;
  const [opened, locked, settled] = await Promise.all([
    chain.getContractEvents({ ...events, eventName: "RoundOpened" }),
    chain.getContractEvents({ ...events, eventName: "BatchLocked" }),
    chain.getContractEvents({ ...events, eventName: "BatchSettled" }),
  ]);
  return opened.flatMap(({ args: { round, terms } }) => {
    const locks = locked.filter(({ args }) => args.round === round);
    const stakes = locks.map(({ args }) => ({ batch: args.batch, lanes: unpackStakes(args.stakes) }));
    const staked = stakes.flatMap(({ lanes }) => lanes).reduce((sum, stake) => sum + stake, 0n);
    const factor = payoutFactorDown(totalAtRiskDown(staked, terms), terms);
    return stakes.flatMap(({ batch, lanes }) => {
      const { args } = settled.find(({ args }) => args.round === round && args.batch === batch) ?? {};
      const payouts = unpackPayouts(args?.payouts ?? []);
      return lanes.flatMap((stake, lane) => {
        const position = batch * BATCH + lane;
        const due = payoutTowardZero(stake, scoresOf(position, Number(round - numberOf(0))), factor, terms);
        const paid = payouts[lane] ?? 0n;
        return paid === due ? [] : [`round ${round} position ${position} got ${paid} nano-NMR instead of ${due}`];
      });
    });
  });
}

/** How many transactions wait in the pool, before a gap or behind one. */
export async function waitingIn({ chain }: World): Promise<number> {
  const { pending, queued } = await chain.getTxpoolStatus();
  return pending + queued;
}
