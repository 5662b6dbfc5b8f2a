import { uuidFromModelId } from "@numeraire-staking/oracle/core/models";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { copy } from "../copy/en.ts";
import { decimal } from "@numeraire-staking/oracle/core/derivation";
import type { RoundRow } from "../data/round-rows.ts";
import type { RoundPageQuery } from "../index/generated/types.ts";
import { StakerLink } from "./address.tsx";
import { Amount } from "./amount.tsx";
import { ModelLink } from "./model.tsx";
import { Percent } from "./percent.tsx";
import { type Column, Table } from "./table.tsx";

const text = copy.round;
const names = text.columns;

/** Every position of a round: found by model or staker, sorted by any column. */
export function RoundPositions({
  rows,
  round,
}: {
  rows: readonly RoundRow[];
  round: Pick<NonNullable<RoundPageQuery["round"]>, "number" | "tournament">;
}) {
  const [wanted, setWanted] = useState("");
  const columns = useMemo(() => columnsOf(round.tournament.id, round.number), [round.tournament.id, round.number]);
  const found = useMemo(() => search(rows, wanted), [rows, wanted]);
  return (
    <section className="section">
      <div className="section-head">
        <h2>{text.positions}</h2>
        <div className="tools-row">
          <label className="hidden" htmlFor="search">
            {text.search}
          </label>
          <input
            id="search"
            className="input"
            type="search"
            placeholder={text.search}
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
          <span className="quiet" role="status">
            {text.found(found.length, rows.length)}
          </span>
        </div>
      </div>
      <Table caption={text.positions} rows={found} columns={columns} initial={{ column: 3, descending: true }} />
    </section>
  );
}

function columnsOf(tournament: string, round: string): Column<RoundRow>[] {
  const score = (pick: (paid: NonNullable<RoundRow["paid"]>) => number) => (row: RoundRow) =>
    row.paid === null ? 0 : pick(row.paid);
  const shown = (pick: (paid: NonNullable<RoundRow["paid"]>) => number) => (row: RoundRow) =>
    row.paid === null ? "" : decimal(BigInt(pick(row.paid)), 9);
  return [
    { name: names.position, show: ({ position }) => position, sortBy: ({ position }) => position },
    { name: names.model, show: ({ model }) => <ModelLink tournament={tournament} model={model} /> },
    { name: names.staker, show: ({ staker }) => <StakerLink address={staker} />, sortBy: ({ staker }) => staker },
    { name: names.stake, right: true, show: ({ stake }) => <Amount wei={stake} />, sortBy: ({ stake }) => stake },
    { name: names.score0, right: true, show: shown(({ score0 }) => score0), sortBy: score(({ score0 }) => score0) },
    { name: names.score1, right: true, show: shown(({ score1 }) => score1), sortBy: score(({ score1 }) => score1) },
    {
      name: names.payout,
      right: true,
      show: ({ paid }) => (paid === null ? "" : <Amount wei={paid.payout} sign />),
      sortBy: ({ paid }) => paid?.payout ?? 0n,
    },
    {
      name: names.rate,
      right: true,
      show: ({ paid }) => (paid === null ? "" : <Percent ratio={paid.rate} />),
      sortBy: ({ paid }) => Number(paid?.rate ?? 0),
    },
    {
      name: names.why,
      show: ({ position, paid }) =>
        paid === null ? (
          ""
        ) : (
          <Link href={`/check/${tournament}/${round}/${position}`}>{paid.clipped ? text.clipped : text.whyLink}</Link>
        ),
    },
  ];
}

function search(rows: readonly RoundRow[], wanted: string): readonly RoundRow[] {
  const words = wanted.trim().toLowerCase();
  if (words === "") return rows;
  return rows.filter(
    ({ model, staker }) =>
      staker.includes(words) || model.includes(words) || (uuidFromModelId(model) ?? "").includes(words),
  );
}
