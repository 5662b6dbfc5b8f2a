// A round's reports and settlements the way one would write them first: an object a position, a BigInt a lane, words as
// text. It checks no range, compares nothing with what was reported, and takes the signatures as they come.
import { type Address, encodeFunctionData, type Hex, keccak256 } from "viem";
import { numeraireStakingAbi as abi } from "../../oracle/src/chain/generated/abi.ts";
import type { ChainFacts, FeedView, RoundFacts } from "../../oracle/src/core/facts.ts";
import type { Reported } from "./round.ts";

type Position = { readonly batch: number; readonly lane: number; readonly stake: bigint; readonly scores: bigint[] };
type SignatureOf = (reporter: Address, scoresHash: Hex) => Hex;

export function plainReports(facts: ChainFacts, feed: FeedView, signatureOf: SignatureOf): Reported {
  const positions = facts.rounds.flatMap((round) => positionsOf(round, facts, feed));
  const batches = Map.groupBy(positions, ({ batch }) => batch);
  const reports = [...batches].map(([batch, lanes]) => {
    const scores = wordsOf(lanes);
    const signatures = (facts.rounds[0]?.reporters ?? []).slice(0, 2).map((each) => signatureOf(each, hashOf(scores)));
    const args = [facts.tournament, 1n, batch, scores, 3n, signatures] as const;
    return { batch, scores, data: encodeFunctionData({ abi, functionName: "report", args }) };
  });
  return {
    scores: new Map(reports.map(({ batch, scores }) => [batch, scores])),
    calls: reports.map(({ data }) => data),
  };
}

export function plainSettlements(facts: ChainFacts): Hex[] {
  return facts.rounds.flatMap(({ number, batches }) =>
    batches.map(({ index, stakes, scores }) =>
      encodeFunctionData({ abi, functionName: "settle", args: [facts.tournament, number, index, stakes, scores] }),
    ),
  );
}

function positionsOf(round: RoundFacts, { models }: ChainFacts, feed: FeedView): Position[] {
  const sheet = feed.sheets.get(round.number);
  const scores = new Map(sheet?.ok === true ? sheet.value.models.map((each) => [each.model, each.scores]) : []);
  return round.batches.flatMap(({ index, stakes }) =>
    stakes.flatMap((word, at) =>
      [0, 1, 2, 3].map((place) => {
        const lane = at * 4 + place;
        const stake = (word >> BigInt(64 * place)) & (2n ** 64n - 1n);
        const found = stake === 0n ? null : scores.get(models[index * 1_024 + lane] ?? "0x");
        return { batch: index, lane, stake, scores: [...(found ?? [0n, 0n])] };
      }),
    ),
  );
}

function wordsOf(lanes: readonly Position[]): bigint[] {
  const words: bigint[] = [];
  for (const { lane, scores } of lanes) {
    const [high = 0n, low = 0n] = scores;
    const packed = (BigInt.asUintN(32, high) << 32n) | BigInt.asUintN(32, low);
    words[lane >> 2] = (words[lane >> 2] ?? 0n) | (packed << BigInt(64 * (lane % 4)));
  }
  return words;
}

function hashOf(words: readonly bigint[]): Hex {
  return keccak256(`0x${words.map((word) => word.toString(16).padStart(64, "0")).join("")}`);
}
