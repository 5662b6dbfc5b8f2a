import type { Address } from "viem";
import type { ChainFacts } from "../core/facts.ts";
import type { Sender } from "../core/transaction.ts";
import type { Keys } from "./perform.ts";
import type { Done, Failure } from "./tick.ts";

/** How an account that pays for gas stands. `roundsLeft`: rounds of today's size that it can pay for, at five times today's price. */
export type Account = {
  readonly key: "relayer" | "organizer";
  readonly address: Address;
  readonly balanceWei: bigint;
  /** Number of its transactions in blocks. */
  readonly nonce: number;
  readonly roundsLeft: number;
  /** Transactions since the start that this process knows nothing of. */
  readonly foreign: number;
};

export type AccountsOptions = {
  readonly keys: Pick<Keys, "relayer" | "organizer">;
  readonly balanceOf: (account: Sender) => Promise<bigint>;
  readonly nonceOf: (account: Sender) => Promise<number>;
  readonly gasPrice: () => Promise<bigint>;
};

/** Looks at the accounts after a turn's work. Never fails: a chain that can't be read is said by the next turn. */
export type Accounts = {
  look(facts: ChainFacts, done: readonly Done[], failures: readonly Failure[]): Promise<Failure[]>;
  readonly latest: readonly Account[];
};

// More than a position costs all in, and than a batch costs beside its positions (docs/gas.md).
const GAS_PER_POSITION = 3_000n;
const GAS_PER_BATCH = 300_000n;
const POSITIONS_PER_BATCH = 1_024;
const PRICE_MARGIN = 5n;
/** Hashes that are remembered, so that a transaction that is found twice counts once. */
const MOST_HASHES = 1_000;

export function accountWatch(options: AccountsOptions): Accounts {
  const { relayer, organizer } = options.keys;
  const watches = [
    ...(relayer === null ? [] : [watch("relayer", relayer, options)]),
    ...(organizer === null ? [] : [watch("organizer", organizer, options)]),
  ];
  let latest: readonly Account[] = [];
  return {
    async look(facts, done, failures) {
      try {
        const gasPrice = await options.gasPrice();
        const looks = await Promise.all(watches.map((each) => each(facts, done, failures, gasPrice)));
        latest = looks.map(({ account }) => account);
        return looks.flatMap(({ fault }) => fault ?? []);
      } catch {
        return [];
      }
    },
    get latest() {
      return latest;
    },
  };
}

type Look = { readonly account: Account; readonly fault: Failure | null };

/**
 * Counts the transactions that nobody here sent: a stolen key, or a second process with the same one. What was sent and not
 * seen in a block may be in one later, so at most one foreign transaction can hide behind each of those.
 */
function watch(key: Account["key"], sender: Sender, { balanceOf, nonceOf }: AccountsOptions) {
  const known = new Set<string>();
  let first: number | null = null;
  let own = 0;
  let isOpen = false;
  let foreign = 0;

  return async (
    facts: ChainFacts,
    done: readonly Done[],
    failures: readonly Failure[],
    gasPrice: bigint,
  ): Promise<Look> => {
    const sent = newHashes(
      done.filter(({ action }) => senderOf(action.kind) === key),
      known,
    );
    const wasOpen = isOpen;
    isOpen = failures.some(({ action, code }) => action !== null && senderOf(action.kind) === key && isUnmined(code));
    own += wasOpen && !isOpen && sent === 0 ? 1 : sent;
    const [balanceWei, nonce] = await Promise.all([balanceOf(sender), nonceOf(sender)]);
    first ??= nonce - own;
    const unknown = nonce - first - own - (isOpen ? 1 : 0);
    const fault = unknown > foreign ? foreignFault(key, sender.address, unknown - foreign) : null;
    foreign = Math.max(foreign, unknown);
    const roundsLeft = roundsFor(balanceWei, facts.models.length, gasPrice);
    return { account: { key, address: sender.address, balanceWei, nonce, roundsLeft, foreign }, fault };
  };
}

function newHashes(done: readonly Done[], known: Set<string>): number {
  const before = known.size;
  for (const { outcome } of done) if (outcome.kind === "done") known.add(outcome.hash);
  const added = known.size - before;
  for (const hash of known) {
    if (known.size <= MOST_HASHES) break;
    known.delete(hash);
  }
  return added;
}

function senderOf(kind: string): Account["key"] {
  return kind === "open" ? "organizer" : "relayer";
}

function isUnmined(code: Failure["code"]): boolean {
  return code === "tx_pending" || code === "tx_unmined" || code === "tx_fee_capped";
}

function foreignFault(key: Account["key"], address: Address, count: number): Failure {
  const message = `${count} transaction${count === 1 ? "" : "s"} of the ${key} ${address} that this process did not send`;
  return { action: null, code: "foreign_transaction", message };
}

function roundsFor(balanceWei: bigint, positions: number, gasPrice: bigint): number {
  const batches = BigInt(Math.max(1, Math.ceil(positions / POSITIONS_PER_BATCH)));
  const gas = BigInt(positions) * GAS_PER_POSITION + batches * GAS_PER_BATCH;
  const cost = gas * gasPrice * PRICE_MARGIN;
  return cost === 0n ? Number.MAX_SAFE_INTEGER : Number(balanceWei / cost);
}
