import { type AbiParameter, BaseError, decodeErrorResult, type Hex, hexToString, isHex } from "viem";
import { copy } from "../copy/en.ts";
import { exactNmr, exactPercent } from "../core/amounts.ts";
import { durationText, type TimeStyle, timeText } from "../core/times.ts";
import { type ErrorName, type ErrorText, errorsAbi, type InputsOfType } from "./error-abi.ts";

/** Why a call was refused, in words; `name` is the error's, or its selector where the app doesn't know it, or empty. */
export type Refusal = ErrorText & { readonly name: string };

type Kind = "amount" | "time" | "count" | "named";

/** What a uint256 counts, by its name in the errors. */
const KINDS: Readonly<Record<InputsOfType<"uint256">, Kind>> = {
  ...{
    amount: "amount",
    supplyBefore: "amount",
    supplyAfter: "amount",
    expectedHoldings: "amount",
    holdings: "amount",
  },
  ...{ free: "amount", needed: "amount", stake: "amount", minStake: "amount", active: "amount", requested: "amount" },
  ...{ allowance: "amount", balance: "amount", increasedSupply: "amount", cap: "amount" },
  ...{ deadline: "time", time: "time", opensAt: "time", closedAt: "time", voidableAt: "time" },
  ...{ value: "named", bound: "named", least: "named", most: "count", count: "count", quorum: "count" },
  ...{ reporters: "count", index: "count", inFlight: "count", rounds: "count", expected: "count", actual: "count" },
  ...{ signers: "count", signatures: "count", currentNonce: "count", length: "count" },
};

/** What the contract's named limits and fields count. Clip and exposure are in 1e-9, the stake of a preview in nano-NMR. */
const NAMED: Readonly<Record<keyof typeof copy.limits, (value: bigint, style: TimeStyle) => string>> = {
  ...{ clip: share, exposure: share, maxClip: share, maxExposure: share },
  ...{ closesAt: timeText, lockedBy: timeText, resolvesAt: timeText, settledBy: timeText },
  disputeWindow: (value, { locale }) => durationText(value, locale),
  maxRoundsInFlight: count,
  stake: (nano) => exactNmr(nano * 10n ** 9n),
};

/**
 * Why a call was refused, in words with its values; null where the error is not a revert: a rejection in the wallet, a
 * node that is down.
 */
export function refusalOf(error: unknown, style: TimeStyle): Refusal | null {
  const data = revertDataIn(error);
  if (data !== null) return refusalFrom(data, style);
  return isRevert(error) ? { name: "", ...copy.failure.silent } : null;
}

/** What revert data says, in words with its values. */
export function refusalFrom(data: Hex, style: TimeStyle): Refusal {
  if (data === "0x") return { name: "", ...copy.failure.silent };
  const decoded = decode(data);
  if (decoded === null) return { name: data.slice(0, 10), ...copy.failure.unknown(data) };
  const { name, inputs, values } = decoded;
  if (name === "Panic") return { name, ...panicText(BigInt(String(values[0]))) };
  if (name === "Error") return { name, ...copy.failure.message(String(values[0])) };
  const words = inputs.map((input, place) => [input.name, wordOf(decoded, place, style)]);
  const sentence = copy.errors[name as ErrorName] as (values: Readonly<Record<string, string>>) => ErrorText;
  return { name, ...sentence(Object.fromEntries(words) as Record<string, string>) };
}

/**
 * What a call that reverted returned, "0x" where that was nothing; null where the error tells of none. Viem wraps the
 * node's answer in causes; geth and anvil put the bytes into `data`, Hardhat and wallets one or two levels deeper.
 */
export function revertDataIn(error: unknown): Hex | null {
  if (typeof error !== "object" || error === null) return null;
  for (const field of ["raw", "data", "originalError", "error", "cause"]) {
    const value: unknown = Reflect.get(error, field);
    const found = isHex(value) ? value : revertDataIn(value);
    if (found !== null) return found;
  }
  return null;
}

type Decoded = {
  readonly name: string;
  readonly inputs: readonly AbiParameter[];
  readonly values: readonly unknown[];
};

function decode(data: Hex): Decoded | null {
  try {
    const { errorName, abiItem, args } = decodeErrorResult({ abi: errorsAbi, data });
    return { name: errorName, inputs: abiItem.inputs, values: args };
  } catch {
    return null;
  }
}

/** Nodes word it differently, and one that knows no data for it says only this. */
function isRevert(error: unknown): boolean {
  return error instanceof BaseError && /revert|invalid opcode|vm execution error/i.test(error.message);
}

function panicText(code: bigint): ErrorText {
  const { panic, panics } = copy.failure;
  const meanings: Readonly<Record<string, string>> = panics;
  return panic(`0x${code.toString(16)}`, meanings[code.toString()] ?? panics.other);
}

/** One value of an error as people read it. */
function wordOf({ name, inputs, values }: Decoded, place: number, style: TimeStyle): string {
  const [input, value] = [inputs[place], values[place]];
  const internal = input !== undefined && "internalType" in input ? String(input.internalType) : "";
  if (internal.endsWith("RoundState")) return copy.roundStates[Number(value)] ?? String(value);
  if (internal.endsWith("BatchState")) return copy.batchStates[Number(value)] ?? String(value);
  if (input?.name === "limit" || input?.name === "field") return titleOf(nameFrom(value));
  if (typeof value !== "bigint" || input?.type !== "uint256") return String(value);
  // The most that the contract holds is an amount, the most of anything else a number of them.
  const kind = name === "HoldingsTooLarge" ? "amount" : KINDS[input.name as keyof typeof KINDS];
  if (kind === "amount") return exactNmr(value);
  if (kind === "time") return timeText(value, style);
  if (kind === "count" && !(name === "LimitOutOfBounds")) return count(value);
  return namedValue(nameFrom(values[0]), value, style);
}

function namedValue(name: string, value: bigint, style: TimeStyle): string {
  return name in NAMED ? NAMED[name as keyof typeof NAMED](value, style) : count(value);
}

function titleOf(name: string): string {
  return name in copy.limits ? copy.limits[name as keyof typeof copy.limits] : name;
}

/** A name that the contract keeps in a bytes32. */
function nameFrom(value: unknown): string {
  return isHex(value) ? hexToString(value, { size: 32 }) : String(value);
}

function share(value: bigint): string {
  return exactPercent(value, 9);
}

function count(value: bigint): string {
  return value.toString();
}
