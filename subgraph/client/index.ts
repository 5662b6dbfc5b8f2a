// A client for browsers and Node. It does what an index can't do by itself: rows past the 5,000th, all pages of one block, and
// errors that say whose they are.
import type { Document } from "./document.ts";
import { SubgraphError } from "./errors.ts";
import { head } from "./generated/documents.ts";

export * from "./generated/documents.ts";
export type * from "./generated/types.ts";
export type { Document } from "./document.ts";
export { SubgraphError, type Trouble } from "./errors.ts";

const PAGE_SIZE = 1000;
const POLL_MS = 500;

/** A block that answers come from. */
export interface Block {
  readonly number: number;
  readonly hash: `0x${string}`;
  /** Unix seconds. */
  readonly timestamp: number;
}

/** Which block to ask about. */
export interface BlockChoice {
  readonly number?: number | null | undefined;
  readonly hash?: `0x${string}` | null | undefined;
  readonly number_gte?: number | null | undefined;
}

/** Variables of a document whose rows can be paged by their ids. */
interface Paged {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly block?: BlockChoice | null | undefined;
}

/** A row of the only list of an answer. */
export type RowOf<Result> = {
  [Key in keyof Result]: Result[Key] extends readonly (infer Row)[] ? Row : never;
}[keyof Result];

/** What follows a document: its variables, where it has any that must be given. */
export type Arguments<Variables> = Record<string, never> extends Variables ? [values?: Variables] : [values: Variables];

export interface Settings {
  /** Instead of the platform's. */
  fetch?: typeof fetch;
  /** Sent with every query: a gateway's key. */
  headers?: Record<string, string>;
  /** How long to wait for an answer. */
  timeoutMs?: number;
}

export interface Subgraph {
  /** One query. */
  ask<Result, Variables>(document: Document<Result, Variables>, ...values: Arguments<Variables>): Promise<Result>;
  /** All rows of a document that takes $first, $after and $block, of one block: the newest, or `values.block`. In the order of their ids. */
  all<Result, Variables extends Paged>(
    document: Document<Result, Variables>,
    values: Omit<Variables, "first" | "after">,
  ): Promise<{ rows: RowOf<Result>[]; block: BlockChoice }>;
  /** The newest block that the index answers from. */
  head(): Promise<Block>;
  /** Waits until the index has that block, and returns the newest it has. */
  reach(block: number | bigint, patience?: { timeoutMs?: number; signal?: AbortSignal }): Promise<Block>;
}

interface Answer {
  data?: unknown;
  errors?: { message: string }[];
}

/** A client of the index at that address. */
export function connect(url: string, settings: Settings = {}): Subgraph {
  const { fetch: send = fetch, headers = {}, timeoutMs = 30_000 } = settings;
  const unreachable = (what: string, cause?: unknown): SubgraphError =>
    new SubgraphError("unreachable", `the index at ${url} ${what}`, { cause });

  async function post(query: string, variables: unknown): Promise<Answer> {
    let response: Response;
    try {
      response = await send(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ query, variables }),
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      throw unreachable(`doesn't answer: ${error instanceof Error ? error.message : String(error)}`, error);
    }
    if (!response.ok) throw unreachable(`answers with HTTP status ${response.status}`);
    return response.json().then(
      (body) => body as Answer,
      (error: unknown) => {
        throw unreachable("answers with something else than JSON", error);
      },
    );
  }

  async function ask<Result>(document: Document<Result, never>, values: unknown = {}): Promise<Result> {
    const { data, errors = [] } = await post(document, values);
    const words = errors.map(({ message }) => message).join("; ");
    if (words === "indexing_error") throw failed();
    if (words.includes("not started syncing")) throw notBegun();
    if (words !== "") throw new SubgraphError("refused", `the index at ${url} refuses the query: ${words}`);
    if (data === undefined || data === null) throw unreachable("answers with neither data nor errors");
    return data as Result;
  }

  const failed = (block?: Block): SubgraphError =>
    new SubgraphError(
      "failed",
      `the index at ${url} stopped for good${block ? ` at block ${block.number}` : ""}: indexing failed, tell its operator`,
    );

  const notBegun = (): SubgraphError => new SubgraphError("behind", `the index at ${url} hasn't begun yet`);

  async function newest(): Promise<Block> {
    const { _meta: meta } = await ask(head);
    if (!meta) throw notBegun();
    const block = meta.block as Block; // all of it is there where no block is asked for
    if (meta.hasIndexingErrors) throw failed(block);
    return block;
  }

  async function all<Result>(document: Document<Result, never>, values: Paged) {
    const block = values.block ?? { hash: (await newest()).hash };
    const rows: RowOf<Result>[] = [];
    let after = "";
    for (;;) {
      const answer = await ask(document, { ...values, block, first: PAGE_SIZE, after });
      const lists = Object.values(answer as object).filter((field) => Array.isArray(field));
      const page = (lists[0] ?? []) as (RowOf<Result> & { id: string })[];
      const last = page.at(-1);
      if (lists.length !== 1 || (last && typeof last.id !== "string")) {
        throw new TypeError("only a document with one list, whose rows have their id, can be paged");
      }
      rows.push(...page);
      if (!last || page.length < PAGE_SIZE) return { rows, block };
      after = last.id;
    }
  }

  async function reach(
    block: number | bigint,
    { timeoutMs: patience = 60_000, signal }: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<Block> {
    const deadline = Date.now() + patience;
    for (;;) {
      signal?.throwIfAborted();
      const found = await newest().catch((error: unknown) => {
        if (error instanceof SubgraphError && error.kind === "behind") return undefined;
        throw error;
      });
      if (found && found.number >= block) return found;
      if (Date.now() >= deadline) {
        const state = found ? `is at block ${found.number}` : "hasn't begun yet";
        const message = `the index at ${url} ${state}, and hasn't got block ${block} after ${patience} ms`;
        throw new SubgraphError("behind", message);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }

  return { ask, all, head: newest, reach };
}
