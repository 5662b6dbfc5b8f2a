import { callData } from "../chain/calls.ts";
import type { Executor, Outcome } from "../chain/executor.ts";
import type { Action } from "../core/actions.ts";
import type { Sender } from "../core/transaction.ts";
import type { ReportSigner } from "../signers/report-signer.ts";

/** The keys of the three roles; any may be absent. */
export type Keys = {
  readonly reporters: readonly ReportSigner[];
  readonly relayer: Sender | null;
  readonly organizer: Sender | null;
};

export type PerformerOptions = {
  readonly keys: Keys;
  readonly executor: Executor;
  readonly tournament: number;
};

/** Carries one action out. @throws ChainTrouble, ChainRefusal, SignerTrouble, SignerRefusal */
export type Performer = (action: Action) => Promise<Outcome>;

export function performer({ keys, executor, tournament }: PerformerOptions): Performer {
  return (action) => {
    const from = action.kind === "open" ? keys.organizer : keys.relayer;
    // A plan never asks for what its settings say there is no key for.
    if (from === null) throw new Error(`there is no key to ${action.kind} with`);
    return executor.send({ data: callData(action, tournament), from, eligibleAt: action.eligibleAt });
  };
}
