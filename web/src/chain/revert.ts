import { revertDataIn } from "@numeraire-staking/oracle/chain/errors";
import { type Meaning, meaningIn, meaningOf } from "@numeraire-staking/oracle/chain/refusals";
import { BaseError, decodeErrorResult, type Hex } from "viem";
import { errorsAbi as abi } from "./error-abi.ts";

/** A refusal as data: the error's name and its values by name, as text. Both are null or empty where the data names none. */
export type Refusal = {
  readonly error: string | null;
  readonly values: Readonly<Record<string, string>>;
  readonly data: Hex | null;
};

/** What the contract or the token answers in a failed call; null where it is a node that failed. */
export function refusalIn(error: unknown): Refusal | null {
  const data = revertDataIn(error);
  if (data !== null) return refusalOf(data);
  const meaning = answerMeaning(error);
  // An invalid instruction, which is how contracts of 2017 refuse, is worded as the gas that it ate.
  return meaning === "reverts" || meaning === "gas" ? refusalOf("0x") : null;
}

/** What the data of a revert says. */
export function refusalOf(data: Hex): Refusal {
  if (data.length < 10) return { error: null, values: {}, data: null };
  try {
    const { errorName, args, abiItem } = decodeErrorResult({ abi, data });
    const given: readonly unknown[] = args;
    const values = abiItem.inputs.map(({ name }, index) => [name, String(given[index])] as const);
    return { error: errorName, values: Object.fromEntries(values), data };
  } catch {
    return { error: null, values: {}, data };
  }
}

/** What a node's answer means, also one that came through a wallet; null where none has answered, or it tells nothing. */
export function answerMeaning(error: unknown): Meaning | null {
  if (!(error instanceof BaseError)) return null;
  const meaning = meaningIn(error);
  if (meaning !== null) return meaning;
  const answer = error.walk((each) => codeOf(each) !== null);
  const code = codeOf(answer);
  return code === null ? null : meaningOf(code, `${error.details} ${answer instanceof Error ? answer.message : ""}`);
}

function codeOf(error: unknown): number | null {
  return error instanceof Error && "code" in error && typeof error.code === "number" ? error.code : null;
}
