import { numeraireStakingAbi } from "@numeraire-staking/oracle/abi";
import { revertDataIn } from "@numeraire-staking/oracle/chain/errors";
import { meaningIn } from "@numeraire-staking/oracle/chain/refusals";
import { decodeErrorResult, type Hex, parseAbi } from "viem";

/** What tokens refuse with: ERC-6093, ERC-2612 as OpenZeppelin does it, and what Solidity itself says. */
const tokenErrors = parseAbi([
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC20InvalidSpender(address spender)",
  "error ERC2612ExpiredSignature(uint256 deadline)",
  "error ERC2612InvalidSigner(address signer, address owner)",
  "error SafeERC20FailedOperation(address token)",
  "error Error(string message)",
  "error Panic(uint256 code)",
]);
const abi = [...numeraireStakingAbi, ...tokenErrors] as const;

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
  const meaning = meaningIn(error);
  // An invalid instruction, which is how contracts of 2017 refuse, is worded as the gas that it ate.
  return meaning === "reverts" || meaning === "gas" ? refusalOf("0x") : null;
}

/** What the data of a revert says. */
export function refusalOf(data: Hex): Refusal {
  if (data.length < 10) return { error: null, values: {}, data: null };
  try {
    const { errorName, args, abiItem } = decodeErrorResult({ abi, data });
    const given: readonly unknown[] = args ?? [];
    const values = abiItem.inputs.map(({ name }, index) => [name, String(given[index])] as const);
    return { error: errorName, values: Object.fromEntries(values), data };
  } catch {
    return { error: null, values: {}, data };
  }
}
