import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { copy } from "../copy/en.ts";

export type Column<Row> = {
  readonly name: string;
  readonly show: (row: Row) => ReactNode;
  /** What the rows are sorted by; none: they can't be. */
  readonly sortBy?: (row: Row) => bigint | number | string;
  readonly right?: boolean;
};

type Order = { readonly column: number; readonly descending: boolean };
/** Rows that are made together, when they come near the view. */
const CHUNK = 50;
/** Of a row, its line among it: what rows that aren't made yet take up. */
const ROW_PX = 37;
/** How near: a screen. */
const NEAR = "1000px";

/** A table whose columns sort; of long ones only what is near the view is made. `caption` says what it is, for those who can't see where it stands. */
export function Table<Row>({
  caption,
  columns,
  rows,
  initial,
  first = Infinity,
}: {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
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
  return (
    <div className="rows-all">
      {/* A region that scrolls must be within the keyboard's reach. */}
      <div className="scroll" tabIndex={0} role="region" aria-label={caption}>
        <table className="table" aria-rowcount={rows.length + 1}>
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
            <Chunk key={at} rows={chunk} first={at * CHUNK} columns={columns} />
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

function Chunk<Row>({
  rows,
  first,
  columns,
}: {
  rows: readonly Row[];
  first: number;
  columns: readonly Column<Row>[];
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const near = useNear(body, first === 0);
  if (!near) {
    return (
      <tbody ref={body} aria-hidden="true">
        <tr>
          <td colSpan={columns.length} style={{ height: rows.length * ROW_PX }} />
        </tr>
      </tbody>
    );
  }
  return (
    <tbody ref={body}>
      {rows.map((row, at) => (
        // Rows keep nothing of their own: in another order they are the same elements with other texts. The head is the first.
        <tr key={at} aria-rowindex={first + at + 2}>
          {columns.map(({ name, show, right }) => (
            <td key={name} className={right ? "right" : ""}>
              {show(row)}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}

/** Whether an element has ever been near the view. */
function useNear(element: { readonly current: Element | null }, already: boolean): boolean {
  const [near, setNear] = useState(already);
  useEffect(() => {
    if (near || element.current === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) setNear(true);
      },
      { rootMargin: NEAR },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, near]);
  return near;
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
