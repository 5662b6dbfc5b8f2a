// Does the index say what the chain says? Positions, rounds and tournaments are read from the contract's views at one
// block; payouts are worked out again from the words in its events, by code that shares nothing with the mappings.
import { type Abi, createPublicClient, type Hex, http, parseEventLogs, type PublicClient } from "viem";
import { readAbi } from "./build.ts";
import { query, queryAll } from "./query.ts";

export interface Difference {
  /** What differs: "position 1-7, active". */
  what: string;
  subgraph: string;
  chain: string;
  /** All of it in words. */
  text: string;
}

export interface CheckOptions {
  graphqlUrl: string;
  rpcUrl: string;
  /** The staking contract. */
  address: string;
  /** Both sides are read at this block; the node must still have its state. */
  block: number | bigint;
  /** First block to look for events in. */
  fromBlock?: number | bigint;
  /** Stop after so many differences. */
  limit?: number;
}

type Value = string | number | bigint | null | undefined | { id: string };
type Row = Record<string, Value>;
/** The arguments of all the events together: each has some of them. */
interface Args {
  tournament: number;
  position: number;
  round: bigint;
  batch: number;
  staker: string;
  model: string;
  stakes: readonly bigint[];
  scores: readonly bigint[];
  payouts: readonly bigint[];
}
interface StakingEvent {
  eventName: string;
  args: Args;
}
interface Batch {
  round: string;
  stakes: readonly bigint[];
  scores: readonly bigint[];
}

const LANES_PER_WORD = 4;
const POSITIONS_PER_BATCH = 1024;
const WEI_PER_NANO = 10n ** 9n;
const BLOCKS_PER_REQUEST = 5_000n;
const ROUND_STATES = ["NONE", "OPEN", "LOCKING", "LOCKED", "SETTLED", "VOID"];

