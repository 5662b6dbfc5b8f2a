// One entity of the index against the rows that it must have, a page at a time, every stored field.
import { pagesOf } from "../engine/query.ts";
import { decimalText } from "./protocol.ts";
import type { Row, Rows } from "./row.ts";
import type { Entity, Field } from "./schema.ts";

export interface Difference {
  /** "Position", or "TournamentStats by hour", or a view of the contract: "stakeOf". */
  entity: string;
  id: string;
  /** Or "(row)": one side hasn't got it at all. */
  field: string;
  /** What the index says; of a view, what the events come to. */
  subgraph: string;
  chain: string;
}

export const described = ({ entity, id, field, subgraph, chain }: Difference): string =>
  `${entity} ${id}, ${field}: ${subgraph} in the subgraph, ${chain} on the chain`;

export type Report = (difference: Difference) => void;

type Found = Record<string, unknown> & { id: string };

export interface Side {
  entity: Entity;
  /** Its field of the query: "positions". */
  collection: string;
  /** Of an aggregation. */
  interval?: string;
}

export const nameOf = ({ entity, interval }: Side): string =>
  interval === undefined ? entity.name : `${entity.name} by ${interval}`;

/**
 * Takes each row that the index has out of those expected: what is left is missing.
 * @returns How many rows and fields were compared.
 */
export async function compareEntity(
  { graphqlUrl, block }: { graphqlUrl: string; block: bigint },
  side: Side,
  expected: Rows,
  report: Report,
): Promise<{ rows: number; fields: number }> {
  const { entity, collection, interval } = side;
  const name = nameOf(side);
  const fields = entity.fields.filter((field) => field.name !== "id");
  const selection = fields.map(({ name: field, reference, list }) =>
    // Without a number graph-node gives a hundred.
    reference ? (list ? `${field}(first: 1000) { id }` : `${field} { id }`) : field,
  );
  const options = {
    block,
    ...(interval !== undefined && { more: `interval: ${interval}, current: include` }),
  };
  let rows = 0;
  for await (const page of pagesOf<Found>(graphqlUrl, collection, selection.join(" "), options)) {
    for (const found of page) {
      rows += 1;
      const make = expected.get(found.id);
      expected.delete(found.id);
      if (!make) {
        report({ entity: name, id: found.id, field: "(row)", subgraph: "there", chain: "nothing" });
        continue;
      }
      const row = make();
      for (const field of fields) {
        const subgraph = foundText(found[field.name], field);
        const chain = expectedText(row, field, entity.name);
        if (subgraph !== chain) report({ entity: name, id: found.id, field: field.name, subgraph, chain });
      }
    }
  }
  return { rows, fields: rows * fields.length };
}

function foundText(value: unknown, { reference, list }: Field): string {
  if (value === null || value === undefined) return "null";
  const text = (item: unknown): string => (reference ? (item as { id: string }).id : String(item));
  return list ? listText((value as unknown[]).map(text), reference) : text(value);
}

function expectedText(row: Row, { name, type, reference, list }: Field, entity: string): string {
  const value = row[name] ?? (name.endsWith("Nmr") ? row[name.replace(/Nmr$/, "Wei")] : row[name]);
  if (value === undefined)
    throw new Error(`the check knows no ${entity}.${name}: it must learn what the chain says of it`);
  if (value === null) return "null";
  if (list) return listText((value as readonly (string | bigint)[]).map(String), reference);
  return type === "BigDecimal" ? decimalText(value as bigint) : String(value);
}

/** graph-node gives entities of a list in an order of its own. */
function listText(items: string[], reference: boolean): string {
  return `[${(reference ? items.sort() : items).join(", ")}]`;
}
