import type { Asked, Change, Flow, Path, Permit, Reason, StateOf, Step, StepState } from "./schema.ts";

// What may become of a flow, and nothing else: no chain, no wallet, no clock. Everything that is done to a flow goes through here.

type Mined = {
  readonly hash: StateOf<"mined">["hash"];
  readonly block: bigint;
  readonly blockHash: StateOf<"mined">["blockHash"];
};

/** What was found out about the step at hand. */
export type StepEvent =
  | { readonly name: "simulate" }
  /** The page died while it was simulated; nothing was asked. */
  | { readonly name: "interrupt" }
  | { readonly name: "ask"; readonly asked: Asked; readonly change: Change | null }
  | { readonly name: "sign"; readonly permit: Permit }
  /** Sent, found on the chain after all, replaced by one with the same content, or out of its block again. */
  | { readonly name: "send"; readonly hash: StateOf<"sent">["hash"]; readonly nonce?: number }
  | ({ readonly name: "mine" } & Mined)
  | { readonly name: "confirm" }
  | { readonly name: "fail"; readonly reason: Reason };

/** What was found out about the flow. */
export type FlowEvent =
  /** The way from here was chosen anew; what is confirmed stays. */
  | {
      readonly name: "plan";
      readonly path: Path;
      readonly steps: readonly Step[];
      readonly change: Change | null;
      readonly without: Flow["without"];
    }
  | { readonly name: "finish"; readonly index: "reached" | "unknown" }
  | { readonly name: "abandon" };

export type Event = StepEvent | FlowEvent;

/** Where events of steps may come from. */
const FROM: Readonly<Record<StepEvent["name"], readonly StepState["name"][]>> = {
  simulate: ["waiting", "failed"],
  interrupt: ["simulating"],
  ask: ["simulating"],
  sign: ["wallet"],
  send: ["simulating", "wallet", "sent", "mined", "confirmed", "failed"],
  mine: ["sent"],
  confirm: ["mined"],
  fail: ["waiting", "simulating", "wallet", "sent", "mined"],
};

/** Whether the event may come now. */
export function allows(flow: Flow, event: Event): boolean {
  if (flow.state.name !== "running") return false;
  const step = currentStep(flow);
  switch (event.name) {
    case "plan":
      return !isInFlight(step.state);
    case "abandon":
      return !isInFlight(step.state);
    case "finish":
      return isConfirmed(flow);
    case "send":
      return FROM.send.includes(step.state.name) && step.state.asked !== null;
    default:
      return FROM[event.name].includes(step.state.name);
  }
}

/**
 * The flow after the event.
 * @throws TypeError where the event can't come now: a fault of the engine's
 */
export function reduce(flow: Flow, event: Event): Flow {
  if (!allows(flow, event)) {
    throw new TypeError(`a flow whose step is ${currentStep(flow).state.name} can't ${event.name}`);
  }
  const next = { ...flow, revision: flow.revision + 1 };
  switch (event.name) {
    case "plan": {
      const { path, steps, change, without } = event;
      return { ...next, path, change, without, steps: [...steps] };
    }
    case "finish":
      return { ...next, state: { name: "done", block: lastBlock(flow), index: event.index } };
    case "abandon":
      return { ...next, state: { name: "abandoned" } };
    default:
      return { ...next, steps: replaced(flow, moved(currentStep(flow), event)) };
  }
}

/** The first step that isn't confirmed; the last one where all are. */
export function currentStep({ steps }: Flow): Step {
  const step = steps.find(({ state }) => state.name !== "confirmed") ?? steps.at(-1);
  if (step === undefined) throw new TypeError("a flow without steps");
  return step;
}

/** Whether all that is to happen on the chain has. */
export function isConfirmed({ steps }: Flow): boolean {
  return steps.every(({ state }) => state.name === "confirmed");
}

/** Whether the wallet or the chain may still do something without being asked again. */
export function isInFlight({ name }: StepState): boolean {
  return name === "wallet" || name === "sent" || name === "mined";
}

function moved(step: Step, event: StepEvent): Step {
  const { state } = step;
  switch (event.name) {
    case "simulate":
      return { ...step, state: { name: "simulating", asked: state.asked } };
    case "interrupt":
      return { ...step, state: { name: "waiting", asked: state.asked } };
    case "ask":
      return { ...step, change: event.change, state: { name: "wallet", asked: event.asked } };
    case "sign":
      return { ...step, permit: event.permit, state: { name: "confirmed", asked: null, transaction: null } };
    case "send":
      return { ...step, state: sent(known(state), event) };
    case "mine": {
      const { hash, block, blockHash } = event;
      return { ...step, state: { name: "mined", asked: known(state), hash, block, blockHash } };
    }
    case "confirm":
      return { ...step, state: confirmed(state as StateOf<"mined">) };
    case "fail":
      return { ...step, state: { name: "failed", asked: stillOpen(state, event.reason), reason: event.reason } };
  }
}

function sent(asked: Asked, { hash, nonce = asked.nonce }: Extract<StepEvent, { name: "send" }>): StepState {
  return { name: "sent", asked: { ...asked, nonce }, hash };
}

function confirmed({ asked, hash, block, blockHash }: StateOf<"mined">): StepState {
  return { name: "confirmed", asked, transaction: { hash, block, blockHash } };
}

function known({ name, asked }: StepState): Asked {
  if (asked === null) throw new TypeError(`nothing was asked of a step that is ${name}`);
  return asked;
}

/** Reasons after which what was asked can never happen any more. All others leave it open: it is looked for before asking again. */
const FINAL: ReadonlySet<Reason["kind"]> = new Set(["rejected", "unsupported", "reverted", "cancelled", "undone"]);

function stillOpen(state: StepState, reason: Reason): Asked | null {
  // A simulation's revert says nothing of what an earlier attempt sent.
  const isOver = isInFlight(state) && FINAL.has(reason.kind);
  return isOver ? null : state.asked;
}

function replaced(flow: Flow, step: Step): Step[] {
  const current = currentStep(flow);
  return flow.steps.map((each) => (each === current ? step : each));
}

function lastBlock({ steps }: Flow): bigint {
  const blocks = steps.map(({ state }) => (state.name === "confirmed" ? (state.transaction?.block ?? 0n) : 0n));
  return blocks.reduce((latest, each) => (each > latest ? each : latest), 0n);
}
