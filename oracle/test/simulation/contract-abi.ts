import {
  decodeFunctionData,
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionResult,
  type Hex,
  numberToHex,
  parseAbiParameters,
  zeroAddress,
  zeroHash,
} from "viem";
import { numeraireStakingAbi as abi } from "../../src/chain/generated/abi.ts";
import { ROUND_STATES } from "../../src/chain/rounds.ts";
import type { BatchFacts } from "../../src/core/facts.ts";
import { WEI_PER_NANO } from "../../src/core/units.ts";
import { hashWords } from "../../src/core/words.ts";
import type { Block } from "./chain.ts";
import type { ModelCall, ModelRound } from "./contract.ts";
import { factsOf } from "./facts.ts";
import { DOMAIN, stakesOf } from "./script.ts";

// The model's rounds in the contract's own encoding: what its views answer, and the events that calls leave.

export type Log = {
  readonly address: Hex;
  readonly topics: readonly (Hex | null | readonly Hex[])[];
  readonly data: Hex;
  readonly blockNumber: Hex;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
  readonly transactionIndex: Hex;
  readonly logIndex: Hex;
  readonly removed: false;
};

const { tournament } = DOMAIN;
const BATCH_STATES = ["unlocked", "locked", "reported", "settled"] as const;

// Every node asks the same of every block.
const views = new WeakMap<Block, Map<Hex, Hex>>();
const events = new WeakMap<Block, readonly Log[]>();

/** What the contract's view answers at a block. */
export function viewed(data: Hex, block: Block): Hex {
  const known = views.get(block) ?? new Map<Hex, Hex>();
  views.set(block, known);
  const answer = known.get(data) ?? answerTo(data, block);
  known.set(data, answer);
  return answer;
}

function answerTo(data: Hex, block: Block): Hex {
  const { functionName, args } = decodeFunctionData({ abi, data });
  switch (functionName) {
    case "tournaments":
      return encodeFunctionResult({ abi, functionName, result: tournament });
    case "tournamentOf":
      return encodeFunctionResult({ abi, functionName, result: tournamentAt(block) });
    case "reserveOf":
      return encodeFunctionResult({ abi, functionName, result: [factsOf(block).freeReserve * WEI_PER_NANO, 0n] });
    case "roundOf":
      return encodeFunctionResult({ abi, functionName, result: roundIn(roundAt(block, args[1])) });
    case "reportersOf": {
      const { reporters, quorum } = roundAt(block, 1n);
      return encodeFunctionResult({ abi, functionName, result: [reporters, quorum] });
    }
    case "batchOf": {
      const batch = roundAt(block, args[1]).batches[args[2]];
      if (batch === undefined) throw new Error(`the simulation has no batch ${args[2]}`);
      return encodeFunctionResult({ abi, functionName, result: batchIn(batch) });
    }
    case "stakesOf":
      return encodeFunctionResult({ abi, functionName, result: stakesOf(args[1], block.salt) });
    default:
      throw new Error(`no node of the simulation asks for ${functionName}`);
  }
}

function roundAt({ state }: Block, number: bigint): ModelRound {
  const round = state.get(number);
  if (round === undefined) throw new Error(`the simulation has no round ${number.toString()}`);
  return round;
}

function tournamentAt(block: Block) {
  const { organizer, limits, latestRound, roundsInFlight, models } = factsOf(block);
  const nobody = { pendingOrganizer: zeroAddress, guardian: zeroAddress, minStake: 0n };
  const counts = { reporterSet: 1, positions: models.length, roundsInFlight, latestRound };
  return { ...nobody, organizer, registrar: organizer, limits, ...counts };
}

function roundIn({ state, terms, schedule, batches }: ModelRound) {
  const nothing = { staked: 0n, atRisk: 0n, payoutFactor: 0n, earmarked: 0n, rewarded: 0n, burned: 0n };
  const counts = { lockedBatches: 0, reportedBatches: 0, settledBatches: 0 };
  return {
    ...{ state: ROUND_STATES.indexOf(state), terms, schedule, guardian: zeroAddress, reporterSet: 1 },
    ...{ batches: batches.length, ...counts, ...nothing },
  };
}

