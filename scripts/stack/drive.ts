import { setTimeout as sleep } from "node:timers/promises";
import { ROUND_STATES } from "../../oracle/src/chain/rounds.ts";
import type { SimulatedRound, Source } from "../../oracle/src/simulator/source.ts";
import type { NumeraireStaking } from "../../types/contracts/NumeraireStaking.js";
import { step } from "../support/terminal.ts";
import type { Chain } from "./chain.ts";
import type { Stakers } from "./stakers.ts";

/** How long before a round's close the stakers move. */
const STAKING_LEAD = 3_600;
const PATIENCE_MS = 120_000;
const POLL_MS = 100;

type ChainRound = Awaited<ReturnType<NumeraireStaking["roundOf"]>>;

export type Drive = {
  readonly chain: Chain;
  readonly staking: NumeraireStaking;
  readonly tournament: number;
  readonly source: Source;
  readonly stakers: Stakers;
  readonly signal: AbortSignal;
  /** Moves the feed's clock along with the chain's. */
  readonly setFeedClock: (time: number) => void;
  /** What the oracle waits for, for when it doesn't do what is due. */
  readonly waitsFor: () => Promise<string[]>;
};

type Event = { readonly at: number; readonly run: () => Promise<void> };

/**
 * Plays all rounds on their own calendar, overlapping where they overlap. Only stakers and clock are moved from here:
 * everything that an oracle should do is waited for.
 */
export async function drive(stage: Drive): Promise<void> {
  const { source, chain } = stage;
  const events = source.rounds.flatMap((round): Event[] => [
    { at: round.stakingClosesAt - STAKING_LEAD, run: () => stakes(stage, round) },
    { at: round.stakingClosesAt, run: () => locks(stage, round) },
    { at: round.resolvesAt, run: () => reports(stage, round, events) },
  ]);
  await step(`Rounds ${namesOf(source)} opened by the oracle`, async () => {
    for (const round of source.rounds) await until(stage, round, "open", ({ state }) => stateName(state) !== "none");
  });
  for (let event = next(events); event !== undefined; event = next(events)) {
    stage.setFeedClock(event.at);
    await chain.advanceTo(event.at);
    await event.run();
  }
}

/** Takes the earliest event out of the list. */
function next(events: Event[]): Event | undefined {
  events.sort((a, b) => a.at - b.at);
  return events.shift();
}

async function stakes({ stakers, signal }: Drive, round: SimulatedRound): Promise<void> {
  await step(
    `Round ${round.number}: stakers bring their stakes in place`,
    (say) =>
      stakers.prepare(round, (progress) => {
        signal.throwIfAborted();
        say(progress);
      }),
    signal,
  );
}

async function locks(stage: Drive, round: SimulatedRound): Promise<void> {
  await step(`Round ${round.number}: closed, locked by the oracle`, (say) =>
    until(
      stage,
      round,
      "lock",
      ({ state }) => stateName(state) === "locked",
      ({ lockedBatches, batches }) => say(`${lockedBatches} of ${batches} batches`),
    ),
  );
}

async function reports(stage: Drive, round: SimulatedRound, events: Event[]): Promise<void> {
  const { disputeWindow } = await step(`Round ${round.number}: resolved, reported by the oracle`, async (say) => {
    const { schedule } = await until(
      stage,
      round,
      "report",
      ({ batches, reportedBatches }) => reportedBatches === batches,
      ({ reportedBatches, batches }) => say(`${reportedBatches} of ${batches} batches`),
    );
    return schedule;
  });
  const at = (await stage.chain.now()) + Number(disputeWindow);
  events.push({ at, run: () => settles(stage, round) });
}

async function settles(stage: Drive, round: SimulatedRound): Promise<void> {
  await step(`Round ${round.number}: dispute window over, settled by the contract`, (say) =>
    until(
      stage,
      round,
      "settle",
      ({ state }) => stateName(state) === "settled",
      ({ settledBatches, batches }) => say(`${settledBatches} of ${batches} batches`),
    ),
  );
}

async function until(
  { staking, tournament, signal, waitsFor }: Drive,
  { number }: SimulatedRound,
  what: string,
  reached: (round: ChainRound) => boolean,
  show: (round: ChainRound) => void = () => undefined,
): Promise<ChainRound> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    signal.throwIfAborted();
    const round = await staking.roundOf(tournament, number);
    if (reached(round)) return round;
    if (Date.now() > deadline) {
      const reasons = (await waitsFor().catch(() => ["nothing that it tells"])).join("; ");
      throw new Error(
        `the oracle did not ${what} round ${number} within ${PATIENCE_MS / 1000} s; it waits for: ${reasons}`,
      );
    }
    show(round);
    await sleep(POLL_MS, undefined, { signal });
  }
}

function stateName(state: bigint): string | undefined {
  return ROUND_STATES[Number(state)];
}

function namesOf({ rounds }: Source): string {
  return rounds.map(({ number }) => number).join(", ");
}
