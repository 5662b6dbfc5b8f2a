import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { encodeFunctionData } from "viem";
import { readContract } from "viem/actions";
import { type ActRules, isSamePlace } from "./rules.ts";
import type { ActOf } from "./schema.ts";

/** Stake from active to pending. */
export const requestWithdrawal: ActRules<ActOf<"requestWithdrawal">> = {
  encode: ({ tournament, position, amount }) =>
    encodeFunctionData({ abi, functionName: "requestWithdrawal", args: [tournament, position, amount] }),
  takes: () => 0n,
  isIn: (events, act) =>
    events.some(
      ({ eventName, args }) =>
        eventName === "WithdrawalRequested" && isSamePlace(args, act) && args.amount === act.amount,
    ),
  async holds({ client, contract: address }, { tournament, position }, _account, blockNumber) {
    const args = [tournament, position] as const;
    const [, pending] = await readContract(client, { abi, address, functionName: "stakeOf", args, blockNumber });
    return pending > 0n;
  },
};
