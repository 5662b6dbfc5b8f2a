import { type Address, type Hex, isAddress, isHex } from "viem";
import * as z from "zod/mini";

// A flow is data: everything that is known of it, in the one form that survives a reload. In memory amounts and block numbers
// are bigints, in the store they are strings of digits.

/** Stored flows of another version are left alone. */
export const VERSION = 1;

const digits = z.codec(z.string().check(z.regex(/^\d{1,78}$/)), z.bigint(), {
  decode: (text) => BigInt(text),
  encode: (value) => value.toString(),
});
const address = z.custom<Address>((value) => typeof value === "string" && isAddress(value, { strict: false }));
const hex = z.custom<Hex>((value) => isHex(value));
const hash = z.custom<Hex>((value) => isHex(value) && value.length === 66);
const count = z.int().check(z.nonnegative());

const place = { tournament: count, position: count };

const openPosition = z.strictObject({
  kind: z.literal("openPosition"),
  tournament: count,
  model: hash,
  amount: digits,
  /** Last second of the grant, unix seconds; 0 without a registrar. */
  deadline: digits,
  /** The registrar's signature; 0x without a registrar. */
  grant: hex,
});
const increaseStake = z.strictObject({ kind: z.literal("increaseStake"), ...place, amount: digits });
const requestWithdrawal = z.strictObject({ kind: z.literal("requestWithdrawal"), ...place, amount: digits });
const cancelWithdrawal = z.strictObject({ kind: z.literal("cancelWithdrawal"), ...place });
const withdraw = z.strictObject({ kind: z.literal("withdraw"), ...place, to: address });

const plannable = z.discriminatedUnion("kind", [openPosition, increaseStake, requestWithdrawal, cancelWithdrawal]);

/** What the user wants, as it was asked for. Amounts are wei. */
const request = z.discriminatedUnion("kind", [
  openPosition,
  increaseStake,
  requestWithdrawal,
  cancelWithdrawal,
  withdraw,
  z.strictObject({ kind: z.literal("stakePlan"), acts: z.array(plannable).check(z.minLength(1)) }),
  /** Out after the deadline of every round that holds it: these are voided first. */
  z.strictObject({
    kind: z.literal("exit"),
    ...place,
    to: address,
    rounds: z.array(digits).check(z.minLength(1)),
  }),
]);

/** Why a step did not happen: a kind and its values. The sentence is the copy's. */
const reason = z.discriminatedUnion("kind", [
  /** The user said no (4001). */
  z.strictObject({ kind: z.literal("rejected") }),
  /** The wallet doesn't know the method. */
  z.strictObject({ kind: z.literal("unsupported"), method: z.string() }),
  z.strictObject({ kind: z.literal("wrongChain"), expected: count, actual: count }),
  z.strictObject({ kind: z.literal("accountChanged"), expected: address, actual: z.nullable(address) }),
  /** Any other answer of the wallet, in its own words. */
  z.strictObject({ kind: z.literal("wallet"), code: z.nullable(z.int()), message: z.string() }),
  /** The account has less than the request takes. */
  z.strictObject({ kind: z.literal("balanceShort"), balance: digits, needed: digits }),
  /**
   * The contract or the token refuses. `error` is null where no data came back, or where they name no known error. A replay is
   * the transaction called again on the state before its block; where even that passes, `passes` says so.
   */
  z.strictObject({
    kind: z.literal("reverted"),
    when: z.enum(["simulation", "replay"]),
    error: z.nullable(z.string()),
    values: z.record(z.string(), z.string()),
    data: z.nullable(hex),
    passes: z.boolean(),
    transaction: z.nullable(z.strictObject({ hash, block: digits })),
  }),
  /** The token answers false where it should revert, as mainnet NMR does when stopped. */
  z.strictObject({ kind: z.literal("tokenRefuses") }),
  /** The calldata does not decode to the request: it is not shown to the wallet. */
  z.strictObject({ kind: z.literal("tampered"), expected: z.string(), actual: z.string() }),
  /** Another transaction of the account took the number of this one. */
  z.strictObject({ kind: z.literal("cancelled"), hash, by: hash }),
  /** No node knows it any more, and its number is still free. */
  z.strictObject({ kind: z.literal("dropped"), hash }),
  /**
   * The page died before the wallet's answer was kept, and the chain shows nothing of it. "unsent": the account has sent
   * nothing since; "others": only other things; "pending": something of the account is under way, and can't be looked into;
   * "unknown": the node can't look back that far.
   */
  z.strictObject({ kind: z.literal("lost"), seen: z.enum(["unsent", "others", "pending", "unknown"]) }),
  /** It is in a block, but what it should have done is not there. */
  z.strictObject({ kind: z.literal("undone"), hash, block: digits }),
  /** Neither our endpoints nor the wallet's answer. */
  z.strictObject({ kind: z.literal("chainUnreachable"), message: z.string() }),
]);

