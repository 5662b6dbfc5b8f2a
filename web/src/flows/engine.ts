import { sayWhy } from "@numeraire-staking/oracle/chain/errors";
import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { BaseError } from "viem";
import { readContract } from "viem/actions";
import { receiptOf } from "../chain/transactions.ts";
import { commit, reasonIn } from "./commit.ts";
import type { Desk, Run } from "./desk.ts";
import { look } from "./follow.ts";
import type { Court } from "./judge.ts";
import { lookFor } from "./lost.ts";
import { currentStep, isConfirmed, isInFlight } from "./reduce.ts";
import type { Avoidable, Flow, Reason } from "./schema.ts";
import { permitIn, stepsOn, survey } from "./survey.ts";

/**
 * What the user's click does: the next step goes to the wallet, and is followed until the chain has confirmed it. The step
 * after it waits for the next click.
 */
export async function advance(desk: Desk, run: Run, without: readonly Avoidable[]): Promise<void> {
  if (!isInFlight(currentStep(run.flow).state) && !isConfirmed(run.flow)) await askNext(desk, run, without);
  await follow(desk, run);
}

/** What a page does with a flow that it finds: looks at the chain, and follows what is under way. Never opens the wallet. */
export async function resume(desk: Desk, run: Run): Promise<void> {
  const { state } = currentStep(run.flow);
  if (state.name === "simulating") run.apply({ name: "interrupt" });
  if (state.name === "wallet" || (state.name === "failed" && state.asked !== null)) await patiently(desk, run, recall);
  await follow(desk, run);
}

async function askNext(desk: Desk, run: Run, without: readonly Avoidable[]): Promise<void> {
  // Another page was at it: from here on it is this one's.
  if (currentStep(run.flow).state.name === "simulating") run.apply({ name: "interrupt" });
  run.apply({ name: "simulate" });
  const provider = desk.wallet();
  try {
    if (await isUnderWayOrUnclear(desk, run)) return;
    const subject = { ...run.flow, without: [...without] };
    const found = await survey(desk, provider, subject, permitIn(run.flow));
    const steps = await stepsOn(desk.chain, run.flow, found);
    run.apply({ name: "plan", path: found.way.path, change: found.change, steps, without: [...without] });
    if (found.reason !== null) run.apply({ name: "fail", reason: found.reason });
    else if (provider === null) run.apply({ name: "fail", reason: noAccount(run.flow) });
    else await commit(desk, provider, run, found);
  } catch (error) {
    const reason = reasonIn(error) ?? unreachable(error);
    if (reason === null) throw error;
    run.apply({ name: "fail", reason });
  }
}

/** Whether an earlier attempt is on its way after all, or may be. */
async function isUnderWayOrUnclear(desk: Desk, run: Run): Promise<boolean> {
  const { asked } = currentStep(run.flow).state;
  if (asked === null) return false;
  const sighting = await lookFor(desk, run.flow, asked, await courtOf(desk));
  if (sighting.kind === "found") {
    run.apply({ name: "send", hash: sighting.hash, nonce: sighting.nonce });
    return true;
  }
  const isClear = sighting.seen === "unsent" || sighting.seen === "others";
  if (!isClear) run.apply({ name: "fail", reason: sighting });
  return !isClear;
}

/** What became of a question whose answer was lost. */
async function recall(desk: Desk, run: Run): Promise<void> {
  const { state } = currentStep(run.flow);
  if (state.asked === null) return;
  const sighting = await lookFor(desk, run.flow, state.asked, await courtOf(desk));
  if (sighting.kind === "found") run.apply({ name: "send", hash: sighting.hash, nonce: sighting.nonce });
  else if (state.name === "wallet") run.apply({ name: "fail", reason: sighting });
}

/** Follows what is under way until it rests, and a flow that is confirmed until the index has it. */
async function follow(desk: Desk, run: Run): Promise<void> {
  const patience = { unseen: 0 };
  while (run.flow.state.name === "running") {
    const step = currentStep(run.flow);
    if (step.state.name === "confirmed") await patiently(desk, run, finish);
    else if (step.state.name === "sent" || step.state.name === "mined") {
      await patiently(desk, run, async () => {
        const event = await look(desk, run.flow, step, await courtOf(desk), patience);
        if (event === null) await pause(desk, run);
        else run.apply(event);
      });
    } else return;
  }
}

/** Done is what the index has, where there is one. Meanwhile the block may be gone. */
async function finish({ chain, index, pace }: Desk, run: Run): Promise<void> {
  const { state } = currentStep(run.flow);
  if (state.name !== "confirmed" || state.transaction === null) throw new TypeError("a flow that ends without a block");
  const { hash, block, blockHash } = state.transaction;
  const patience = { timeoutMs: pace.indexTimeoutMs, signal: run.signal };
  const reached = await index?.reach(block, patience).then(
    () => true,
    () => false,
  );
  run.signal.throwIfAborted();
  const receipt = await receiptOf(chain, hash);
  if (receipt?.blockHash !== blockHash) run.apply({ name: "send", hash });
  else run.apply({ name: "finish", index: reached === true ? "reached" : "unknown" });
}

/** A chain that can't be read now is asked again: nothing that is under way depends on it. */
async function patiently(desk: Desk, run: Run, act: (desk: Desk, run: Run) => Promise<void>): Promise<void> {
  for (;;) {
    try {
      await act(desk, run);
      return;
    } catch (error) {
      if (unreachable(error) === null) throw error;
      await pause(desk, run);
    }
  }
}

async function pause({ pace }: Desk, { signal }: Run): Promise<void> {
  signal.throwIfAborted();
  await new Promise((resolve) => setTimeout(resolve, pace.pollMs));
  signal.throwIfAborted();
}

async function courtOf({ chain: { client, contract } }: Desk): Promise<Court> {
  return { contract, token: await readContract(client, { abi, address: contract, functionName: "token" }) };
}

function noAccount({ account }: Flow): Reason {
  return { kind: "accountChanged", expected: account, actual: null };
}

function unreachable(error: unknown): Reason | null {
  return error instanceof BaseError ? { kind: "chainUnreachable", message: sayWhy(error) } : null;
}
