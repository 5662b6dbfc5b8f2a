import { describe, expect, it } from "vitest";
import { allows, currentStep, type Event, isConfirmed, isInFlight, reduce } from "../../src/flows/reduce.ts";
import {
  type Asked,
  type Flow,
  flowOf,
  type Reason,
  type Step,
  type StepState,
  textOf,
} from "../../src/flows/schema.ts";

const HASH = `0x${"a".repeat(64)}` as const;
const OTHER = `0x${"b".repeat(64)}` as const;
const ACCOUNT = `0x${"1".repeat(40)}` as const;
const asked: Asked = { call: { to: ACCOUNT, data: "0x01" }, batch: null, nonce: 7, block: 10n };
const mined = { hash: HASH, block: 11n, blockHash: OTHER };
const dropped: Reason = { kind: "dropped", hash: HASH };

const STATES: Readonly<Record<string, StepState>> = {
  waiting: { name: "waiting", asked: null },
  "waiting, asked before": { name: "waiting", asked },
  simulating: { name: "simulating", asked: null },
  "simulating, asked before": { name: "simulating", asked },
  wallet: { name: "wallet", asked },
  sent: { name: "sent", asked, hash: HASH },
  "sent without hash": { name: "sent", asked, hash: null },
  mined: { name: "mined", asked, ...mined },
  confirmed: { name: "confirmed", asked, transaction: mined },
  "confirmed by signature": { name: "confirmed", asked: null, transaction: null },
  failed: { name: "failed", asked: null, reason: { kind: "rejected" } },
  "failed, asked before": { name: "failed", asked, reason: dropped },
};

const permit = { value: 1n, nonce: 0n, deadline: 9n, signature: "0x01" } as const;
const EVENTS: Readonly<Record<Event["name"], Event>> = {
  simulate: { name: "simulate" },
  interrupt: { name: "interrupt" },
  ask: { name: "ask", asked, change: null },
  sign: { name: "sign", permit },
  send: { name: "send", hash: OTHER, nonce: 8 },
  mine: { name: "mine", ...mined },
  confirm: { name: "confirm" },
  fail: { name: "fail", reason: dropped },
  plan: {
    name: "plan",
    path: "allowance",
    steps: [stepIn({ name: "waiting", asked: null })],
    change: null,
    without: [],
  },
  finish: { name: "finish", index: "reached" },
  abandon: { name: "abandon" },
};

/** What each event makes of each state; a pair that isn't here is refused. */
const TABLE: Readonly<Record<string, Partial<Record<Event["name"], string>>>> = {
  waiting: { simulate: "simulating", fail: "failed", plan: "waiting", abandon: "waiting" },
  "waiting, asked before": {
    ...{ simulate: "simulating, asked before", fail: "failed, asked before" },
    ...{ plan: "waiting", abandon: "waiting, asked before" },
  },
  simulating: { interrupt: "waiting", ask: "wallet", fail: "failed", plan: "waiting", abandon: "simulating" },
  "simulating, asked before": {
    ...{ interrupt: "waiting, asked before", ask: "wallet", send: "sent", fail: "failed, asked before" },
    ...{ plan: "waiting", abandon: "simulating, asked before" },
  },
  wallet: { sign: "confirmed by signature", send: "sent", fail: "failed, asked before" },
  sent: { send: "sent", mine: "mined", fail: "failed, asked before" },
  "sent without hash": { send: "sent", mine: "mined", fail: "failed, asked before" },
  mined: { send: "sent", confirm: "confirmed", fail: "failed, asked before" },
  confirmed: { send: "sent", plan: "waiting", finish: "confirmed", abandon: "confirmed" },
  "confirmed by signature": { plan: "waiting", finish: "confirmed by signature", abandon: "confirmed by signature" },
  failed: { simulate: "simulating", plan: "waiting", abandon: "failed" },
  "failed, asked before": {
    ...{ simulate: "simulating, asked before", send: "sent", plan: "waiting", abandon: "failed, asked before" },
  },
};

function stepIn(state: StepState): Step {
  return { kind: "stake", state, change: null, permit: null };
}

function flowIn(...states: StepState[]): Flow {
  return {
    ...{ version: 1, id: "f", revision: 3, chainId: 1, contract: ACCOUNT, account: ACCOUNT },
    request: { kind: "cancelWithdrawal", tournament: 1, position: 0 },
    ...{ path: "none", without: [], change: null, steps: states.map(stepIn), state: { name: "running" } },
  };
}

const pairs = Object.keys(STATES).flatMap((state) =>
  (Object.keys(EVENTS) as Event["name"][]).map((event) => [state, event] as const),
);

