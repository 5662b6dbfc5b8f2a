import type { Call } from "../chain/row.ts";
import { takenBy } from "./acts.ts";
import type { Material } from "./build.ts";
import type { Desk } from "./desk.ts";
import { faultIn } from "./judge.ts";
import type { Reason, StepKind } from "./schema.ts";

/** The chain, or our own judgement, says no before the wallet is asked. */
export class StepRefused extends Error {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(`the step is refused: ${reason.kind}`);
    this.name = "StepRefused";
    this.reason = reason;
  }
}

/**
 * The calls of a step, built and read back.
 * @throws StepRefused where they do anything else than they are for
 */
export function judgedCalls(build: Desk["build"], kind: Exclude<StepKind, "permit">, material: Material): Call[] {
  const { contract, token, request, permit, resets } = material;
  const calls = build(kind, material);
  const purpose = { kind, request, taken: takenBy(request), permits: permit !== null, resets };
  const fault = faultIn(calls, purpose, { contract, token });
  if (fault !== null) throw new StepRefused({ kind: "tampered", ...fault });
  return calls;
}
