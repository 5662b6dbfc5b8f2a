import { encodeFunctionData, type Hex } from "viem";
import type { Action, Signature } from "../core/actions.ts";
import { numeraireStakingAbi as abi } from "./generated/abi.ts";

/** The call that carries an action out. */
export function callData(action: Action, tournament: number): Hex {
  const { round } = action;
  switch (action.kind) {
    case "open": {
      const { terms, schedule } = action;
      return encodeFunctionData({ abi, functionName: "openRound", args: [tournament, round, terms, schedule] });
    }
    case "lock":
      return encodeFunctionData({ abi, functionName: "lock", args: [tournament, round, action.batch] });
    case "report": {
      const { batch, scores, signatures } = action;
      const signed = signatures.map(({ signature }) => signature);
      const args = [tournament, round, batch, scores, signerBits(signatures), signed] as const;
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

function signerBits(signatures: readonly Signature[]): bigint {
  return signatures.reduce((bits, { index }) => bits | (1n << BigInt(index)), 0n);
}
