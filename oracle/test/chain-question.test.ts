import { encodeFunctionData } from "viem";
import { describe, expect, it } from "vitest";
import { numeraireStakingAbi as abi } from "../src/chain/generated/abi.ts";
import { sayQuestion } from "../src/chain/question.ts";

const to = "0x0000000000000000000000000000000000000001";
const pin = { blockHash: "0x05", requireCanonical: true };

describe("a question for people", () => {
  it("is the contract's function, its arguments and the block, whole as far as a line goes", () => {
    const data = encodeFunctionData({ abi, functionName: "batchOf", args: [1, 2n ** 64n - 1n, 7] });
    const params = [{ data, to }, pin];
    expect(sayQuestion({ method: "eth_call", params })).toBe(
      'batchOf(1, 18446744073709551615, 7) at {"blockHash":"0x05","requireCanonical":true}',
    );
    const none = [{ to, data: encodeFunctionData({ abi, functionName: "tournaments" }) }, "latest"];
    expect(sayQuestion({ method: "eth_call", params: none })).toBe('tournaments() at "latest"');
    const many = encodeFunctionData({ abi, functionName: "multicall", args: [[data, data]] });
    const long = sayQuestion({ method: "eth_call", params: [{ data: many }, pin] });
    expect(long).toMatch(/^multicall\(0x/);
    expect(long).toHaveLength(200);
  });

  it.each([
    ["eth_getLogs", [{ address: to }], `eth_getLogs [{"address":"${to}"}]`],
    ["eth_chainId", undefined, "eth_chainId undefined"],
    ["eth_call", undefined, "eth_call undefined"],
    ["eth_call", [{ to, data: "0x12345678" }], `eth_call [{"to":"${to}","data":"0x12345678"}]`],
    ["eth_call", [{ to }], `eth_call [{"to":"${to}"}]`],
  ])("is its method and parameters where it is none of the contract's: %s %j", (method, params, said) => {
    expect(sayQuestion({ method, params })).toBe(said);
  });
});
