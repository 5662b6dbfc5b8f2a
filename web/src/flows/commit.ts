import { keccak256, stringToHex } from "viem";
import type { Provider } from "../chain/client.ts";
import type { Call } from "../chain/row.ts";
import type { TokenView } from "../chain/token.ts";
import { countsOf } from "../chain/transactions.ts";
import { takenBy } from "./acts.ts";
import { judgedCalls, StepRefused } from "./calls.ts";
import type { Desk, Run } from "./desk.ts";
import { foresee } from "./foresee.ts";
import { currentStep } from "./reduce.ts";
import type { Asked, Change, Permit, Reason, Step, StepKind } from "./schema.ts";
import { permitIn, type Survey } from "./survey.ts";
import { requirePlace, sendCalls, sendTransaction, signPermit, WalletRefusal } from "./wallet.ts";

/** What the wallet will be asked. Once it is asked, what it was is kept. */
type Question = { readonly asked: Asked; readonly change: Change | null; readonly calls: readonly Call[] };

/**
 * Carries the step at hand to the wallet: simulates, reads the calldata back, makes sure of account and chain, asks.
 * @throws WalletRefusal and StepRefused with a reason to keep; viem's errors where the chain can't be read
 */
export async function commit(desk: Desk, provider: Provider, run: Run, { token, way }: Survey): Promise<void> {
  const step = currentStep(run.flow);
  if (step.kind === "permit") {
    await commitPermit(desk, provider, run, token);
    return;
  }
  const question = await questionFor(desk, run, { ...step, kind: step.kind }, token, way.resets);
  await requirePlace(provider, run.flow.account, desk.chain.id);
  const earlier = step.state.asked;
  run.apply({ name: "ask", asked: question.asked, change: question.change });
  if (question.asked.batch !== null) {
    await sendCalls(provider, run.flow.account, desk.chain.id, question.asked.batch, question.calls);
    run.apply({ name: "send", hash: null });
    return;
  }
  const [call] = question.calls;
  if (call === undefined) throw new TypeError(`a step to ${step.kind} without a call`);
  const nonce = earlier !== null && earlier.nonce === question.asked.nonce ? earlier.nonce : undefined;
  run.apply({ name: "send", hash: await sendTransaction(provider, run.flow.account, call, nonce) });
}

async function questionFor(
  { chain, build }: Desk,
  { flow }: Run,
  { kind, state }: Step & { readonly kind: Exclude<StepKind, "permit"> },
  token: TokenView,
  resets: boolean,
): Promise<Question> {
  const { account, request } = flow;
  const taken = takenBy(request);
  const permit = kind === "stake" && token.allowance < taken ? permitIn(flow) : null;
  const material = { contract: chain.contract, token: token.token, request, permit, resets };
  const calls = judgedCalls(build, kind, material);
  const { change, reason } = await foresee(chain, { account, request, token, taken, calls });
  if (reason !== null) throw new StepRefused(reason);
  const { known } = await countsOf(chain, account);
  const [call] = calls;
  const batch = kind === "batch" ? (state.asked?.batch ?? batchId(flow)) : null;
  // What an earlier attempt left open began where that one did.
  const block = state.asked?.block ?? token.block;
  return { asked: { call: batch === null && call ? { ...call } : null, batch, nonce: known, block }, change, calls };
}

/** Of 32 bytes, and another one once an attempt is over for good. */
function batchId({ id, revision }: Run["flow"]): string {
  return keccak256(stringToHex(`${id}/${revision}`));
}

async function commitPermit({ chain, pace }: Desk, provider: Provider, run: Run, token: TokenView): Promise<void> {
  const { account: owner, request } = run.flow;
  if (token.permit === null) throw new StepRefused({ kind: "unsupported", method: "permit" });
  const { nonce, domain } = token.permit;
  const value = takenBy(request);
  // By the block's time: the clock of this machine may be wrong.
  const deadline = token.time + pace.permitSeconds;
  await requirePlace(provider, owner, chain.id);
  run.apply({ name: "ask", asked: { call: null, batch: null, nonce: 0, block: token.block }, change: null });
  const message = { owner, spender: chain.contract, value, nonce, deadline };
  const signature = await signPermit(provider, domain, message);
  const permit: Permit = { value, nonce, deadline, signature };
  run.apply({ name: "sign", permit });
}

/** The reason that a refusal comes with; null for any other error. */
export function reasonIn(error: unknown): Reason | null {
  return error instanceof WalletRefusal || error instanceof StepRefused ? error.reason : null;
}
