// A chain that exists only as its answers: one tournament, many positions and rounds, each round a day after the other and
// in flight for 64. Nothing is executed; what a settlement does is known beforehand.
import {
  type Address,
  decodeFunctionData,
  encodeAbiParameters,
  encodeFunctionResult,
  getAbiItem,
  type Hex,
  keccak256,
  numberToHex,
  toEventSelector,
  toFunctionSelector,
  zeroAddress,
  zeroHash,
} from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { numeraireStakingAbi as abi } from "../../oracle/src/chain/generated/abi.ts";
import { modelId } from "../../oracle/src/core/models.ts";
import { hashWords, packScores, packStakes, POSITIONS_PER_BATCH, type Scores } from "../../oracle/src/core/words.ts";

export type StubOptions = {
  readonly positions: number;
  readonly rounds: number;
  /** How many of the rounds are in flight; the others are settled. */
  readonly inFlight: number;
  /** How many of these are reported; the dispute window of the first ends `SECONDS_TO_SETTLE` after the start, of each further one as much later. */
  readonly reported: number;
};

export const CHAIN_ID = 31_337;
export const TOURNAMENT = 1;
export const CONTRACT: Address = numberToHex(0xc0, { size: 20 });
export const SECONDS_TO_SETTLE = 24;
export const REPORTER_KEY = numberToHex(0xa1, { size: 32 });
const REPORTERS = [0xa1, 0xa2, 0xa3].map((key) => privateKeyToAddress(numberToHex(key, { size: 32 })));
const DAY = 86_400;
const BLOCK_SECONDS = 12;
const BLOCKS_A_DAY = DAY / BLOCK_SECONDS;
const GENESIS = 1_700_000_000;
const BLOCKS_A_POSITION = 2;
const STATES = { locked: 3, settled: 4 } as const;
const BATCH = { locked: 1, reported: 2, settled: 3 } as const;
const LIMITS = {
  maxClip: 10n ** 9n,
  maxExposure: 10n ** 9n,
  maxRoundsInFlight: 64,
  maxDuration: 400 * DAY,
  minDisputeWindow: 0,
};
export const TERMS = {
  multipliers: [500_000_000n, 2_000_000_000n],
  clip: 50_000_000n,
  stakeThreshold: 0n,
  exposure: 10n ** 9n,
} as const;

type Words = {
  readonly stakes: readonly bigint[];
  readonly stakesHash: Hex;
  readonly scoresHash: Hex;
  readonly lock: Hex;
  readonly report: Hex;
};
type Event = { readonly block: number; readonly topics: readonly Hex[]; readonly data: Hex };
export type StubRound = {
  readonly number: number;
  readonly schedule: {
    closesAt: number;
    lockedBy: number;
    resolvesAt: number;
    settledBy: number;
    disputeWindow: number;
  };
  /** 0: not reported. */
  readonly reportedAt: number;
  isSettled: boolean;
};

export function nameOf(position: number): string {
  return `00000000-0000-4000-8000-${position.toString(16).padStart(12, "0")}`;
}

/** 1e-9; both signs, some beyond the clip. */
export function scoresOf(position: number): Scores {
  return [
    BigInt(((position * 37) % 200_001) - 100_000) * 1_000n,
    BigInt(((position * 91) % 100_001) - 50_000) * 1_000n,
  ];
}

export class StubChain {
  readonly rounds: readonly StubRound[];
  readonly positions: number;
  readonly #batches: readonly Words[];
  readonly #events: Event[] = [];
  readonly #receipts = new Map<Hex, number>();
  #head: number;

  constructor({ positions, rounds, inFlight, reported }: StubOptions) {
    this.positions = positions;
    const openedAt = (round: number): number => positions * BLOCKS_A_POSITION + round * BLOCKS_A_DAY;
    this.#head = openedAt(rounds + 1);
    const now = timeOf(this.#head);
    this.#batches = Array.from({ length: Math.ceil(positions / POSITIONS_PER_BATCH) }, (_, index) =>
      wordsOf(index, positions),
    );
    this.rounds = Array.from({ length: rounds }, (_, index): StubRound => {
      const closesAt = timeOf(openedAt(index + 1)) + 3_600;
      const place = index - (rounds - inFlight);
      const isSettled = place < 0;
      const reportedAt = isSettled || place >= reported ? 0 : now - DAY + (place + 1) * SECONDS_TO_SETTLE;
      const resolvesAt = isSettled ? closesAt + DAY : reportedAt > 0 ? reportedAt - 600 : now + (place + 1) * DAY;
      const schedule = {
        closesAt,
        lockedBy: closesAt + 21_600,
        resolvesAt,
        settledBy: resolvesAt + 5 * DAY,
        disputeWindow: DAY,
      };
      return { number: index + 1, schedule, reportedAt, isSettled };
    });
    for (let position = 0; position < positions; position += 1) this.#open(position);
    for (const round of this.rounds) this.#play(round, openedAt(round.number));
  }

