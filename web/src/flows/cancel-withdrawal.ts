import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { encodeFunctionData } from "viem";
import { readContract } from "viem/actions";
import { type ActRules, isSamePlace } from "./rules.ts";
import type { ActOf } from "./schema.ts";

/** All that is pending back to active. */
export const cancelWithdrawal: ActRules<ActOf<"cancelWithdrawal">> = {
  encode: ({ tournament, position }) =>
    encodeFunctionData({ abi, functionName: "cancelWithdrawal", args: [tournament, position] }),
  takes: () => 0n,
  isIn: (events, act) =>
    events.some(({ eventName, args }) => eventName === "WithdrawalCancelled" && isSamePlace(args, act)),
  async holds({ client, contract: address }, { tournament, position }, _account, blockNumber) {
    const args = [tournament, position] as const;
    const [active, pending] = await readContract(client, { abi, address, functionName: "stakeOf", args, blockNumber });
    // The same transaction may have asked for it again.
    return active + pending > 0n;
  },
};
