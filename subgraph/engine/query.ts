// The GraphQL of graph-node, from TypeScript.
import { setTimeout as sleep } from "node:timers/promises";

const PAGE_SIZE = 1000;

/** graph-node refused a query; its messages, joined. The wording is graph-node's and not stable. */
export class QueryError extends Error {
  override name = "QueryError";
}

export interface IndexedBlock {
  number: number;
  hash: string | null;
}

export async function query<T>(url: string, text: string, variables: Record<string, unknown> = {}): Promise<T> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: text, variables }),
  });
  const body = (await response.json()) as { data?: T; errors?: { message: string }[] };
  if (body.errors || body.data === undefined) {
    throw new QueryError(body.errors?.map(({ message }) => message).join("; ") ?? `HTTP ${response.status}`);
  }
  return body.data;
}

/** The newest block that queries answer from; null before the first. Throws when indexing has failed for good. */
export async function indexedBlock(url: string): Promise<IndexedBlock | null> {
  const meta = await query<{ _meta: { block: IndexedBlock; hasIndexingErrors: boolean } | null }>(
    url,
    "{ _meta { block { number hash } hasIndexingErrors } }",
  ).catch((error: unknown) => {
    if (error instanceof QueryError && error.message.includes("not started syncing")) return { _meta: null };
    throw error;
  });
  if (meta._meta?.hasIndexingErrors) {
    throw new QueryError(`indexing has failed at block ${meta._meta.block.number}: a handler aborted, see the log`);
  }
  return meta._meta?.block ?? null;
}

/** Waits until `block` is indexed and returns the newest indexed block. */
export async function waitForBlock(
  url: string,
  block: number | bigint,
  { timeoutMs = 60_000, pollMs = 50 }: { timeoutMs?: number; pollMs?: number } = {},
): Promise<IndexedBlock> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const indexed = await indexedBlock(url);
    if (indexed && indexed.number >= block) return indexed;
    if (Date.now() >= deadline) {
      const state = indexed ? `only block ${indexed.number} is` : "nothing is";
      throw new QueryError(`block ${block} is not indexed after ${timeoutMs} ms: ${state}`);
    }
    await sleep(pollMs);
  }
}

export interface Selected {
  /** Filter in GraphQL: `round: "1-245"`. */
  where?: string;
  /** Absent: the newest that is indexed. */
  block?: number | bigint;
  /** Further arguments in GraphQL: `interval: hour`. */
  more?: string;
}

/**
 * All entities of a kind by pages, in the order of their ids, from one block.
 * @param entities Plural name in the schema: "payouts".
 * @param fields Selection: "payout position { number }".
 */
export async function* pagesOf<T>(
  url: string,
  entities: string,
  fields: string,
  { where = "", block, more = "" }: Selected = {},
): AsyncGenerator<(T & { id: string })[]> {
  const at = block ?? (await indexedBlock(url))?.number;
  if (at === undefined) return;
  let after = "";
  for (;;) {
    const found = await query<Record<string, (T & { id: string })[]>>(
      url,
      `{ ${entities}(first: ${PAGE_SIZE}, orderBy: id, where: { ${where}${after} }, block: { number: ${at} }, ${more}) { id ${fields} } }`,
    );
    const page = found[entities] ?? [];
    if (page.length > 0) yield page;
    if (page.length < PAGE_SIZE) return;
    after = ` id_gt: ${JSON.stringify(page.at(-1)?.id)}`;
  }
}

/** All entities of a kind, in the order of their ids, from one block. */
export async function queryAll<T>(
  url: string,
  entities: string,
  fields: string,
  selected: Selected = {},
): Promise<(T & { id: string })[]> {
  const all: (T & { id: string })[] = [];
  for await (const page of pagesOf<T>(url, entities, fields, selected)) all.push(...page);
  return all;
}