  get head(): number {
    return this.#head;
  }

  mine(): void {
    this.#head += 1;
  }

  /** The events from block to block, as JSON. */
  logs(from: number, to: number): string {
    const found = this.#events.filter(({ block }) => block >= from && block <= to);
    return `[${found.map(logOf).join(",")}]`;
  }

  block(number: number): object {
    const [hash, parentHash] = [hashOf(number), hashOf(number - 1)];
    return {
      number: numberToHex(number),
      hash,
      parentHash,
      timestamp: numberToHex(timeOf(number)),
      baseFeePerGas: "0x3b9aca00",
    };
  }

  /** Settles all that the transaction says, in a block of its own. */
  take(raw: Hex): Hex {
    const hash = keccak256(raw);
    if (this.#receipts.has(hash)) return hash;
    this.mine();
    this.#receipts.set(hash, this.#head);
    const settled = this.rounds.filter((round) => !round.isSettled && raw.includes(settleOf(round.number)));
    for (const round of settled) this.#settle(round, this.#head);
    return hash;
  }

  get transactions(): number {
    return this.#receipts.size;
  }

  receipt(hash: Hex): object | null {
    const block = this.#receipts.get(hash);
    if (block === undefined) return null;
    const where = { blockHash: hashOf(block), blockNumber: numberToHex(block) };
    return { transactionHash: hash, ...where, status: "0x1", gasUsed: "0x4c4b40", logs: [], type: "0x2" };
  }

  call(data: Hex): Hex {
    const call = decodeFunctionData({ abi, data });
    switch (call.functionName) {
      case "tournaments":
        return encodeFunctionResult({ abi, functionName: "tournaments", result: TOURNAMENT });
      case "reserveOf":
        return encodeFunctionResult({ abi, functionName: "reserveOf", result: [10n ** 24n, 10n ** 20n] });
      case "reportersOf":
        return encodeFunctionResult({ abi, functionName: "reportersOf", result: [REPORTERS, 2] });
      case "tournamentOf":
        return encodeFunctionResult({ abi, functionName: "tournamentOf", result: this.#tournament() });
      case "roundOf":
        return this.#round(this.#numbered(call.args[1]));
      case "batchOf":
        return this.#batch(this.#numbered(call.args[1]), call.args[2]);
      case "multicall":
        return encodeFunctionResult({
          abi,
          functionName: "multicall",
          result: call.args[0].map((each) => this.call(each)),
        });
      default:
        return "0x";
    }
  }

  #numbered(round: bigint): StubRound {
    const found = this.rounds[Number(round) - 1];
    if (found === undefined) throw new Error(`the stub has no round ${round.toString()}`);
    return found;
  }

  #tournament() {
    const roundsInFlight = this.rounds.filter(({ isSettled }) => !isSettled).length;
    const people = {
      organizer: REPORTERS[2] ?? zeroAddress,
      pendingOrganizer: zeroAddress,
      guardian: zeroAddress,
      registrar: CONTRACT,
    };
    const counts = { positions: this.positions, roundsInFlight, latestRound: BigInt(this.rounds.length) };
    return { ...people, minStake: 0n, limits: LIMITS, reporterSet: 1, ...counts };
  }

  #round({ schedule, reportedAt, isSettled }: StubRound): Hex {
    const batches = this.#batches.length;
    const counts = {
      batches,
      lockedBatches: batches,
      reportedBatches: reportedAt > 0 ? batches : 0,
      settledBatches: 0,
    };
    const sums = { staked: 0n, atRisk: 0n, payoutFactor: 0n, earmarked: 0n, rewarded: 0n, burned: 0n };
    const state = isSettled ? STATES.settled : STATES.locked;
    const result = { state, terms: TERMS, schedule, guardian: zeroAddress, reporterSet: 1, ...counts, ...sums };
    return encodeFunctionResult({ abi, functionName: "roundOf", result });
  }

