import { copy } from "../../copy/en.ts";
import { exactNmr } from "../../core/amounts.ts";
import { factorDown } from "../../core/rates.ts";
import { cellStateOf } from "../../core/round-state.ts";
import type { TournamentPageQuery } from "../../index/generated/types.ts";
import { Amount } from "../amount.tsx";
import { RoundLink } from "../round-link.tsx";
import { StateChip } from "../state-chip.tsx";
import { RoundStrip, StripLegend } from "../strip.tsx";
import { Table } from "../table.tsx";
import { Time } from "../time.tsx";

const text = copy.tournament;
const columns = text.columns;
const FIRST = 25;

type Rounds = TournamentPageQuery["rounds"];

/** A tournament's rounds, as a strip and as a table. */
export function Calendar({ tournament, rounds }: { tournament: string; rounds: Rounds }) {
  const cells = rounds
    .map((round) => ({
      ...{ tournament, round: round.number, state: cellStateOf(round) },
      note: copy.strip.note("", exactNmr(BigInt(round.atRiskNowWei)), ""),
    }))
    .toReversed();
  return (
    <section className="section">
      <div className="section-head">
        <h2>{text.calendar}</h2>
        <StripLegend />
      </div>
      <RoundStrip cells={cells} label={text.calendar} />
      <Table
        caption={text.calendar}
        rows={rounds}
        first={FIRST}
        initial={{ column: 0, descending: true }}
        columns={[
          {
            name: columns.round,
            show: ({ number }) => <RoundLink tournament={tournament} round={number} />,
            sortBy: ({ number }) => BigInt(number),
          },
          {
            name: columns.state,
            show: (round) => <StateChip state={cellStateOf(round)} />,
            sortBy: ({ state }) => state,
          },
          {
            name: columns.closes,
            show: ({ closesAt }) => <Time at={closesAt} />,
            sortBy: ({ closesAt }) => BigInt(closesAt),
          },
          {
            name: columns.settledBy,
            show: ({ settledBy }) => <Time at={settledBy} />,
            sortBy: ({ settledBy }) => BigInt(settledBy),
          },
          {
            name: columns.staked,
            right: true,
            show: ({ stakedWei }) => <Amount wei={BigInt(stakedWei)} />,
            sortBy: ({ stakedWei }) => BigInt(stakedWei),
          },
          {
            name: columns.factor,
            right: true,
            show: ({ payoutFactor }) => (payoutFactor === null ? "" : factorDown(BigInt(payoutFactor))),
            sortBy: ({ payoutFactor }) => BigInt(payoutFactor ?? 0),
          },
          {
            name: columns.rewarded,
            right: true,
            show: ({ rewardedWei }) => <Amount wei={BigInt(rewardedWei)} sign />,
            sortBy: ({ rewardedWei }) => BigInt(rewardedWei),
          },
          {
            name: columns.burned,
            right: true,
            show: ({ burnedWei }) => <Amount wei={-BigInt(burnedWei)} sign />,
            sortBy: ({ burnedWei }) => BigInt(burnedWei),
          },
        ]}
      />
    </section>
  );
}