function labelOf({ name, asked: before, ...rest }: StepState): string {
  if (name === "confirmed") return before === null ? "confirmed by signature" : name;
  if (name === "waiting" || name === "simulating" || name === "failed") return before ? `${name}, asked before` : name;
  return "hash" in rest && rest.hash === null ? "sent without hash" : name;
}

describe("a step", () => {
  it.each(pairs)("%s: %s", (from, name) => {
    const state = STATES[from];
    if (state === undefined) throw new Error(from);
    const before = flowIn(state);
    const text = textOf(before);
    const event = EVENTS[name];
    const to = TABLE[from]?.[name];
    expect(allows(before, event)).toBe(to !== undefined);
    if (to === undefined) {
      expect(() => reduce(before, event)).toThrow(TypeError);
      return;
    }
    const after = reduce(before, event);
    expect(labelOf(currentStep(after).state)).toBe(to);
    expect(after.revision).toBe(before.revision + 1);
    // Nothing is changed in place, and everything survives the store.
    expect(textOf(before)).toBe(text);
    expect(flowOf(textOf(after))).toEqual(after);
  });

  it("that is over can't happen any more; any other may", () => {
    const over: Reason[] = [
      { kind: "rejected" },
      { kind: "unsupported", method: "m" },
      { kind: "cancelled", hash: HASH, by: OTHER },
      { kind: "undone", hash: HASH, block: 1n },
    ];
    const open: Reason[] = [
      dropped,
      { kind: "wallet", code: -32_603, message: "m" },
      { kind: "lost", seen: "unknown" },
      { kind: "chainUnreachable", message: "m" },
    ];
    const left = (state: StepState, reason: Reason) =>
      currentStep(reduce(flowIn(state), { name: "fail", reason })).state.asked;
    for (const reason of over) expect(left({ name: "sent", asked, hash: HASH }, reason)).toBeNull();
    for (const reason of open) expect(left({ name: "wallet", asked }, reason)).toEqual(asked);
    // What a simulation says is no word on what an earlier attempt sent.
    expect(left({ name: "simulating", asked }, { kind: "rejected" })).toEqual(asked);
  });

  it("keeps its number with a replacement, unless it has another", () => {
    const sent = flowIn({ name: "sent", asked, hash: HASH });
    expect(currentStep(reduce(sent, { name: "send", hash: OTHER })).state.asked?.nonce).toBe(7);
    expect(currentStep(reduce(sent, { name: "send", hash: OTHER, nonce: 9 })).state.asked?.nonce).toBe(9);
  });
});

describe("a flow", () => {
  const done: StepState = { name: "confirmed", asked, transaction: mined };

  it("is at its first step that isn't confirmed", () => {
    const flow = flowIn(done, { name: "waiting", asked: null }, { name: "waiting", asked: null });
    const next = reduce(flow, { name: "simulate" });
    expect(next.steps.map(({ state }) => state.name)).toEqual(["confirmed", "simulating", "waiting"]);
    expect(isConfirmed(next)).toBe(false);
    expect(isInFlight(currentStep(next).state)).toBe(false);
  });

  it("ends at its last block, and takes nothing after its end", () => {
    const later: StepState = { ...done, transaction: { ...mined, block: 20n } };
    const finished = reduce(flowIn(later, done), { name: "finish", index: "unknown" });
    expect(finished.state).toEqual({ name: "done", block: 20n, index: "unknown" });
    const abandoned = reduce(flowIn({ name: "waiting", asked: null }), { name: "abandon" });
    for (const ended of [finished, abandoned]) {
      for (const event of Object.values(EVENTS)) expect(() => reduce(ended, event)).toThrow(TypeError);
    }
  });
});

describe("what is kept", () => {
  it("is read only where this version wrote it", () => {
    const text = textOf(flowIn(...Object.values(STATES)));
    expect(flowOf(text)).not.toBeNull();
    const value = JSON.parse(text) as Record<string, unknown>;
    const spoiled = [
      "",
      "{",
      "null",
      "[]",
      JSON.stringify({ ...value, version: 2 }),
      JSON.stringify({ ...value, more: 1 }),
      JSON.stringify({ ...value, steps: [] }),
      JSON.stringify({ ...value, account: "0x12" }),
      JSON.stringify({ ...value, request: { kind: "increaseStake", tournament: 1, position: 0, amount: "-1" } }),
      JSON.stringify({ ...value, request: { kind: "increaseStake", tournament: 1, position: 0, amount: 1 } }),
      JSON.stringify({ ...value, request: { kind: "stakePlan", acts: [{ kind: "withdraw" }] } }),
    ];
    for (const each of spoiled) expect(flowOf(each)).toBeNull();
  });
});
