import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { POSITIONS_PER_BATCH, unpackStakes } from "@numeraire-staking/oracle/core/words";
import { type Address, type Hex, numberToHex, pad } from "viem";
import { getBlock, readContract } from "viem/actions";
import { BATCH_STATES, type Moment, type PositionRound, ROUND_STATES } from "../core/rounds.ts";
import type { Chain } from "./client.ts";
import { type ChainEvent, eventsOf } from "./events.ts";

/** A tournament as far as its stakers' risk goes. Amounts in wei; clip and exposure in 1e-9. */
export type TournamentNow = {
  readonly number: number;
  readonly registrar: Address;
  readonly minStake: bigint;
  readonly limits: { readonly maxClip: bigint; readonly maxExposure: bigint; readonly maxRoundsInFlight: number };
  readonly positions: number;
};

/** A position at a block, with every round that holds it or may, and those that its withdrawal waited for. Amounts in wei. */
export type PositionNow = {
  readonly tournament: TournamentNow;
  readonly position: number;
  readonly model: Hex;
  readonly active: bigint;
  readonly pending: bigint;
  readonly withdrawable: bigint;
  /** Place of the latest request in the chain's order; null: nothing is pending. */
  readonly requestedAt: Moment | null;
  readonly rounds: readonly PositionRound[];
};

/** What an address has staked, as of one block; its time in unix seconds. */
export type StakesNow = { readonly block: bigint; readonly now: number; readonly positions: readonly PositionNow[] };

type Pin = { readonly chain: Chain; readonly block: bigint };
type Opened = { readonly tournament: number; readonly position: number; readonly model: Hex };
/** A round of a tournament, by its events alone. */
type Known = { readonly number: bigint; readonly openedIn: bigint; readonly endedIn: bigint | null };

const topicOf = (value: bigint | number): Hex => numberToHex(value, { size: 32 });

/**
 * Reads an address's stakes from the chain alone: events say which positions and rounds there are, the contract itself
 * how they stand.
 */
export async function stakesOf(chain: Chain, staker: Address): Promise<StakesNow> {
  const { number: block, timestamp } = await getBlock(chain.client);
  const pin = { chain, block };
  const opened = await openedBy(pin, staker);
  const tournaments = [...new Set(opened.map(({ tournament }) => tournament))];
  const groups = await Promise.all(
    tournaments.map((number) =>
      inTournament(
        pin,
        number,
        opened.filter(({ tournament }) => tournament === number),
      ),
    ),
  );
  return { block, now: Number(timestamp), positions: groups.flat() };
}

/** A tournament, and what a position that is opened now would find: its rounds that are not over. */
export async function tournamentAt(chain: Chain, number: number) {
  const { number: block, timestamp } = await getBlock(chain.client);
  const pin = { chain, block };
  const tournament = await tournamentOf(pin, number);
  const batch = Math.floor(tournament.positions / POSITIONS_PER_BATCH);
  const known = (await knownRounds(pin, number)).filter(({ endedIn }) => endedIn === null);
  const rounds = await roundsFor(pin, number, known, [batch]);
  return { block, now: Number(timestamp), tournament, batch, rounds: rounds.map((round) => round(batch, null)) };
}

async function openedBy({ chain, block }: Pin, staker: Address): Promise<Opened[]> {
  const events = await eventsOf(chain, ["PositionOpened"], [null, null, pad(staker)], block);
  return events.map(({ args: { tournament, position, model } }) => ({ tournament, position, model }));
}

async function inTournament(pin: Pin, number: number, opened: readonly Opened[]): Promise<PositionNow[]> {
  const [tournament, known, stands] = await Promise.all([
    tournamentOf(pin, number),
    knownRounds(pin, number),
    Promise.all(opened.map((each) => standOf(pin, each))),
  ]);
  const asked = stands.flatMap(({ requestedAt }) => (requestedAt === null ? [] : [requestedAt.block]));
  const earliest = asked.reduce<bigint | null>((least, each) => (least === null || each < least ? each : least), null);
  const wanted = known.filter(({ endedIn }) => endedIn === null || (earliest !== null && endedIn >= earliest));
  const batches = [...new Set(opened.map(({ position }) => Math.floor(position / POSITIONS_PER_BATCH)))];
  const rounds = await roundsFor(pin, number, wanted, batches);
  return opened.map(({ position, model }, at) => ({
    ...{ tournament, position, model },
    ...(stands[at] ?? { active: 0n, pending: 0n, withdrawable: 0n, requestedAt: null }),
    rounds: rounds.map((round) => round(Math.floor(position / POSITIONS_PER_BATCH), position)),
  }));
}

