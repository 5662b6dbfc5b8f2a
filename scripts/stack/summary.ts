import { WEI_PER_NANO } from "../../oracle/src/core/units.ts";
import type { Feed } from "../../oracle/src/feeds/feed.ts";
import { checkIndex } from "../../subgraph/check/check.ts";
import { described } from "../../subgraph/check/compare.ts";
import { waitForBlock } from "../../subgraph/engine/query.ts";
import type { NumeraireStaking } from "../../types/contracts/NumeraireStaking.js";
import { shownFactor, shownNmr } from "../support/amounts.ts";
import { comparePayouts, describeVerdicts } from "../support/compare.ts";
import { present } from "../support/present.ts";
import { readSettlements } from "../support/settlements.ts";
import { printTable, step } from "../support/terminal.ts";
import type { Chain } from "./chain.ts";

const ROUND_COLUMNS = ["round", "positions", "at risk", "payout factor", "rewarded", "burned", "gas a position"];
const SHOWN_DIFFERENCES = 5;
/** What of the subgraph is about one round: its ids begin with the round's. */
const OF_ROUNDS = /^(Round|Batch|RoundStake|Report|Veto|Settlement|Payout|Burn)$/;

export type Scene = {
  readonly chain: Chain;
  readonly staking: NumeraireStaking;
  readonly tournament: number;
  readonly from: number;
  readonly feed: Feed;
  readonly graphqlUrl: string;
};

/** Prints the table of all rounds. Returns whether formula and subgraph agree with the chain everywhere. */
export async function summarize(scene: Scene, signal: AbortSignal): Promise<boolean> {
  const { chain, staking, tournament, from, graphqlUrl } = scene;
  const { differences } = await step(
    "Subgraph compared with the chain, field by field",
    async () => {
      const block = await chain.connection.ethers.provider.getBlockNumber();
      await waitForBlock(graphqlUrl, block);
      const address = await staking.getAddress();
      return checkIndex({ graphqlUrl, rpcUrl: chain.url, address, block, fromBlock: from, limit: Infinity });
    },
    signal,
  );
  const rounds = await step("Payouts compared with the formula", () => readRounds(scene), signal);

  const everywhere = differences.filter(({ entity }) => !OF_ROUNDS.test(entity)).length;
  const rows = rounds.map(({ number, settlements, round, gas, verdict }) => {
    const own = `${tournament}-${number}-`;
    const agrees = everywhere === 0 && !differences.some(({ id }) => `${id}-`.startsWith(own));
    return [
      String(number),
      settlements.length.toLocaleString("en"),
      shownNmr(round.atRisk / WEI_PER_NANO),
      shownFactor(round.payoutFactor),
      shownNmr(round.rewarded / WEI_PER_NANO),
      shownNmr(round.burned / WEI_PER_NANO),
      (Number(gas) / settlements.length).toFixed(1),
      verdict.formulaAgrees ? "yes" : "no",
      agrees ? "yes" : "no",
    ];
  });
  console.log("Amounts in NMR, cut after three decimals; gas of lock, report and settlement together:");
  printTable([...ROUND_COLUMNS, "formula agrees", "subgraph agrees"], rows);
  for (const line of describeVerdicts(rounds.map(({ verdict }) => verdict))) console.log(line);
  for (const difference of differences.slice(0, SHOWN_DIFFERENCES)) console.log(described(difference));
  return differences.length === 0 && rounds.every(({ verdict }) => verdict.formulaAgrees);
}

async function readRounds({ staking, tournament, from, feed }: Scene) {
  const opened = await staking.queryFilter(staking.filters.RoundOpened(tournament), from);
  const terms = new Map((await feed.rounds()).rounds.map(({ number, terms }) => [number, terms]));
  return Promise.all(
    opened.map(async ({ args: { round: number } }) => {
      const details = await feed.details(number);
      const own = present(terms.get(number), `round ${number} of the feed`);
      const settlements = await readSettlements(staking, {
        tournament: BigInt(tournament),
        round: number,
        models: new Map(details.models.map((model) => [model.model, model])),
        terms: own,
        from,
      });
      return {
        number,
        settlements,
        round: await staking.roundOf(tournament, number),
        gas: await gasOf(staking, tournament, number, from),
        verdict: comparePayouts(settlements, details, own),
      };
    }),
  );
}

/** Gas of all transactions that locked, reported or settled a batch of the round. */
async function gasOf(staking: NumeraireStaking, tournament: number, round: bigint, from: number): Promise<bigint> {
  const { filters } = staking;
  const steps = [
    ...(await staking.queryFilter(filters.BatchLocked(tournament, round), from)),
    ...(await staking.queryFilter(filters.ScoresReported(tournament, round), from)),
    ...(await staking.queryFilter(filters.BatchSettled(tournament, round), from)),
  ];
  const transactions = new Map(steps.map((event) => [event.transactionHash, event]));
  let gas = 0n;
  for (const event of transactions.values()) gas += (await event.getTransactionReceipt()).gasUsed;
  return gas;
}
