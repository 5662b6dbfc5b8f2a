import { encodeErrorResult, type Hex } from "viem";
import { numeraireStakingAbi as abi } from "../../src/chain/generated/abi.ts";
import type { Action } from "../../src/core/actions.ts";
import type { BatchFacts, RoundFacts } from "../../src/core/facts.ts";
import { hashWords } from "../../src/core/words.ts";

// The contract's rounds once more, as simply as they can be said: the judge of what the contract would take.

export type ModelRound = Omit<RoundFacts, "state"> & { readonly state: RoundFacts["state"] | "settled" | "void" };
export type ModelState = ReadonlyMap<bigint, ModelRound>;

/** A call of the contract; no operator ever vetoes, the guardian does. */
export type ModelCall = Action | { readonly kind: "veto"; readonly round: bigint; readonly batch: number };

/** Where a call is carried out. `stakes`: what a lock takes; `isSigned`: whether a reporter signed what a report says. */
export type Moment = {
  readonly time: number;
  readonly block: bigint;
  readonly stakes: (batch: number) => readonly bigint[];
  readonly isSigned: (report: Action & { kind: "report" }, place: number, batch: BatchFacts) => boolean;
};

/** Why the contract doesn't take a call, in words and as it answers. */
export class Refusal extends Error {
  readonly data: Hex;

  constructor(message: string, data: Hex) {
    super(message);
    this.name = "Refusal";
    this.data = data;
  }
}

const STATES = ["none", "open", "locking", "locked", "settled", "void"] as const;
const BATCH_STATES = ["unlocked", "locked", "reported", "settled"] as const;
const SETTLEMENT_TIME = 3_600;

/** The first second at which no report is taken any more. */
export function reportDeadline({ settledBy, disputeWindow }: ModelRound["schedule"]): number {
  return settledBy - disputeWindow - SETTLEMENT_TIME + 1;
}

/** The state after the call. @throws Refusal */
export function carriedOut(state: ModelState, call: ModelCall, moment: Moment): ModelState {
  const round = state.get(call.round);
  if (round === undefined || call.kind === "open")
    throw new Error(`the simulation has no ${call.kind} of such a round`);
  return new Map(state).set(round.number, stepped(round, call, moment));
}

function stepped(round: ModelRound, call: Exclude<ModelCall, { kind: "open" }>, moment: Moment): ModelRound {
  switch (call.kind) {
    case "lock":
      return locked(round, call.batch, moment);
    case "report":
      return reported(round, call, moment);
    case "veto":
      return vetoed(round, call.batch, moment);
    case "settle":
      return settled(round, call, moment);
    case "void":
      return voided(round, moment);
  }
}

function locked(round: ModelRound, index: number, { time, block, stakes }: Moment): ModelRound {
  requireWindow(time, round.schedule.closesAt, round.schedule.lockedBy);
  if (round.state !== "open") requireState(round, "locking");
  requireBatch(round, index, "unlocked");
  const words = stakes(index);
  const changes = { state: "locked", stakes: words, stakesHash: hashWords(words), lockedAtBlock: block } as const;
  const next = withBatch(round, index, changes);
  return { ...next, state: next.batches.every(({ state }) => state === "locked") ? "locked" : "locking" };
}

function reported(round: ModelRound, call: Action & { kind: "report" }, { time, isSigned }: Moment): ModelRound {
  const { resolvesAt } = round.schedule;
  requireState(round, "locked");
  requireWindow(time, resolvesAt, reportDeadline(round.schedule));
  const batch = requireBatch(round, call.batch, "locked");
  const places = call.signatures.map(({ index }) => index);
  const good = call.signatures.filter(({ index }) => isSigned(call, index, batch));
  if (new Set(places).size !== places.length || good.length !== call.signatures.length) {
    const reporter = round.reporters[0] ?? "0x";
    throw new Refusal(
      "a signature is not by its reporter, or not of this attempt",
      encodeErrorResult({ abi, errorName: "SignatureInvalid", args: [0n, reporter] }),
    );
  }
  if (good.length < round.quorum) {
    const args = [BigInt(good.length), BigInt(round.quorum)] as const;
    throw new Refusal("too few signatures", encodeErrorResult({ abi, errorName: "QuorumNotReached", args }));
  }
  return withBatch(round, call.batch, { state: "reported", reportedAt: time, scores: call.scores });
}

