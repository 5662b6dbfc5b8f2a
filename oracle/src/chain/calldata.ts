import { decodeFunctionData, getAbiItem, type Hex, toFunctionSelector } from "viem";
import { numeraireStakingAbi as abi } from "./generated/abi.ts";

// The calls that a transaction's data holds, wherever in it they stand: alone, in a multicall, or wrapped by a wallet that
// is a contract. What only looks like one is for the caller to tell by its values.

type Call = ReturnType<typeof decodeFunctionData<typeof abi>>;
type ArgsOf<Name extends Call["functionName"]> = Extract<Call, { readonly functionName: Name }>["args"];

const REPORT = toFunctionSelector(getAbiItem({ abi, name: "report" }));
const SETTLE = toFunctionSelector(getAbiItem({ abi, name: "settle" }));

/** tournament, round, batch, scores, signers, signatures */
export function reportsIn(data: Hex): ArgsOf<"report">[] {
  return callsIn(data, REPORT).flatMap((call) => (call.functionName === "report" ? [call.args] : []));
}

/** tournament, round, batch, stakes, scores */
export function settlesIn(data: Hex): ArgsOf<"settle">[] {
  return callsIn(data, SETTLE).flatMap((call) => (call.functionName === "settle" ? [call.args] : []));
}

function callsIn(data: Hex, selector: Hex): Call[] {
  const wanted = selector.slice(2);
  const calls: Call[] = [];
  for (let at = data.indexOf(wanted, 2); at !== -1; at = data.indexOf(wanted, at + 1)) {
    if (at % 2 !== 0) continue;
    try {
      calls.push(decodeFunctionData({ abi, data: `0x${data.slice(at)}` }));
    } catch {
      // Four bytes that happen to be there.
    }
  }
  return calls;
}
