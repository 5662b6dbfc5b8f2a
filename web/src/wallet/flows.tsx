import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo, useSyncExternalStore } from "react";
import { useConnection } from "wagmi";
import { useApp } from "../app-context.ts";
import type { Provider } from "../chain/client.ts";
import { callsOf } from "../flows/build.ts";
import { PACE } from "../flows/desk.ts";
import { type Flows, flowsAt, isWaitingForUser } from "../flows/flow.ts";
import { currentStep } from "../flows/reduce.ts";
import type { Flow } from "../flows/schema.ts";

const FlowsContext = createContext<Flows | null>(null);

/** Ids that sort by age, also of two pages. */
function newId(): string {
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return `${Date.now().toString().padStart(14, "0")}-${random.toString(16).padStart(8, "0")}`;
}

/** The flows of this page, worked with whatever wallet is connected; those that an earlier page left are taken up. */
export function FlowsProvider({ children }: { children: ReactNode }) {
  const { chain, wallet, index } = useApp();
  const queries = useQueryClient();
  const { connector, isConnected } = useConnection();
  const flows = useMemo(
    () =>
      flowsAt({ chain, index, wallet: () => wallet.current, keep: localStorage, newId, build: callsOf, pace: PACE }),
    [chain, wallet, index],
  );
  useEffect(() => {
    let left = false;
    wallet.current = null;
    // Until it is connected again, what a reload remembers of a connector is only its name.
    if (!isConnected) return;
    void connector?.getProvider().then((provider) => {
      if (left) return;
      wallet.current = provider as Provider;
      // Its node may answer what ours didn't.
      void queries.refetchQueries({ type: "active", predicate: ({ state }) => state.status === "error" });
    });
    return () => {
      left = true;
    };
  }, [connector, isConnected, wallet, queries]);
  useEffect(() => {
    void flows.resume();
    window.addEventListener("storage", flows.refresh);
    return () => window.removeEventListener("storage", flows.refresh);
  }, [flows]);
  return <FlowsContext value={flows}>{children}</FlowsContext>;
}

/** Step after step, for as long as each is done: the wallet asks for each, so one click here is enough. */
export async function carryOn(flows: Flows, id: string): Promise<void> {
  for (;;) {
    await flows.advance(id);
    const flow = flows.getSnapshot().find((each) => each.id === id);
    if (flow === undefined || !isWaitingForUser(flow) || currentStep(flow).state.name !== "waiting") return;
  }
}

export function useFlows(): Flows {
  const flows = useContext(FlowsContext);
  if (flows === null) throw new Error("a component stands outside of the flows");
  return flows;
}

/** All flows of this page, the oldest first. */
export function useFlowList(): readonly Flow[] {
  const flows = useFlows();
  return useSyncExternalStore(flows.subscribe, flows.getSnapshot);
}
