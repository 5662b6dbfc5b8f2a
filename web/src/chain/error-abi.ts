import { numeraireStakingAbi } from "@numeraire-staking/oracle/abi";
import type { ContractErrorName } from "viem";

/** Errors that come through the staking contract: of the libraries it is built on, and of the token that it calls. */
const borrowedErrorsAbi = [
  { type: "error", name: "SafeERC20FailedOperation", inputs: [{ type: "address", name: "token" }] },
  { type: "error", name: "AddressEmptyCode", inputs: [{ type: "address", name: "target" }] },
  { type: "error", name: "FailedCall", inputs: [] },
  { type: "error", name: "ReentrancyGuardReentrantCall", inputs: [] },
  {
    type: "error",
    name: "ERC20InsufficientAllowance",
    inputs: [
      { type: "address", name: "spender" },
      { type: "uint256", name: "allowance" },
      { type: "uint256", name: "needed" },
    ],
  },
  {
    type: "error",
    name: "ERC20InsufficientBalance",
    inputs: [
      { type: "address", name: "sender" },
      { type: "uint256", name: "balance" },
      { type: "uint256", name: "needed" },
    ],
  },
  { type: "error", name: "ERC20InvalidApprover", inputs: [{ type: "address", name: "approver" }] },
  { type: "error", name: "ERC20InvalidReceiver", inputs: [{ type: "address", name: "receiver" }] },
  { type: "error", name: "ERC20InvalidSender", inputs: [{ type: "address", name: "sender" }] },
  { type: "error", name: "ERC20InvalidSpender", inputs: [{ type: "address", name: "spender" }] },
  {
    type: "error",
    name: "ERC20ExceededCap",
    inputs: [
      { type: "uint256", name: "increasedSupply" },
      { type: "uint256", name: "cap" },
    ],
  },
  { type: "error", name: "ERC20InvalidCap", inputs: [{ type: "uint256", name: "cap" }] },
  { type: "error", name: "ERC2612ExpiredSignature", inputs: [{ type: "uint256", name: "deadline" }] },
  {
    type: "error",
    name: "ERC2612InvalidSigner",
    inputs: [
      { type: "address", name: "signer" },
      { type: "address", name: "owner" },
    ],
  },
  {
    type: "error",
    name: "InvalidAccountNonce",
    inputs: [
      { type: "address", name: "account" },
      { type: "uint256", name: "currentNonce" },
    ],
  },
  { type: "error", name: "ECDSAInvalidSignature", inputs: [] },
  { type: "error", name: "ECDSAInvalidSignatureLength", inputs: [{ type: "uint256", name: "length" }] },
  { type: "error", name: "ECDSAInvalidSignatureS", inputs: [{ type: "bytes32", name: "s" }] },
  { type: "error", name: "InvalidShortString", inputs: [] },
  { type: "error", name: "StringTooLong", inputs: [{ type: "string", name: "str" }] },
] as const;

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
