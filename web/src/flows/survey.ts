import type { Chain, Provider } from "../chain/client.ts";
import { tokenView, type TokenView } from "../chain/token.ts";
import { receiptOf } from "../chain/transactions.ts";
import { takenBy } from "./acts.ts";
import { judgedCalls } from "./calls.ts";
import type { Desk } from "./desk.ts";
import { foresee, type Foresight } from "./foresee.ts";
import { isGood, type Way, wayOf } from "./paths.ts";
import { currentStep } from "./reduce.ts";
import type { Flow, Permit, Step } from "./schema.ts";

/** What a flow would do from here, all of it, read anew. */
export type Survey = Foresight & { readonly token: TokenView; readonly way: Way };

export type Subject = Pick<Flow, "account" | "request" | "without">;

/**
 * Chooses the way, and rehearses the whole of it.
 * @throws StepRefused where what was built is not what was asked for
 */
export async function survey(
  { chain, build }: Pick<Desk, "chain" | "build">,
  provider: Provider | null,
  subject: Subject,
  permit: Permit | null,
): Promise<Survey> {
  const { account, request } = subject;
  const token = await tokenView(chain, account);
  const way = await wayOf(chain, provider, subject, token, permit);
  const taken = takenBy(request);
  const material = { contract: chain.contract, token: token.token, request, permit: null, resets: way.resets };
  // A permit, signed or not, moves what an approval of the same amount does.
  const calls = judgedCalls(build, token.allowance >= taken ? "stake" : "batch", material);
  const foresight = await foresee(chain, { account, request, token, taken, calls });
  return { ...foresight, token, way };
}

/** The steps from here, fresh. */
export function freshSteps(way: Way): Step[] {
  return way.steps.map((kind) => ({ kind, state: { name: "waiting", asked: null }, change: null, permit: null }));
}

/** The permit that the user has signed in this flow; null without one. */
export function permitIn({ steps }: Flow): Permit | null {
  return steps.findLast(({ permit }) => permit !== null)?.permit ?? null;
}

/**
 * What is confirmed and still stands, then the way from here. The step at hand goes on being simulated; what it was asked
 * before stays with it.
 */
export async function stepsOn(chain: Chain, flow: Flow, { way, token }: Survey): Promise<Step[]> {
  const permitted = way.path === "permit" ? takenBy(flow.request) : null;
  const stands = await Promise.all(flow.steps.map((step) => isStanding(chain, step, token, permitted)));
  const kept = flow.steps.filter((_, index) => stands[index]);
  const { kind, state } = currentStep(flow);
  const [first, ...others] = freshSteps(way);
  if (first === undefined) throw new TypeError("a way without steps");
  const asked = first.kind === kind ? state.asked : null;
  return [...kept, { ...first, state: { name: "simulating", asked } }, ...others];
}

/** @param permitted What a permit is for, wei; null where the way needs none. */
async function isStanding(chain: Chain, step: Step, token: TokenView, permitted: bigint | null): Promise<boolean> {
  const { kind, state, permit } = step;
  if (state.name !== "confirmed") return false;
  if (kind === "permit") return permitted !== null && isGood(permit, token, permitted);
  if (state.transaction === null) return false;
  const receipt = await receiptOf(chain, state.transaction.hash);
  return receipt?.blockHash === state.transaction.blockHash;
}
