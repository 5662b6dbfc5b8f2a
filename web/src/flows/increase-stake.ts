import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { encodeFunctionData } from "viem";
import { readContract } from "viem/actions";
import { type ActRules, isSamePlace } from "./rules.ts";
import type { ActOf } from "./schema.ts";

/** More stake on a position. */
export const increaseStake: ActRules<ActOf<"increaseStake">> = {
  encode: ({ tournament, position, amount }) =>
    encodeFunctionData({ abi, functionName: "increaseStake", args: [tournament, position, amount] }),
  takes: ({ amount }) => amount,
  isIn: (events, act) =>
    events.some(
      ({ eventName, args }) => eventName === "StakeIncreased" && isSamePlace(args, act) && args.amount === act.amount,
    ),
  async holds({ client, contract: address }, { tournament, position }, _account, blockNumber) {
    const args = [tournament, position] as const;
    const [active, pending] = await readContract(client, { abi, address, functionName: "stakeOf", args, blockNumber });
    return active + pending > 0n;
  },
};