  #batch({ reportedAt, isSettled }: StubRound, index: number): Hex {
    const { stakes, stakesHash, scoresHash } = this.#batches[index] ?? wordsOf(index, this.positions);
    const state = isSettled ? BATCH.settled : reportedAt > 0 ? BATCH.reported : BATCH.locked;
    const hashes = { stakesHash, scoresHash: reportedAt > 0 ? scoresHash : zeroHash };
    const result = { state, words: stakes.length, attempt: 0, reportedAt, ...hashes };
    return encodeFunctionResult({ abi, functionName: "batchOf", result });
  }

  #open(position: number): void {
    const topics = [TOPICS.PositionOpened, word(TOURNAMENT), word(position), word(0x57)];
    this.#events.push({ block: position * BLOCKS_A_POSITION, topics, data: modelId(nameOf(position)) });
  }

  #play(round: StubRound, block: number): void {
    const { number, schedule, reportedAt, isSettled } = round;
    const opened = [
      getAbiItem({ abi, name: "RoundOpened" }).inputs[2],
      getAbiItem({ abi, name: "RoundOpened" }).inputs[3],
    ] as const;
    this.#events.push({
      block,
      topics: topicsOf("RoundOpened", number),
      data: encodeAbiParameters(opened, [TERMS, schedule]),
    });
    this.#batches.forEach(({ lock }, index) => {
      this.#events.push({ block: block + 300, topics: topicsOf("BatchLocked", number, index), data: lock });
    });
    if (isSettled || reportedAt > 0) {
      this.#batches.forEach(({ report }, index) => {
        this.#events.push({ block: block + 301, topics: topicsOf("ScoresReported", number, index), data: report });
      });
    }
    if (isSettled) this.#settle(round, block + 302);
  }

  #settle(round: StubRound, block: number): void {
    round.isSettled = true;
    this.#events.push({ block, topics: topicsOf("RoundSettled", round.number), data: `0x${"0".repeat(128)}` });
  }
}

const NAMES = ["PositionOpened", "RoundOpened", "BatchLocked", "ScoresReported", "RoundSettled"] as const;
const TOPICS = Object.fromEntries(NAMES.map((name) => [name, toEventSelector(getAbiItem({ abi, name }))])) as Readonly<
  Record<(typeof NAMES)[number], Hex>
>;
const SETTLE = toFunctionSelector(getAbiItem({ abi, name: "settle" }));

function topicsOf(name: keyof typeof TOPICS, ...numbers: readonly number[]): Hex[] {
  return [TOPICS[name], word(TOURNAMENT), ...numbers.map(word)];
}

/** How the calldata of a round's settlements begins. */
function settleOf(round: number): string {
  return `${SETTLE.slice(2)}${word(TOURNAMENT).slice(2)}${word(round).slice(2)}`;
}

function wordsOf(index: number, positions: number): Words {
  const first = index * POSITIONS_PER_BATCH;
  const lanes = Array.from({ length: Math.min(POSITIONS_PER_BATCH, positions - first) }, (_, lane) => first + lane);
  const stakes = packStakes(lanes.map((position) => BigInt(position + 1) * 1_000_000_007n));
  const scores = packScores(lanes.map(scoresOf));
  const lock = encodeAbiParameters([{ type: "uint256[]" }], [stakes]);
  const report = encodeAbiParameters([{ type: "uint32" }, { type: "uint256" }, { type: "uint256[]" }], [0, 3n, scores]);
  return { stakes, stakesHash: hashWords(stakes), scoresHash: hashWords(scores), lock, report };
}

function logOf({ block, topics, data }: Event): string {
  const [hash, at] = [hashOf(block), numberToHex(block)];
  const place = `"blockNumber":"${at}","blockHash":"${hash}","transactionHash":"${hash}","transactionIndex":"0x0","logIndex":"0x0"`;
  return `{"address":"${CONTRACT}","topics":["${topics.join('","')}"],"data":"${data}",${place},"removed":false}`;
}

function hashOf(block: number): Hex {
  return `0x${block.toString(16).padStart(16, "0").padEnd(64, "b")}`;
}

function timeOf(block: number): number {
  return GENESIS + block * BLOCK_SECONDS;
}

function word(value: number): Hex {
  return `0x${value.toString(16).padStart(64, "0")}`;
}