async function tournamentOf({ chain, block }: Pin, number: number): Promise<TournamentNow> {
  const { registrar, minStake, limits, positions } = await readContract(chain.client, {
    ...{ abi, address: chain.contract, functionName: "tournamentOf", args: [number], blockNumber: block },
  });
  return { number, registrar, minStake, limits, positions };
}

async function standOf({ chain, block }: Pin, { tournament, position }: Opened) {
  const at = { abi, address: chain.contract, args: [tournament, position], blockNumber: block } as const;
  const [[active, pending], withdrawable] = await Promise.all([
    readContract(chain.client, { ...at, functionName: "stakeOf" }),
    readContract(chain.client, { ...at, functionName: "withdrawable" }),
  ]);
  return {
    active,
    pending,
    withdrawable,
    requestedAt: pending === 0n ? null : await requestOf({ chain, block }, tournament, position),
  };
}

async function requestOf({ chain, block }: Pin, tournament: number, position: number): Promise<Moment | null> {
  const topics = [topicOf(tournament), topicOf(position)];
  const last = (await eventsOf(chain, ["WithdrawalRequested"], topics, block)).at(-1);
  return last === undefined ? null : momentOf(last);
}

const momentOf = ({ blockNumber, logIndex }: ChainEvent): Moment => ({ block: blockNumber, logIndex });

async function knownRounds({ chain, block }: Pin, tournament: number): Promise<Known[]> {
  const events = await eventsOf(chain, ["RoundOpened", "RoundSettled", "RoundVoided"], [topicOf(tournament)], block);
  const ended = new Map<bigint, bigint>();
  for (const { eventName, args, blockNumber } of events) {
    if (eventName === "RoundSettled" || eventName === "RoundVoided") ended.set(args.round, blockNumber);
  }
  return events.flatMap(({ eventName, args, blockNumber }) =>
    eventName === "RoundOpened"
      ? [{ number: args.round, openedIn: blockNumber, endedIn: ended.get(args.round) ?? null }]
      : [],
  );
}

/** Of each round: what it has of a position in one of these batches; null: of one that isn't open yet. */
type RoundOf = (batch: number, position: number | null) => PositionRound;

async function roundsFor(
  pin: Pin,
  tournament: number,
  known: readonly Known[],
  batches: readonly number[],
): Promise<RoundOf[]> {
  if (known.length === 0) return [];
  const { chain, block } = pin;
  const numbers = known.map(({ number }) => number);
  const from = known.reduce((least, { openedIn }) => (openedIn < least ? openedIn : least), block);
  const topics = [topicOf(tournament), numbers.map(topicOf), batches.map(topicOf)];
  const locks = await eventsOf(chain, ["BatchLocked"], topics, block, from);
  return Promise.all(numbers.map((number) => roundFor(pin, tournament, number, batches, locks)));
}

async function roundFor(
  { chain, block }: Pin,
  tournament: number,
  number: bigint,
  batches: readonly number[],
  locks: readonly ChainEvent[],
): Promise<RoundOf> {
  const at = { abi, address: chain.contract, blockNumber: block } as const;
  const [round, ...states] = await Promise.all([
    readContract(chain.client, { ...at, functionName: "roundOf", args: [tournament, number] }),
    ...batches.map((batch) =>
      readContract(chain.client, { ...at, functionName: "batchOf", args: [tournament, number, batch] }),
    ),
  ]);
  return (batch, position) => {
    const lock = locks.find(
      (event) => event.eventName === "BatchLocked" && event.args.round === number && event.args.batch === batch,
    );
    const words = lock?.eventName === "BatchLocked" ? lock.args.stakes : [];
    const lane = position === null ? -1 : position % POSITIONS_PER_BATCH;
    const word = words[Math.floor(lane / 4)];
    return {
      number,
      state: ROUND_STATES[round.state] ?? "none",
      terms: round.terms,
      schedule: round.schedule,
      batches: round.batches,
      reportedBatches: round.reportedBatches,
      batch: BATCH_STATES[states[batches.indexOf(batch)]?.state ?? 0] ?? "none",
      lockedAt: lock === undefined ? null : momentOf(lock),
      stake: lane < 0 || word === undefined ? 0n : (unpackStakes([word])[lane % 4] ?? 0n),
    };
  };
}
