import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { type Address, decodeFunctionResult, encodeFunctionData, erc20Abi, type Hex } from "viem";
import { call } from "viem/actions";
import type { Chain } from "./client.ts";
import { type Answer, type Call, row } from "./row.ts";

/** A position to look at. `number` is what it has, or will have once it is open. */
export type Place = {
  readonly tournament: number;
  readonly number: number;
  readonly model: Hex | null;
};

/** What a position holds, wei. */
export type Stake = { readonly active: bigint; readonly pending: bigint; readonly withdrawable: bigint };

/** What an account holds, wei: in its positions, in its hands, and what the staking contract may take. */
export type Held = { readonly stakes: readonly Stake[]; readonly balance: bigint; readonly allowance: bigint };

/** Whose, where and when. */
export type View = {
  readonly account: Address;
  readonly token: Address;
  readonly places: readonly Place[];
  readonly block: bigint;
};

/** What calls of the account come to: their answers, and what it holds before and after, both read from the contracts. */
export type Rehearsal = { readonly before: Held; readonly after: Held; readonly answers: readonly Answer[] };

/** Rehearses calls on top of the block; null where the node can't. */
export async function rehearse(chain: Chain, view: View, calls: readonly Call[]): Promise<Rehearsal | null> {
  const probes = probesOf(chain.contract, view);
  const answers = await row(chain, view.account, [...probes, ...calls, ...probes], view.block);
  if (answers === null) return null;
  const behind = probes.length + calls.length;
  return {
    before: heldIn(answers.slice(0, probes.length)),
    answers: answers.slice(probes.length, behind),
    after: heldIn(answers.slice(behind)),
  };
}

/** What the account holds at the block. */
export async function holdingsAt({ client, contract }: Chain, view: View): Promise<Held> {
  const answers = probesOf(contract, view).map(async ({ to, data }) => {
    const answer = await call(client, { to, data, blockNumber: view.block });
    return { succeeds: true, data: answer.data ?? "0x" };
  });
  return heldIn(await Promise.all(answers));
}

function probesOf(contract: Address, { account, token, places }: View): Call[] {
  const stakes = places.flatMap(({ tournament, number }) => [
    { to: contract, data: encodeFunctionData({ abi, functionName: "stakeOf", args: [tournament, number] }) },
    { to: contract, data: encodeFunctionData({ abi, functionName: "withdrawable", args: [tournament, number] }) },
  ]);
  return [
    { to: token, data: encodeFunctionData({ abi: erc20Abi, functionName: "balanceOf", args: [account] }) },
    { to: token, data: encodeFunctionData({ abi: erc20Abi, functionName: "allowance", args: [account, contract] }) },
    ...stakes,
  ];
}

function heldIn([balance, allowance, ...rest]: readonly Answer[]): Held {
  const stakes: Stake[] = [];
  for (let at = 0; at < rest.length; at += 2) {
    const [active, pending] = decodeFunctionResult({ abi, functionName: "stakeOf", data: dataOf(rest[at]) });
    stakes.push({ active, pending, withdrawable: BigInt(dataOf(rest[at + 1])) });
  }
  return { stakes, balance: BigInt(dataOf(balance)), allowance: BigInt(dataOf(allowance)) };
}

function dataOf(answer: Answer | undefined): Hex {
  if (!answer?.succeeds) throw new Error(`a view of the contract or the token failed: ${answer?.data ?? "no answer"}`);
  return answer.data;
}