function batchIn({ state, stakes, attempt, reportedAt, stakesHash, scores }: BatchFacts) {
  const scoresHash = scores.length === 0 ? zeroHash : hashWords(scores);
  return { state: BATCH_STATES.indexOf(state), words: stakes.length, attempt, reportedAt, stakesHash, scoresHash };
}

type Event = { readonly topics: Log["topics"]; readonly data: Hex };

/** The events of a block, in their order. The first block has those of all that was before. */
export function eventsIn(block: Block): readonly Log[] {
  const known = events.get(block) ?? logsOf(block);
  events.set(block, known);
  return known;
}

function logsOf(block: Block): Log[] {
  const all = block.parent === null ? openingEvents(block) : callsIn(block).flatMap((call) => eventsOf(call, block));
  return all.map(({ topics, data }, index) => ({
    ...{ address: DOMAIN.contract, topics, data, blockNumber: numberToHex(block.number), blockHash: block.hash },
    ...{ transactionHash: block.hash, transactionIndex: "0x0", logIndex: numberToHex(index), removed: false },
  }));
}

function callsIn({ receipts }: Block): ModelCall[] {
  return [...receipts.values()].flatMap(({ transaction, refusal }) => (refusal === null ? transaction.calls : []));
}

function openingEvents(block: Block): Event[] {
  const positions = factsOf(block).models.map((model, position): Event => {
    const args = { tournament, position, staker: zeroAddress };
    const topics = encodeEventTopics({ abi, eventName: "PositionOpened", args });
    return { topics, data: encodeAbiParameters(parseAbiParameters("bytes32"), [model]) };
  });
  const rounds = [...block.state.values()].flatMap((round): Event[] => {
    const topics = encodeEventTopics({ abi, eventName: "RoundOpened", args: { tournament, round: round.number } });
    const locked = round.batches.filter(({ state }) => state === "locked");
    return [{ topics, data: "0x" }, ...locked.map(({ index, stakes }) => lockEvent(round.number, index, stakes))];
  });
  return [...positions, ...rounds];
}

function eventsOf(call: ModelCall, block: Block): Event[] {
  const { round } = call;
  switch (call.kind) {
    case "lock":
      return [lockEvent(round, call.batch, stakesOf(call.batch, block.salt))];
    case "report": {
      const topics = encodeEventTopics({
        abi,
        eventName: "ScoresReported",
        args: { tournament, round, batch: call.batch },
      });
      const said = [call.attempt, 0n, call.scores] as const;
      return [{ topics, data: encodeAbiParameters(parseAbiParameters("uint32, uint256, uint256[]"), said) }];
    }
    case "settle": {
      const isLast = block.state.get(round)?.state === "settled" && lastSettled(round, block) === call.batch;
      if (!isLast) return [];
      const topics = encodeEventTopics({ abi, eventName: "RoundSettled", args: { tournament, round } });
      return [{ topics, data: encodeAbiParameters(parseAbiParameters("uint256, uint256"), [0n, 0n]) }];
    }
    case "void":
      return [
        { topics: encodeEventTopics({ abi, eventName: "RoundVoided", args: { tournament, round } }), data: "0x" },
      ];
    default:
      return [];
  }
}

function lockEvent(round: bigint, batch: number, stakes: readonly bigint[]): Event {
  const topics = encodeEventTopics({ abi, eventName: "BatchLocked", args: { tournament, round, batch } });
  return { topics, data: encodeAbiParameters(parseAbiParameters("uint256[]"), [stakes]) };
}

function lastSettled(round: bigint, block: Block): number | undefined {
  const calls = callsIn(block).filter((call) => call.kind === "settle" && call.round === round);
  return calls.flatMap((call) => (call.kind === "settle" ? call.batch : [])).at(-1);
}
