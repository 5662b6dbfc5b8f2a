import { type Address, type Hex, isAddressEqual } from "viem";
import { callData } from "../chain/calls.ts";
import type { Executor, Outcome } from "../chain/executor.ts";
import type { Action, ReportAction } from "../core/actions.ts";
import type { ReportDomain } from "../core/report.ts";
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
  readonly domain: ReportDomain;
  readonly tournament: number;
};

/** Carries one action out. @throws ChainTrouble, ChainRefusal, SignerTrouble, SignerRefusal */
export type Performer = (action: Action) => Promise<Outcome>;

export function performer({ keys, executor, domain, tournament }: PerformerOptions): Performer {
  return async (action) => {
    const from = action.kind === "open" ? keys.organizer : keys.relayer;
    // A plan never asks for what its settings say there is no key for.
    if (from === null) throw new Error(`there is no key to ${action.kind} with`);
    const signatures = action.kind === "report" ? await signaturesOf(action, keys.reporters, domain, tournament) : [];
    return executor.send({ data: callData(action, tournament, signatures), from, eligibleAt: action.eligibleAt });
  };
}

function signaturesOf(
  { round, batch, attempt, stakesHash, scoresHash, signers }: ReportAction,
  reporters: readonly ReportSigner[],
  domain: ReportDomain,
  tournament: number,
): Promise<Hex[]> {
  const report = { tournament, round, batch, attempt, stakesHash, scoresHash };
  return Promise.all(signers.map(({ address }) => signerOf(address, reporters).sign(domain, report)));
}

function signerOf(address: Address, reporters: readonly ReportSigner[]): ReportSigner {
  const signer = reporters.find((reporter) => isAddressEqual(reporter.address, address));
  if (signer === undefined) throw new Error(`there is no key of reporter ${address}`);
  return signer;
}