/** Compares the index with the chain at one block; returns the first differences, none when they agree. */
export async function compareWithChain(options: CheckOptions): Promise<Difference[]> {
  const { graphqlUrl, rpcUrl, limit = 20 } = options;
  const block = BigInt(options.block);
  const address = options.address as Hex;
  const abi = await readAbi();
  const client = createPublicClient({
    transport: http(rpcUrl, { batch: { batchSize: 500 }, timeout: 60_000, maxResponseBodySize: 2 ** 28 }),
  });
  const read = <T>(functionName: string, ...args: (bigint | number)[]): Promise<T> =>
    client.readContract({ abi, address, functionName, args, blockNumber: block }) as Promise<T>;
  const rows = async (entities: string, fields: string): Promise<Map<string, Row>> =>
    new Map((await queryAll<Row>(graphqlUrl, entities, fields, { block })).map((row) => [row.id, row]));

  const events = await stakingEvents(client, abi, address, BigInt(options.fromBlock ?? 0), block);
  const differences: Difference[] = [];
  const compare = (entity: string, found: Row | undefined, expected: Row): void => {
    if (!found) differences.push(differenceOf(entity, "nothing", "something"));
    else {
      for (const [field, value] of Object.entries(expected)) {
        const pair: [string, string] = [textOf(found[field]), textOf(value)];
        if (pair[0] !== pair[1]) differences.push(differenceOf(`${entity}, ${field}`, ...pair));
      }
    }
  };
  const compareAll = (entity: string, found: Map<string, Row>, expected: Map<string, Row>): void => {
    for (const [id, row] of expected) compare(`${entity} ${id}`, found.get(id), row);
    for (const id of found.keys()) {
      if (!expected.has(id)) differences.push(differenceOf(`${entity} ${id}`, "something", "nothing"));
    }
  };

  const totals = { activeWei: 0n, pendingWei: 0n, reserveWei: 0n, rewardedWei: 0n, burnedWei: 0n };
  const tournaments = new Map<string, Row>();
  const positions = new Map<string, Row>();
  const rounds = new Map<string, Row>();
  const stakers = new Set<string>();

  for (const { args } of events.filter(({ eventName }) => eventName === "RoundOpened")) {
    const id = `${args.tournament}-${args.round}`;
    rounds.set(id, expectedRound(args.tournament, await read<ChainRound>("roundOf", args.tournament, args.round)));
  }
  const opened = events.filter(({ eventName }) => eventName === "PositionOpened");
  const stakes = await Promise.all(
    opened.map(({ args }) => read<[bigint, bigint]>("stakeOf", args.tournament, args.position)),
  );
  for (const [index, { args }] of opened.entries()) {
    const [active, pending] = stakes[index] ?? [0n, 0n];
    const staker = args.staker.toLowerCase();
    stakers.add(staker);
    positions.set(`${args.tournament}-${args.position}`, {
      activeWei: active,
      pendingWei: pending,
      staker: { id: staker },
      model: args.model,
    });
  }

  for (let number = 1; number <= (await read<number>("tournaments")); number++) {
    const ofTournament = (map: Map<string, Row>): Row[] =>
      [...map].filter(([id]) => id.startsWith(`${number}-`)).map(([, row]) => row);
    const [reserve, earmarked] = await read<[bigint, bigint]>("reserveOf", number);
    const sums = {
      activeWei: sumOf(ofTournament(positions), "activeWei"),
      pendingWei: sumOf(ofTournament(positions), "pendingWei"),
      reserveWei: reserve,
      rewardedWei: sumOf(ofTournament(rounds), "rewardedWei"),
      burnedWei: sumOf(ofTournament(rounds), "burnedWei"),
    };
    for (const key of Object.keys(sums) as (keyof typeof sums)[]) totals[key] += sums[key];
    const chain = await read<ChainTournament>("tournamentOf", number);
    const { organizer, pendingOrganizer, guardian, registrar, minStake, limits, reporterSet } = chain;
    const { positions: positionCount, roundsInFlight, latestRound } = chain;
    const set = { id: `${number}-${reporterSet}` };
    const fixed = { organizer, guardian, registrar, minStakeWei: minStake, reporterSet: set, ...limits };
    const proposed = pendingOrganizer === `0x${"0".repeat(40)}` ? null : pendingOrganizer;
    const moving = { pendingOrganizer: proposed, positionCount, roundsInFlight, latestRound, earmarkedWei: earmarked };
    tournaments.set(String(number), { ...fixed, ...moving, ...sums });
  }

  const { payouts, sums } = expectedPayouts(events, rounds);
  const foundPayouts = await rows("payouts", "stakeWei atRiskWei score0 score1 payoutWei round { id }");
  const { protocol } = await query<{ protocol: Row | null }>(
    graphqlUrl,
    `{ protocol(id: "numeraire-staking", block: { number: ${block} }) { ${PROTOCOL_FIELDS} } }`,
  );
  if (protocol || tournaments.size > 0) {
    const counts = {
      tournamentCount: tournaments.size,
      positionCount: positions.size,
      stakerCount: stakers.size,
    };
    compare("protocol", protocol ?? undefined, { ...totals, ...counts });
  }
  compareAll("tournament", await rows("tournaments", TOURNAMENT_FIELDS), tournaments);
  compareAll("position", await rows("positions", "activeWei pendingWei staker { id } model"), positions);
  compareAll("round", await rows("rounds", ROUND_FIELDS), rounds);
  compareAll("payout", foundPayouts, payouts);

  const foundSums = new Map<string, bigint>();
  for (const { round, payoutWei } of foundPayouts.values()) {
    const { id } = round as { id: string };
    foundSums.set(id, (foundSums.get(id) ?? 0n) + BigInt(payoutWei as string));
  }
  for (const [id, round] of rounds) {
    const net = (round.rewardedWei as bigint) - (round.burnedWei as bigint);
    compare(`round ${id}`, { "sum of payouts": foundSums.get(id) ?? 0n }, { "sum of payouts": net });
    compare(`round ${id}`, { "payouts words": sums.get(id) ?? 0n }, { "payouts words": net });
  }
  return differences.slice(0, limit);
}

const PROTOCOL_FIELDS =
  "tournamentCount positionCount stakerCount activeWei pendingWei reserveWei rewardedWei burnedWei";
const TOURNAMENT_FIELDS =
  "organizer pendingOrganizer guardian registrar minStakeWei reporterSet { id } maxClip maxExposure maxRoundsInFlight " +
  "maxDuration minDisputeWindow positionCount roundsInFlight latestRound activeWei pendingWei reserveWei earmarkedWei rewardedWei burnedWei";
const ROUND_FIELDS =
  "state multiplier0 multiplier1 clip stakeThresholdWei exposure closesAt lockedBy resolvesAt settledBy disputeWindow " +
  "guardian reporterSet { id } lockedBatches reportedBatches settledBatches stakedWei atRiskWei payoutFactor earmarkedWei rewardedWei burnedWei";

interface ChainTournament {
  organizer: string;
  pendingOrganizer: string;
  guardian: string;
  registrar: string;
  minStake: bigint;
  limits: Record<string, bigint | number>;
  reporterSet: number;
  positions: number;
  roundsInFlight: number;
  latestRound: bigint;
}

