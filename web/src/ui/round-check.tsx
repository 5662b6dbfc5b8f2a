import { useMemo } from "react";
import { Link } from "wouter";
import { weiFromNano } from "@numeraire-staking/oracle/core/units";
import { copy } from "../copy/en.ts";
import { checkRound, type PositionCheck } from "../core/check.ts";
import { useEvidence } from "../data/evidence.ts";
import { Amount } from "./amount.tsx";
import { Notice, Waiting } from "./states.tsx";
import { Table } from "./table.tsx";
import { VerdictChip } from "./verdict.tsx";

const text = copy.checkPage;
const FIRST = 50;
/** Of a tick; what is wrong once is wrong often. */
const MOST_FINDINGS = 5;

/** A whole round: every tick of all batches, every position. */
export function RoundCheck({ tournament, round }: { tournament: number; round: bigint }) {
  const { data, error } = useEvidence(tournament, round);
  const checked = useMemo(() => (data === undefined ? undefined : checkRound(data)), [data]);
  if (error !== null) return <Notice kind="bad" title={copy.shell.noAnswer} />;
  if (data === undefined || checked === undefined) return <Waiting />;
  if (data.kind === "unusable") return <Notice kind="bad" title={copy.check.unusable({ reason: data.reason })} />;
  const { verdict, ticks, positions, differing } = checked;
  return (
    <>
      <section className="section">
        <Notice
          kind={verdict === "true" ? "good" : verdict === "false" ? "bad" : ""}
          title={text.wholeVerdict[verdict](positions.length, differing.length)}
        />
        <ol className="ticks">
          {ticks.map((tick) => (
            <li key={tick.id} className={`tick ${tick.verdict}`}>
              <div className="tick-line">
                <VerdictChip verdict={tick.verdict} />
                <strong>{copy.check.titles[tick.id]}</strong>
                {tick.why !== null && <span className="quiet">{copy.check.unknown[tick.why]}</span>}
              </div>
              {tick.findings.slice(0, MOST_FINDINGS).map(({ message }) => (
                <p key={message} className="small">
                  {message}
                </p>
              ))}
            </li>
          ))}
        </ol>
      </section>
      <section className="section">
        <h2>{copy.round.positions}</h2>
        <Positions tournament={tournament} round={round} rows={differing.length > 0 ? differing : positions} />
      </section>
    </>
  );
}

function Positions({ tournament, round, rows }: { tournament: number; round: bigint; rows: readonly PositionCheck[] }) {
  const names = copy.round.columns;
  const nano = (value: bigint | null) => (value === null ? "" : <Amount wei={weiFromNano(value)} sign />);
  return (
    <Table
      caption={copy.round.positions}
      rows={rows}
      first={FIRST}
      columns={[
        {
          name: names.position,
          show: ({ position }) => <Link href={`/check/${tournament}/${round.toString()}/${position}`}>{position}</Link>,
          sortBy: ({ position }) => position,
        },
        {
          name: names.stake,
          right: true,
          show: ({ stake }) => <Amount wei={weiFromNano(stake)} />,
          sortBy: ({ stake }) => stake,
        },
        { name: text.due, right: true, show: ({ due }) => nano(due), sortBy: ({ due }) => due ?? 0n },
        { name: text.paid, right: true, show: ({ paid }) => nano(paid), sortBy: ({ paid }) => paid ?? 0n },
        { name: text.verdict, show: ({ verdict }) => <VerdictChip verdict={verdict} /> },
      ]}
    />
  );
}
