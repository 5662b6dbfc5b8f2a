import { copy } from "../../copy/en.ts";
import type { TournamentPageQuery } from "../../index/generated/types.ts";
import { StakerLink } from "../address.tsx";
import { Amount } from "../amount.tsx";
import { Table } from "../table.tsx";
import { Time } from "../time.tsx";
import { Transaction } from "../transaction.tsx";

const text = copy.tournament;
const columns = text.columns;
const FIRST = 25;

type Tournament = NonNullable<TournamentPageQuery["tournament"]>;

/** What was put into the reserve and taken out. */
export function Movements({ changes }: { changes: Tournament["reserveChanges"] }) {
  return (
    <section className="section">
      <h2>{text.movements}</h2>
      <Table
        caption={text.movements}
        rows={changes}
        first={FIRST}
        columns={[
          {
            name: columns.when,
            show: ({ timestamp }) => <Time at={timestamp} />,
            sortBy: ({ timestamp }) => BigInt(timestamp),
          },
          { name: columns.kind, show: ({ kind }) => text.kinds[kind] },
          {
            name: columns.amount,
            right: true,
            show: ({ amountWei }) => <Amount wei={BigInt(amountWei)} />,
            sortBy: ({ amountWei }) => BigInt(amountWei),
          },
          { name: columns.reserve, right: true, show: ({ reserveWei }) => <Amount wei={BigInt(reserveWei)} /> },
          { name: columns.account, show: ({ account }) => <StakerLink address={account} /> },
          { name: copy.transaction, show: ({ transaction }) => <Transaction hash={transaction} /> },
        ]}
      />
    </section>
  );
}
