import { numeraireStakingAbi } from "@numeraire-staking/oracle/abi";
import type { ContractErrorName } from "viem";
import { parseAbi } from "viem";

/** Errors that come through the staking contract: of the libraries it is built on, and of the token that it calls. */
const borrowedErrorsAbi = parseAbi([
  "error SafeERC20FailedOperation(address token)",
  "error AddressEmptyCode(address target)",
  "error FailedCall()",
  "error ReentrancyGuardReentrantCall()",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InvalidApprover(address approver)",
  "error ERC20InvalidReceiver(address receiver)",
  "error ERC20InvalidSender(address sender)",
  "error ERC20InvalidSpender(address spender)",
  "error ERC20ExceededCap(uint256 increasedSupply, uint256 cap)",
  "error ERC20InvalidCap(uint256 cap)",
  "error ERC2612ExpiredSignature(uint256 deadline)",
  "error ERC2612InvalidSigner(address signer, address owner)",
  "error InvalidAccountNonce(address account, uint256 currentNonce)",
  "error ECDSAInvalidSignature()",
  "error ECDSAInvalidSignatureLength(uint256 length)",
  "error ECDSAInvalidSignatureS(bytes32 s)",
  "error InvalidShortString()",
  "error StringTooLong(string str)",
]);

/** Every error that a call of the staking contract or of its token can end in, but for the compiler's own two. */
export const errorsAbi = [
  ...numeraireStakingAbi.filter((item): item is Extract<typeof item, { type: "error" }> => item.type === "error"),
  ...borrowedErrorsAbi,
] as const;

type ErrorsAbi = typeof errorsAbi;
export type ErrorName = ContractErrorName<ErrorsAbi>;

type Inputs<Name extends ErrorName> = Extract<ErrorsAbi[number], { name: Name }>["inputs"][number];

/** The values of an error by their names, each as text for people. */
export type ErrorWords<Name extends ErrorName> = { readonly [Input in Inputs<Name> as Input["name"]]: string };

/** The names of all values of one Solidity type. */
export type InputsOfType<Type extends string> = Extract<Inputs<ErrorName>, { type: Type }>["name"];

/** A sentence in two parts: what happened, and what to do. */
export type ErrorText = { readonly what: string; readonly todo: string };

/** A sentence for each error: the compiler misses none. */
export type ErrorTexts = { readonly [Name in ErrorName]: (values: ErrorWords<Name>) => ErrorText };