/** What the wallet was asked, kept before it is asked: enough to find it on the chain without the wallet's answer. */
const asked = z.strictObject({
  /** Null for a signature, and for calls that the wallet packs itself. */
  call: z.nullable(z.strictObject({ to: address, data: hex })),
  /** The id of a batch, chosen here. */
  batch: z.nullable(z.string()),
  /** Transactions that the account had sent before, with those in the pool. */
  nonce: count,
  /** The newest block then. */
  block: digits,
});

const stepState = z.discriminatedUnion("name", [
  /** What an earlier attempt asked stays until it is known to be impossible. */
  z.strictObject({ name: z.literal("waiting"), asked: z.nullable(asked) }),
  z.strictObject({ name: z.literal("simulating"), asked: z.nullable(asked) }),
  z.strictObject({ name: z.literal("wallet"), asked }),
  /** The hash is null while a wallet keeps a batch's to itself. */
  z.strictObject({ name: z.literal("sent"), asked, hash: z.nullable(hash) }),
  z.strictObject({ name: z.literal("mined"), asked, hash, block: digits, blockHash: hash }),
  /** A signature has neither hash nor block. */
  z.strictObject({
    name: z.literal("confirmed"),
    asked: z.nullable(asked),
    transaction: z.nullable(z.strictObject({ hash, block: digits, blockHash: hash })),
  }),
  z.strictObject({ name: z.literal("failed"), asked: z.nullable(asked), reason }),
]);

const positionHoldings = z.strictObject({
  tournament: count,
  /** Null before it is open. */
  position: z.nullable(count),
  /** Null where the request names the position. */
  model: z.nullable(hash),
  active: digits,
  pending: digits,
  withdrawable: digits,
});
/** What a flow moves, wei. */
const holdings = z.strictObject({ positions: z.array(positionHoldings), balance: digits, allowance: digits });
/** Before, from the chain at that block; after, from the simulation on it, or null where the node can't show it. */
const change = z.strictObject({ block: digits, before: holdings, after: z.nullable(holdings) });

/** A permit as the user signed it. */
const permit = z.strictObject({ value: digits, nonce: digits, deadline: digits, signature: hex });

const step = z.strictObject({
  kind: z.enum(["reset", "approve", "permit", "batch", "stake"]),
  state: stepState,
  /** Of this step alone, as simulated last. */
  change: z.nullable(change),
  permit: z.nullable(permit),
});

const flowState = z.discriminatedUnion("name", [
  z.strictObject({ name: z.literal("running") }),
  /** "unknown": done on the chain; whether the index has it can't be said. */
  z.strictObject({ name: z.literal("done"), block: digits, index: z.enum(["reached", "unknown"]) }),
  z.strictObject({ name: z.literal("abandoned") }),
]);

const flow = z.strictObject({
  version: z.literal(VERSION),
  id: z.string().check(z.minLength(1)),
  /** Grows with each change: of two pages, the one that is behind stops. */
  revision: count,
  chainId: count,
  contract: address,
  account: address,
  request,
  /** How the tokens get there; "none" where nothing is taken. */
  path: z.enum(["none", "allowance", "permit", "batch", "approve"]),
  /** Paths that the user doesn't want. */
  without: z.array(z.enum(["permit", "batch"])),
  /** Of the whole flow, as simulated last. */
  change: z.nullable(change),
  steps: z.array(step).check(z.minLength(1)),
  state: flowState,
});

export type Request = z.output<typeof request>;
export type Plannable = z.output<typeof plannable>;
/** Never a request of its own: what an exit does first. */
type VoidRound = { readonly kind: "voidRound"; readonly tournament: number; readonly round: bigint };
export type Act = Plannable | z.output<typeof withdraw> | VoidRound;
export type ActOf<Kind extends Act["kind"]> = Extract<Act, { kind: Kind }>;
export type Reason = z.output<typeof reason>;
export type Asked = z.output<typeof asked>;
export type StepState = z.output<typeof stepState>;
export type StateOf<Name extends StepState["name"]> = Extract<StepState, { name: Name }>;
export type Holdings = z.output<typeof holdings>;
export type PositionHoldings = z.output<typeof positionHoldings>;
export type Change = z.output<typeof change>;
export type Permit = z.output<typeof permit>;
export type Step = z.output<typeof step>;
export type StepKind = Step["kind"];
export type Flow = z.output<typeof flow>;
export type Path = Flow["path"];
export type Avoidable = Flow["without"][number];

/** A flow as text, for the store. */
export function textOf(value: Flow): string {
  return JSON.stringify(z.encode(flow, value));
}

/** The flow that a text holds; null where it holds none that this version can read. */
export function flowOf(text: string): Flow | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const result = z.safeDecode(flow, value as z.input<typeof flow>);
  return result.success ? result.data : null;
}
