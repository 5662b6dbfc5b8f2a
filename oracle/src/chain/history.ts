import { BaseError, type Hex, numberToHex } from "viem";
import type { RoundHistory } from "../core/history.ts";
import { ChainTrouble, sayWhy } from "./errors.ts";
import { logsBetween } from "./logs.ts";
import { contractsWord, historyOf, latestBlock, type Tournament } from "./round-history.ts";
import { tapeOf } from "./tape.ts";

export type HistoryOptions = Tournament & {
  readonly deploymentBlock: bigint;
  /** Most blocks of one question for events. */
  readonly range: bigint;
};

/** A tournament's past up to the latest block, whose time is unix seconds. */
export type History = {
  readonly time: number;
  /** Model of each position. */
  readonly models: readonly Hex[];
  /** Numbers of all rounds that were ever opened, lowest first. */
  readonly rounds: readonly bigint[];
  /** One of them, with its transactions. @throws ChainTrouble */
  round(number: bigint): Promise<RoundHistory | null>;
};

/**
 * Reads every event of the tournament. What is true of a round is then looked up in its transactions, round by round.
 * @throws ChainTrouble where the node can't be asked
 */
export async function readHistory(options: HistoryOptions, say: (progress: string) => void): Promise<History> {
  return reading(async () => {
    const { deploymentBlock: from, range, tournament } = options;
    const { number: to, time } = await latestBlock(options.client);
    const topics = [null, numberToHex(tournament, { size: 32 })];
    const tape = tapeOf(await logsBetween({ ...options, topics }, { from, to }, range, say));
    return {
      time,
      models: tape.models,
      rounds: [...tape.rounds.keys()],
      round: (number) =>
        reading(async () => {
          const taped = tape.rounds.get(number);
          if (taped === undefined) return null;
          return historyOf(taped, await contractsWord(number, to, options), to, options);
        }),
    };
  });
}

async function reading<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    throw new ChainTrouble("rpc_down", `the chain can't be read: ${sayWhy(error)}`, { cause: error });
  }
}
