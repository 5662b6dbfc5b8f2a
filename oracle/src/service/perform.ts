import type { Address } from "viem";
import type { Executor } from "../chain/executor.ts";
import type { Result } from "../chain/outcome.ts";
import type { Action } from "../core/actions.ts";
import type { Sender } from "../core/transaction.ts";
import type { ReportSigner } from "../signers/report-signer.ts";

/** The keys of the three roles; any may be absent. */
export type Keys = {
  readonly reporters: readonly ReportSigner[];
  readonly relayer: Sender | null;
  readonly organizer: Sender | null;
};

/** Carries actions out until a time of this machine's clock, milliseconds. Has no result for what it didn't come to. */
export type Performer = (actions: readonly Action[], until: number) => Promise<readonly Result[]>;

/** Each sender's actions beside the others': one whose transaction is stuck holds up nobody else. */
export function performer(keys: Keys, executor: Executor): Performer {
  return async (actions, until) => {
    const bySender = new Map<Address, { from: Sender; actions: Action[] }>();
    for (const action of actions) {
      const from = senderOf(action, keys);
      const own = bySender.get(from.address);
      if (own === undefined) bySender.set(from.address, { from, actions: [action] });
      else own.actions.push(action);
    }
    const sends = [...bySender.values()].map(({ from, actions }) => executor.send(actions, from, until));
    return (await Promise.all(sends)).flat();
  };
}

function senderOf({ kind }: Action, { organizer, relayer }: Keys): Sender {
  const from = kind === "open" ? organizer : relayer;
  // A plan never asks for what its settings say there is no key for.
  if (from === null) throw new Error(`there is no key to ${kind} with`);
  return from;
}
