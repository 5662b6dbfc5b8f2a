import { type Flow, flowOf, textOf, VERSION } from "./schema.ts";

/** Where flows are kept: `localStorage`, or anything like it. */
export type Keep = Pick<Storage, "getItem" | "setItem" | "key" | "length">;

/** Another page moved the flow on: what this one holds of it is old. */
export class FlowMoved extends Error {
  constructor(id: string) {
    super(`flow ${id} was moved on elsewhere`);
    this.name = "FlowMoved";
  }
}

/** One key a flow, so that two pages never write over each other's. */
const PREFIX = `numeraire-staking/flow/${VERSION}/`;

/** Every flow that is kept, the oldest first. */
export function allIn(keep: Keep): Flow[] {
  const keys = Array.from({ length: keep.length }, (_, index) => keep.key(index) ?? "");
  const flows = keys.filter((key) => key.startsWith(PREFIX)).map((key) => read(keep, key));
  return flows.filter((flow) => flow !== null).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Null where it isn't kept. */
export function findIn(keep: Keep, id: string): Flow | null {
  return read(keep, PREFIX + id);
}

/**
 * Keeps a flow that has changed once since it was read.
 * @throws FlowMoved where what is kept has changed as well
 */
export function saveTo(keep: Keep, flow: Flow): void {
  const kept = findIn(keep, flow.id);
  if (kept !== null && kept.revision !== flow.revision - 1) throw new FlowMoved(flow.id);
  keep.setItem(PREFIX + flow.id, textOf(flow));
}

function read(keep: Keep, key: string): Flow | null {
  const text = keep.getItem(key);
  return text === null ? null : flowOf(text);
}