function vetoed(round: ModelRound, index: number, { time }: Moment): ModelRound {
  requireState(round, "locked");
  const { reportedAt, attempt, scores } = requireBatch(round, index, "reported");
  requireWindow(time, reportedAt, reportedAt + round.schedule.disputeWindow);
  const vetoedHash = hashWords(scores);
  return withBatch(round, index, { state: "locked", reportedAt: 0, attempt: attempt + 1, scores: [], vetoedHash });
}

function settled(round: ModelRound, call: Action & { kind: "settle" }, { time }: Moment): ModelRound {
  requireState(round, "locked");
  const missing = round.batches.filter(({ state }) => state === "locked").length;
  if (missing > 0) {
    const args = [round.batches.length - missing, round.batches.length] as const;
    throw new Refusal("batches lack a report", encodeErrorResult({ abi, errorName: "BatchesUnreported", args }));
  }
  const batch = requireBatch(round, call.batch, "reported");
  requireWindow(time, batch.reportedAt + round.schedule.disputeWindow, round.schedule.settledBy);
  requireHash("StakesMismatch", hashWords(call.stakes), batch.stakesHash);
  requireHash("ScoresMismatch", hashWords(call.scores), hashWords(batch.scores));
  const next = withBatch(round, call.batch, { state: "settled" });
  return next.batches.every(({ state }) => state === "settled") ? { ...next, state: "settled" } : next;
}

function voided(round: ModelRound, { time }: Moment): ModelRound {
  const { lockedBy, settledBy } = round.schedule;
  const voidableAt = round.state === "locked" ? settledBy : lockedBy;
  if (round.state !== "settled" && round.state !== "void" && time >= voidableAt) return { ...round, state: "void" };
  const args = [STATES.indexOf(round.state), BigInt(voidableAt), BigInt(time)] as const;
  throw new Refusal("the round can't be voided", encodeErrorResult({ abi, errorName: "RoundNotVoidable", args }));
}

function withBatch(round: ModelRound, index: number, changes: Partial<BatchFacts>): ModelRound {
  return { ...round, batches: round.batches.map((each) => (each.index === index ? { ...each, ...changes } : each)) };
}

function requireState(round: ModelRound, expected: ModelRound["state"]): void {
  if (round.state === expected) return;
  const args = [STATES.indexOf(expected), STATES.indexOf(round.state)] as const;
  const data = encodeErrorResult({ abi, errorName: "RoundStateUnexpected", args });
  throw new Refusal(`the round is ${round.state}, not ${expected}`, data);
}

function requireBatch(round: ModelRound, index: number, expected: BatchFacts["state"]): BatchFacts {
  const batch = round.batches[index];
  if (batch === undefined) throw new Error(`the simulation has no batch ${index}`);
  if (batch.state === expected) return batch;
  const args = [index, BATCH_STATES.indexOf(expected), BATCH_STATES.indexOf(batch.state)] as const;
  const data = encodeErrorResult({ abi, errorName: "BatchStateUnexpected", args });
  throw new Refusal(`the batch is ${batch.state}, not ${expected}`, data);
}

function requireWindow(time: number, from: number, until: number): void {
  if (time < from) {
    const args = [BigInt(from), BigInt(time)] as const;
    throw new Refusal(`${from - time} s too early`, encodeErrorResult({ abi, errorName: "WindowNotOpen", args }));
  }
  if (time < until) return;
  const args = [BigInt(until), BigInt(time)] as const;
  throw new Refusal(`${time - until + 1} s too late`, encodeErrorResult({ abi, errorName: "WindowClosed", args }));
}

function requireHash(errorName: "StakesMismatch" | "ScoresMismatch", given: Hex, expected: Hex): void {
  if (given === expected) return;
  throw new Refusal(`${errorName}: other words`, encodeErrorResult({ abi, errorName, args: [expected, given] }));
}
