import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { canonicalText } from "@numeraire-staking/oracle/core/canonical";
import { type Address, decodeFunctionData, encodeFunctionData, erc20Abi, type Hex } from "viem";
import type { Call } from "../chain/row.ts";
import type { Act, Request, StepKind } from "./schema.ts";

// Reads calldata back, the way a stranger would, and says what it does. It shares nothing with what built it: two faults would
// have to be the same to pass.

/** What a call does, in the one form that both sides are brought to. */
type Meaning =
  | { readonly does: "approve"; readonly token: Address; readonly spender: Address; readonly value: bigint }
  | { readonly does: "stake"; readonly acts: readonly string[]; readonly permits: readonly bigint[] };

/** Where calls are read: what the two addresses are. */
export type Court = { readonly contract: Address; readonly token: Address };

/** What calls are for. */
export type Purpose = {
  readonly kind: Exclude<StepKind, "permit">;
  readonly request: Request;
  /** Σ of what it takes, wei, as the recap shows it. */
  readonly taken: bigint;
  readonly permits: boolean;
  readonly resets: boolean;
};

/** Null where the calls do what they are for and nothing else; else both texts, to compare. */
export function faultIn(
  calls: readonly Call[],
  purpose: Purpose,
  court: Court,
): { readonly expected: string; readonly actual: string } | null {
  const expected = canonicalText(wanted(purpose, court).map(plain));
  const actual = textOfCalls(calls, court);
  return expected === actual ? null : { expected, actual };
}

/** Whether two calls do the same, whatever signature a permit carries. */
export function isSameDeed(a: Call, b: Call, court: Court): boolean {
  const [first, second] = [textOfCalls([a], court), textOfCalls([b], court)];
  return first === second && !first.includes(UNREADABLE);
}

const UNREADABLE = "unreadable";

function textOfCalls(calls: readonly Call[], court: Court): string {
  return canonicalText(calls.map((call) => plain(meaningOf(call, court)) ?? { [UNREADABLE]: [call.to, call.data] }));
}

function wanted({ kind, request, taken, permits, resets }: Purpose, { token, contract }: Court): Meaning[] {
  const approve = (value: bigint): Meaning => ({ does: "approve", token, spender: contract, value });
  const acts = actsWanted(request);
  const stake: Meaning = { does: "stake", acts: sorted(acts), permits: permits ? [taken] : [] };
  switch (kind) {
    case "reset":
      return [approve(0n)];
    case "approve":
      return [approve(taken)];
    case "stake":
      return [stake];
    case "batch":
      return [...(resets ? [approve(0n)] : []), approve(taken), stake];
  }
}

function actsWanted(request: Request): readonly Act[] {
  if (request.kind === "stakePlan") return request.acts;
  if (request.kind !== "exit") return [request];
  const { tournament, position, to, rounds } = request;
  return [
    { kind: "withdraw", tournament, position, to },
    ...rounds.map((round) => ({ kind: "voidRound" as const, tournament, round })),
  ];
}

function meaningOf({ to, data }: Call, { contract, token }: Court): Meaning | null {
  try {
    if (isSame(to, token)) return approvalIn(data, token);
    if (isSame(to, contract)) return stakeIn(data);
  } catch {
    // No calldata of theirs.
  }
  return null;
}

function approvalIn(data: Hex, token: Address): Meaning | null {
  const call = decodeFunctionData({ abi: erc20Abi, data });
  if (call.functionName !== "approve" || encodeFunctionData({ abi: erc20Abi, ...call }) !== data) return null;
  const [spender, value] = call.args;
  return { does: "approve", token, spender, value };
}

function stakeIn(data: Hex): Meaning | null {
  const acts: Act[] = [];
  const permits: bigint[] = [];
  return collect(data, acts, permits) ? { does: "stake", acts: sorted(acts), permits } : null;
}

/** False for what no flow asks for, and for bytes that no argument needs: nothing may hide there. */
function collect(data: Hex, acts: Act[], permits: bigint[]): boolean {
  const call = decodeFunctionData({ abi, data });
  if (encodeFunctionData({ abi, ...call }) !== data) return false;
  switch (call.functionName) {
    case "multicall":
      return call.args[0].every((inner) => collect(inner, acts, permits));
    case "selfPermit":
      permits.push(call.args[0]);
      return true;
    default: {
      const act = actIn(call);
      if (act !== null) acts.push(act);
      return act !== null;
    }
  }
}

function actIn(call: ReturnType<typeof decodeFunctionData<typeof abi>>): Act | null {
  switch (call.functionName) {
    case "openPosition": {
      const [tournament, model, amount, deadline, grant] = call.args;
      return { kind: call.functionName, tournament, model, amount, deadline, grant };
    }
    case "increaseStake":
    case "requestWithdrawal": {
      const [tournament, position, amount] = call.args;
      return { kind: call.functionName, tournament, position, amount };
    }
    case "cancelWithdrawal": {
      const [tournament, position] = call.args;
      return { kind: call.functionName, tournament, position };
    }
    case "withdraw": {
      const [tournament, position, to] = call.args;
      return { kind: call.functionName, tournament, position, to };
    }
    case "voidRound": {
      const [tournament, round] = call.args;
      return { kind: call.functionName, tournament, round };
    }
    default:
      return null;
  }
}

function sorted(acts: readonly Act[]): string[] {
  return acts.map((act) => canonicalText(plain(act))).sort();
}

/** Hexadecimal means the same in either case. */
function plain(value: Meaning | Act | null): unknown {
  if (value === null) return null;
  const members = Object.entries(value).map(([key, member]: [string, unknown]) => {
    return [key, typeof member === "string" && member.startsWith("0x") ? member.toLowerCase() : member];
  });
  return Object.fromEntries(members) as unknown;
}

function isSame(a: Address, b: Address): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