interface ChainRound {
  state: number;
  terms: { multipliers: readonly [bigint, bigint]; clip: bigint; stakeThreshold: bigint; exposure: bigint };
  schedule: Record<string, number>;
  guardian: string;
  reporterSet: number;
  lockedBatches: number;
  reportedBatches: number;
  settledBatches: number;
  staked: bigint;
  atRisk: bigint;
  payoutFactor: bigint;
  earmarked: bigint;
  rewarded: bigint;
  burned: bigint;
}

function expectedRound(tournament: number, { state, terms, schedule, ...round }: ChainRound): Row {
  const { guardian, reporterSet, lockedBatches, reportedBatches, settledBatches } = round;
  const { staked, atRisk, payoutFactor, earmarked, rewarded, burned } = round;
  const locked = payoutFactor !== 0n;
  return {
    state: ROUND_STATES[state],
    multiplier0: terms.multipliers[0],
    multiplier1: terms.multipliers[1],
    clip: terms.clip,
    stakeThresholdWei: terms.stakeThreshold * WEI_PER_NANO,
    exposure: terms.exposure,
    ...schedule,
    ...{ guardian, lockedBatches, reportedBatches, settledBatches },
    reporterSet: { id: `${tournament}-${reporterSet}` },
    stakedWei: staked,
    earmarkedWei: earmarked,
    rewardedWei: rewarded,
    burnedWei: burned,
    atRiskWei: locked ? atRisk : null,
    payoutFactor: locked ? payoutFactor : null,
  };
}

/** The rows that the words in the events ask for, by payout id, and the sum of their payouts by round id. */
function expectedPayouts(
  events: StakingEvent[],
  rounds: Map<string, Row>,
): { payouts: Map<string, Row>; sums: Map<string, bigint> } {
  const batches = new Map<string, Batch>();
  const payouts = new Map<string, Row>();
  const sums = new Map<string, bigint>();
  for (const { eventName, args } of events) {
    const round = `${args.tournament}-${args.round}`;
    const id = `${round}-${args.batch}`;
    if (eventName === "BatchLocked") {
      batches.set(id, { round, stakes: args.stakes, scores: [] });
    }
    const batch = batches.get(id);
    if (!batch) continue;
    if (eventName === "ScoresReported") batch.scores = args.scores;
    if (eventName !== "BatchSettled") continue;

    const exposure = rounds.get(round)?.exposure as bigint;
    const applied = args.payouts;
    for (let index = 0; index < batch.stakes.length * LANES_PER_WORD; index++) {
      const stake = laneOf(batch.stakes, index);
      const payout = BigInt.asIntN(64, laneOf(applied, index)) * WEI_PER_NANO;
      sums.set(round, (sums.get(round) ?? 0n) + payout);
      if (stake === 0n) continue;
      const scores = laneOf(batch.scores, index);
      payouts.set(`${round}-${args.batch * POSITIONS_PER_BATCH + index}`, {
        stakeWei: stake * WEI_PER_NANO,
        atRiskWei: stake * exposure,
        score0: BigInt.asIntN(32, scores >> 32n),
        score1: BigInt.asIntN(32, scores),
        payoutWei: payout,
      });
    }
  }
  return { payouts, sums };
}

async function stakingEvents(
  client: PublicClient,
  abi: Abi,
  address: Hex,
  fromBlock: bigint,
  toBlock: bigint,
): Promise<StakingEvent[]> {
  const events: StakingEvent[] = [];
  for (let first = fromBlock; first <= toBlock; first += BLOCKS_PER_REQUEST) {
    const last = first + BLOCKS_PER_REQUEST - 1n;
    const logs = await client.getLogs({ address, fromBlock: first, toBlock: last < toBlock ? last : toBlock });
    events.push(...(parseEventLogs({ abi, logs, strict: false }) as unknown as StakingEvent[]));
  }
  return events;
}

function laneOf(words: readonly bigint[], index: number): bigint {
  const word = words[Math.floor(index / LANES_PER_WORD)] ?? 0n;
  return BigInt.asUintN(64, word >> BigInt(64 * (index % LANES_PER_WORD)));
}

function sumOf(rows: Row[], field: string): bigint {
  return rows.reduce((sum, row) => sum + (row[field] as bigint), 0n);
}

/** Both sides in one spelling: addresses in lower case, numbers in decimal. */
function textOf(value: Value): string {
  if (value === null || value === undefined) return "null";
  return typeof value === "object" ? JSON.stringify(value) : String(value).toLowerCase();
}

function differenceOf(what: string, subgraph: string, chain: string): Difference {
  return { what, subgraph, chain, text: `${what}: ${subgraph} in the subgraph, ${chain} on the chain` };
}
