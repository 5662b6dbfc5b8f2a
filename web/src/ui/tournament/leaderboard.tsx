import { positionLeaderboard, stakerLeaderboard } from "@numeraire-staking/subgraph/client";
import { useState } from "react";
import { copy } from "../../copy/en.ts";
import { useAsk } from "../../data/ask.ts";
import { StakerLink } from "../address.tsx";
import { Amount } from "../amount.tsx";
import { ModelLink } from "../model.tsx";
import { Percent } from "../percent.tsx";
import { Answer } from "../states.tsx";
import { Table } from "../table.tsx";

const text = copy.tournament;
const columns = text.columns;
const FIRST = 25;

/** Models or stakers by what a staked NMR brought them. */
export function Leaderboard({ tournament }: { tournament: string }) {
  const [stakers, setStakers] = useState(false);
  return (
    <section className="section">
      <div className="section-head">
        <h2>{text.leaderboard}</h2>
        <div className="tabs" role="group" aria-label={text.leaderboard}>
          <button type="button" aria-pressed={!stakers} onClick={() => setStakers(false)}>
            {text.byPosition}
          </button>
          <button type="button" aria-pressed={stakers} onClick={() => setStakers(true)}>
            {text.byStaker}
          </button>
        </div>
      </div>
      <p className="quiet">{text.returns}</p>
      {stakers ? <StakerBoard tournament={tournament} /> : <PositionBoard tournament={tournament} />}
    </section>
  );
}

type Returns = {
  readonly activeNmr: string;
  readonly returnLast20: string;
  readonly returnLast60: string;
  readonly returnAllTime: string;
};

const returnColumns = [
  {
    name: columns.last20,
    right: true,
    show: ({ returnLast20 }: Returns) => <Percent ratio={returnLast20} />,
    sortBy: ({ returnLast20 }: Returns) => Number(returnLast20),
  },
  {
    name: columns.last60,
    right: true,
    show: ({ returnLast60 }: Returns) => <Percent ratio={returnLast60} />,
    sortBy: ({ returnLast60 }: Returns) => Number(returnLast60),
  },
  {
    name: columns.allTime,
    right: true,
    show: ({ returnAllTime }: Returns) => <Percent ratio={returnAllTime} />,
    sortBy: ({ returnAllTime }: Returns) => Number(returnAllTime),
  },
];

function PositionBoard({ tournament }: { tournament: string }) {
  const answer = useAsk(positionLeaderboard, { tournament });
  return (
    <Answer query={answer}>
      {({ positions }) => (
        <Table
          caption={text.leaderboard}
          rows={positions}
          first={FIRST}
          columns={[
            { name: columns.model, show: ({ model }) => <ModelLink tournament={tournament} model={model} /> },
            { name: columns.staker, show: ({ staker }) => <StakerLink address={staker.id} /> },
            {
              name: columns.stake,
              right: true,
              show: ({ activeWei }) => <Amount wei={BigInt(activeWei)} />,
              sortBy: ({ activeWei }) => BigInt(activeWei),
            },
            ...returnColumns,
          ]}
        />
      )}
    </Answer>
  );
}

function StakerBoard({ tournament }: { tournament: string }) {
  const answer = useAsk(stakerLeaderboard, { tournament });
  return (
    <Answer query={answer}>
      {({ tournamentStakers }) => (
        <Table
          caption={text.leaderboard}
          rows={tournamentStakers}
          first={FIRST}
          columns={[
            { name: columns.staker, show: ({ staker }) => <StakerLink address={staker.id} /> },
            {
              name: copy.overview.columns.models,
              right: true,
              show: ({ positionCount }) => positionCount.toLocaleString("en"),
              sortBy: ({ positionCount }) => positionCount,
            },
            {
              name: columns.stake,
              right: true,
              show: ({ activeWei }) => <Amount wei={BigInt(activeWei)} />,
              sortBy: ({ activeWei }) => BigInt(activeWei),
            },
            ...returnColumns,
          ]}
        />
      )}
    </Answer>
  );
}
