import { weiFromNano } from "@numeraire-staking/oracle/core/units";
import { useEffect, useMemo, useRef, useState } from "react";
import { copy } from "../copy/en.ts";
import { Amount } from "./amount.tsx";
import { type Entry, Holding } from "./holding.tsx";
import { ModelName } from "./model.tsx";
import { type Column, Table } from "./table.tsx";
import { Time } from "./time.tsx";

const text = copy.mine;
const names = text.columns;

/** Many positions, a line each; the one that is opened stands above them, whole. */
export function HoldingsTable({ entries }: { entries: readonly Entry[] }) {
  const [opened, setOpened] = useState<string | null>(null);
  const card = useRef<HTMLDivElement>(null);
  const columns = useMemo(() => columnsOf(opened, setOpened), [opened]);
  const entry = entries.find(({ key }) => key === opened);
  // What was asked for may be a screen away, and who hears the page instead of seeing it should hear it next.
  useEffect(() => card.current?.focus(), [opened]);
  return (
    <>
      {entry !== undefined && (
        <div className="card opened" ref={card} tabIndex={-1} role="region" aria-label={text.opened}>
          <Holding {...entry} />
        </div>
      )}
      <Table caption={text.all} rows={entries} columns={columns} initial={{ column: 2, descending: true }} />
    </>
  );
}

function columnsOf(opened: string | null, open: (key: string | null) => void): Column<Entry>[] {
  return [
    {
      name: names.model,
      show: ({ key, held }) => (
        <button
          type="button"
          className="in-row"
          aria-expanded={key === opened}
          onClick={() => open(key === opened ? null : key)}
        >
          <ModelName model={held.model} />
        </button>
      ),
    },
    {
      name: names.tournament,
      show: ({ held }) => held.tournament.number,
      sortBy: ({ held }) => held.tournament.number,
    },
    {
      name: text.staked,
      right: true,
      show: ({ held }) => <Amount wei={held.active} />,
      sortBy: ({ held }) => held.active,
    },
    {
      name: text.pending,
      right: true,
      show: ({ held }) => <Amount wei={held.pending} />,
      sortBy: ({ held }) => held.pending,
    },
    {
      name: names.known,
      right: true,
      show: ({ prospect }) => <Amount wei={prospect.worst.leaving} />,
      sortBy: ({ prospect }) => prospect.worst.leaving,
    },
    {
      name: names.projected,
      right: true,
      show: ({ projected }) => (projected === undefined ? "" : <Amount wei={weiFromNano(projected)} sign />),
      sortBy: ({ projected }) => projected ?? 0n,
    },
    { name: names.out, right: true, show: (entry) => <Out {...entry} />, sortBy: ({ prospect }) => outOf(prospect) },
  ];
}

/** When it is out at the latest, unix seconds: of what is asked for already, or of what is asked for now. */
const outOf = ({ exit, exitIfAsked }: Entry["prospect"]): number => (exit ?? exitIfAsked)?.outBy ?? 0;

function Out({ prospect }: Entry) {
  const at = outOf(prospect);
  return at === 0 ? null : <Time at={at} />;
}
