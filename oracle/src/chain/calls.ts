import { encodeFunctionData, type Hex } from "viem";
import type { Action, Signer } from "../core/actions.ts";
import { numeraireStakingAbi as abi } from "./generated/abi.ts";

/**
 * The call that carries an action out. `signatures` are those of a report, one a signer and in the order of the signers;
 * empty for everything else.
 */
export function callData(action: Action, tournament: number, signatures: readonly Hex[]): Hex {
  const { round } = action;
  switch (action.kind) {
    case "open": {
      const { terms, schedule } = action;
      return encodeFunctionData({ abi, functionName: "openRound", args: [tournament, round, terms, schedule] });
    }
    case "lock":
      return encodeFunctionData({ abi, functionName: "lock", args: [tournament, round, action.batch] });
    case "report": {
      const { batch, scores, signers } = action;
      const args = [tournament, round, batch, scores, signerBits(signers), signatures] as const;
      return encodeFunctionData({ abi, functionName: "report", args });
    }
    case "settle": {
      const { batch, stakes, scores } = action;
      return encodeFunctionData({ abi, functionName: "settle", args: [tournament, round, batch, stakes, scores] });
    }
    case "void":
      return encodeFunctionData({ abi, functionName: "voidRound", args: [tournament, round] });
  }
}

function signerBits(signers: readonly Signer[]): bigint {
  return signers.reduce((bits, { index }) => bits | (1n << BigInt(index)), 0n);
}
