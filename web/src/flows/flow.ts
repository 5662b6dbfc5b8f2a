import type { Address } from "viem";
import type { Desk, Run } from "./desk.ts";
import { advance, resume } from "./engine.ts";
import type { Path } from "./schema.ts";
import { allows, currentStep, isInFlight, reduce } from "./reduce.ts";
import { isSameHex } from "./rules.ts";
import { type Avoidable, type Change, type Flow, type Reason, type Request, VERSION } from "./schema.ts";
import { allIn, findIn, FlowMoved, saveTo } from "./store.ts";
import { freshSteps, survey } from "./survey.ts";

/** What a flow would be, before there is one. */
export type Preview = {
  readonly path: Path;
  readonly steps: Flow["steps"];
  readonly change: Change;
  /** Why it would fail now; null where it would not. */
  readonly reason: Reason | null;
};

/** The flows of this page's chain and contract: what a view subscribes to, and what its buttons do. */
export type Flows = {
  readonly subscribe: (listener: () => void) => () => void;
  /** The oldest first; the same array until something changes. */
  readonly getSnapshot: () => readonly Flow[];
  /** Reads and rehearses; keeps and asks nothing. */
  preview(request: Request, account: Address, without?: readonly Avoidable[]): Promise<Preview>;
  /** Keeps a new flow and returns its id. The wallet is not asked before `advance`. */
  start(request: Request, account: Address, without?: readonly Avoidable[]): Promise<string>;
  /** The next step, through the wallet to its confirmation. @param without Paths that the user doesn't want, from now on. */
  advance(id: string, without?: readonly Avoidable[]): Promise<void>;
  /** Takes up every flow that is kept; without the wallet. */
  resume(): Promise<void>;
  /** Reads what other pages have kept meanwhile. */
  readonly refresh: () => void;
  /** Gives a flow up. False where something of it may still happen: it can't be called back. */
  abandon(id: string): boolean;
  /** Stops following; what is kept stays. */
  stop(): void;
};

export function flowsAt(desk: Desk): Flows {
  const listeners = new Set<() => void>();
  const busy = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  let snapshot = ours();

  function ours(): readonly Flow[] {
    const { id, contract } = desk.chain;
    return allIn(desk.keep).filter((flow) => flow.chainId === id && isSameHex(flow.contract, contract));
  }

  function save(flow: Flow): void {
    saveTo(desk.keep, flow);
    show();
  }

  function show(): void {
    snapshot = ours();
    for (const listener of listeners) listener();
  }

  function runOf(found: Flow): Run {
    let flow = found;
    return {
      get flow() {
        return flow;
      },
      apply(event) {
        const next = reduce(flow, event);
        save(next);
        flow = next;
      },
      signal: stopping.signal,
    };
  }

  /** One at a time for each flow: a second click joins the first. */
  function work(id: string, act: (run: Run) => Promise<void>): Promise<void> {
    const under = busy.get(id);
    if (under !== undefined) return under;
    const flow = findIn(desk.keep, id);
    if (flow?.state.name !== "running") return Promise.resolve();
    const done = act(runOf(flow))
      .catch((error: unknown) => {
        // Another page has the flow, or this one stopped: what is kept is right.
        if (!(error instanceof FlowMoved) && !stopping.signal.aborted) throw error;
      })
      .finally(() => busy.delete(id));
    busy.set(id, done);
    return done;
  }

  async function preview(request: Request, account: Address, without: readonly Avoidable[] = []): Promise<Preview> {
    const subject = { account, request, without: [...without] };
    const { way, change, reason } = await survey(desk, desk.wallet(), subject, null);
    return { path: way.path, steps: freshSteps(way), change, reason };
  }

  return {
    preview,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    getSnapshot: () => snapshot,
    async start(request, account, without = []) {
      const { path, steps, change } = await preview(request, account, without);
      const { id: chainId, contract } = desk.chain;
      const id = desk.newId();
      const subject = { request, account, without: [...without] };
      const place = { version: VERSION, id, revision: 0, chainId, contract } as const;
      save({ ...place, ...subject, path, change, steps, state: { name: "running" } });
      return id;
    },
    advance: (id, without) => work(id, (run) => advance(desk, run, without ?? run.flow.without)),
    refresh: show,
    async resume() {
      snapshot = ours();
      await Promise.all(snapshot.map(({ id }) => work(id, (run) => resume(desk, run))));
    },
    abandon(id) {
      const flow = findIn(desk.keep, id);
      if (flow === null || busy.has(id) || !allows(flow, { name: "abandon" })) return false;
      save(reduce(flow, { name: "abandon" }));
      return true;
    },
    stop: () => stopping.abort(),
  };
}

/** Whether the next click goes to the wallet: what a button says. */
export function isWaitingForUser(flow: Flow): boolean {
  const { name } = currentStep(flow).state;
  return (
    flow.state.name === "running" &&
    !isInFlight(currentStep(flow).state) &&
    name !== "confirmed" &&
    name !== "simulating"
  );
}
