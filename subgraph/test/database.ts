// The engine's database, to spoil an index on purpose.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { type Entity, type Field, readSchema } from "../check/schema.ts";

export interface Database {
  /** Schema of the deployment: "sgd2". */
  schema: string;
  /** Resolves to how many rows it concerned. */
  run: (sql: string) => Promise<number>;
  /**
   * Gives every stored field of one row of an entity another value that the row could have.
   * @returns The id of the row.
   */
  spoil(entity: Entity, interval?: string): Promise<string>;
  close(): Promise<void>;
}

interface Column {
  name: string;
  /** As PostgreSQL calls it: "numeric", or "_numeric" for an array. */
  type: string;
}

export async function openDatabase(dataDir: string, port: number): Promise<Database> {
  const password = await readFile(join(dataDir, "postgres.password"), "utf8");
  const client = new Client({ connectionString: `postgresql://graph:${password}@127.0.0.1:${port}/postgres` });
  await client.connect();
  const found = await client.query(
    "select name from deployment_schemas where subgraph like '%/subgraph.yaml' order by id desc limit 1",
  );
  const schema = found.rows[0]?.name ?? "";
  const tables = new Map<string, Column[]>();
  const columns = await client.query(
    "select table_name as table, column_name as name, udt_name as type from information_schema.columns where table_schema = $1",
    [schema],
  );
  for (const { table = "", name = "", type = "" } of columns.rows) {
    tables.set(table, [...(tables.get(table) ?? []), { name, type }]);
  }

  /** graph-node writes names with underscores, in a way of its own. */
  const same = (column: string, name: string): boolean => column.replaceAll("_", "") === name.toLowerCase();
  const tableOf = (name: string): string => [...tables.keys()].find((table) => same(table, name)) ?? name;
  const names = new Set((await readSchema()).map(({ name }) => name));

  const otherValue = (field: Field, { name, type }: Column): string => {
    if (names.has(field.type)) {
      const others = `select o.id from ${schema}.${tableOf(field.type)} o`;
      if (field.list) return `case when cardinality(${name}) = 0 then array(${others} limit 1) else '{}' end`;
      return `(${others} where o.id is distinct from r.${name} limit 1)`;
    }
    if (type === "_numeric") return `${name} || 1::numeric`;
    if (type === "_bytea") return `${name} || '\\x01'::bytea`;
    if (type === "bytea") return `coalesce(${name}, '') || '\\x01'::bytea`;
    if (type === "text") return `coalesce(${name}, '') || 'x'`;
    if (type === "bool") return `not ${name}`;
    if (type === "timestamptz") return `${name} + interval '1 second'`;
    if (["numeric", "int4", "int8"].includes(type)) return `coalesce(${name}, 0) + 1`;
    const labels = `unnest(enum_range(null::${schema}.${type})) label`;
    return `(select label from ${labels} where label <> r.${name} limit 1)`;
  };
  return {
    schema,
    run: async (sql) => (await client.query(sql)).rowCount ?? 0,
    async spoil(entity, interval = "") {
      const table = tableOf(`${entity.name}${interval}`);
      const itsColumns = tables.get(table) ?? [];
      const settings = entity.fields
        .filter(({ name }) => name !== "id")
        .map((field) => {
          const column = itsColumns.find(({ name }) => same(name, field.name));
          if (!column) throw new Error(`${table} has no column for ${field.name}`);
          return `"${column.name}" = ${otherValue(field, { ...column, name: `"${column.name}"` })}`;
        });
      const latest = itsColumns.some(({ name }) => name === "block_range") ? "where upper_inf(block_range)" : "";
      const chosen = `(select vid from ${schema}.${table} ${latest} order by vid desc limit 1)`;
      const changed = await client.query(
        `update ${schema}.${table} r set ${settings.join(", ")} where vid = ${chosen} returning ${idText(itsColumns)} as id`,
      );
      return changed.rows[0]?.id ?? "";
    },
    close: () => client.end(),
  };
}

function idText(columns: readonly Column[]): string {
  const bytes = columns.some(({ name, type }) => name === "id" && type === "bytea");
  return bytes ? "'0x' || encode(r.id, 'hex')" : "r.id::text";
}
