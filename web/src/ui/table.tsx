import { type ReactNode, useMemo, useState } from "react";
import { copy } from "../copy/en.ts";

export type Column<Row> = {
  readonly name: string;
  readonly show: (row: Row) => ReactNode;
  /** What the rows are sorted by; none: they can't be. */
  readonly sortBy?: (row: Row) => bigint | number | string;
  readonly right?: boolean;
};

type Order = { readonly column: number; readonly descending: boolean };
/** Rows that the browser lays out only when they come into view. */
const CHUNK = 100;

/** A table whose columns sort; long ones paint what is seen. `caption` says what it is, for those who can't see where it stands. */
export function Table<Row>({
  caption,
  columns,
  rows,
  keyOf,
  initial,
  first = Infinity,
}: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  initial?: Order;
  /** Rows shown until the reader asks for all. */
  first?: number;
}) {
  const [order, setOrder] = useState<Order | null>(initial ?? null);
  const [whole, setWhole] = useState(false);
  const ordered = useMemo(() => sort(rows, columns, order), [rows, columns, order]);
  const sorted = whole ? ordered : ordered.slice(0, first);
  if (rows.length === 0) return <p className="empty">{copy.table.empty}</p>;
  const chunks = Array.from({ length: Math.ceil(sorted.length / CHUNK) }, (_, at) =>
    sorted.slice(at * CHUNK, (at + 1) * CHUNK),
  );
  const long = chunks.length > 1;
  return (
    <div className="rows-all">
      {/* A region that scrolls must be within the keyboard's reach. */}
      <div className="scroll" tabIndex={0} role="region" aria-label={caption}>
        <table className="table">
          <caption className="hidden">{caption}</caption>
          <thead>
            <tr>
              {columns.map((column, at) => (
                <Head
                  key={column.name}
                  column={column}
                  order={order?.column === at ? order : null}
                  onSort={() =>
                    setOrder((now) => ({ column: at, descending: now?.column === at ? !now.descending : true }))
                  }
                />
              ))}
            </tr>
          </thead>
          {chunks.map((chunk, at) => (
            <tbody key={at} className={long ? "rows" : ""}>
              {chunk.map((row) => (
                <tr key={keyOf(row)}>
                  {columns.map(({ name, show, right }) => (
                    <td key={name} className={right ? "right" : ""}>
                      {show(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </div>
      {sorted.length < rows.length && (
        <button type="button" className="button plain" onClick={() => setWhole(true)}>
          {copy.table.all(rows.length)}
        </button>
      )}
    </div>
  );
}

function Head<Row>({ column, order, onSort }: { column: Column<Row>; order: Order | null; onSort: () => void }) {
  const { name, right, sortBy } = column;
  const arrow = order === null ? "" : order.descending ? " ↓" : " ↑";
  const sorted = order === null ? "none" : order.descending ? "descending" : "ascending";
  return (
    <th scope="col" className={right ? "right" : ""} aria-sort={sortBy ? sorted : undefined}>
      {sortBy ? (
        <button type="button" onClick={onSort}>
          {name}
          <span aria-hidden="true">{arrow}</span>
        </button>
      ) : (
        name
      )}
    </th>
  );
}

function sort<Row>(rows: readonly Row[], columns: readonly Column<Row>[], order: Order | null): readonly Row[] {
  const by = order === null ? undefined : columns[order.column]?.sortBy;
  if (order === null || by === undefined) return rows;
  const sign = order.descending ? -1 : 1;
  return rows
    .map((row) => ({ row, value: by(row) }))
    .toSorted((a, b) => (a.value < b.value ? -sign : a.value > b.value ? sign : 0))
    .map(({ row }) => row);
}
