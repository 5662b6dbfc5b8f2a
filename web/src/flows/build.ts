import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { type Address, encodeFunctionData, type Hex, parseSignature } from "viem";
import type { Call } from "../chain/row.ts";
import { approval } from "../chain/token.ts";
import { actsOf, encodeAct, takenBy } from "./acts.ts";
import type { Permit, Request, StepKind } from "./schema.ts";

// What the wallet is given. Whether it is what the user asked for is judge.ts's to say, which shares nothing with this.

/** What calls are made of. */
export type Material = {
  readonly contract: Address;
  readonly token: Address;
  readonly request: Request;
  readonly permit: Permit | null;
  /** Whether the token wants its allowance reset first. */
  readonly resets: boolean;
};

/** The calls of a step. A permit is none. */
export function callsOf(kind: StepKind, material: Material): Call[] {
  switch (kind) {
    case "permit":
      return [];
    case "reset":
      return [approveCall(material, 0n)];
    case "approve":
      return [approveCall(material, takenBy(material.request))];
    case "stake":
      return [stakeCall(material)];
    case "batch": {
      const reset = material.resets ? [approveCall(material, 0n)] : [];
      return [...reset, approveCall(material, takenBy(material.request)), stakeCall(material)];
    }
  }
}

function approveCall({ token, contract }: Material, value: bigint): Call {
  return { to: token, data: approval(contract, value) };
}

function stakeCall({ contract, request, permit }: Material): Call {
  const acts = actsOf(request).map(encodeAct);
  const calls = permit === null ? acts : [selfPermit(permit), ...acts];
  const [only, ...more] = calls;
  if (only !== undefined && more.length === 0) return { to: contract, data: only };
  return { to: contract, data: encodeFunctionData({ abi, functionName: "multicall", args: [calls] }) };
}

function selfPermit({ value, deadline, signature }: Permit): Hex {
  const { r, s, yParity } = parseSignature(signature);
  return encodeFunctionData({ abi, functionName: "selfPermit", args: [value, deadline, 27 + yParity, r, s] });
}
