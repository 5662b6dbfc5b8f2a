import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { encodeFunctionData } from "viem";
import { readContract } from "viem/actions";
import { type ActRules, isSameHex, isSamePlace } from "./rules.ts";
import type { ActOf } from "./schema.ts";

/** What is pending and free, out to an address. */
export const withdraw: ActRules<ActOf<"withdraw">> = {
  encode: ({ tournament, position, to }) =>
    encodeFunctionData({ abi, functionName: "withdraw", args: [tournament, position, to] }),
  takes: () => 0n,
  isIn: (events, act) =>
    events.some(
      ({ eventName, args }) => eventName === "Withdrawn" && isSamePlace(args, act) && isSameHex(args.to, act.to),
    ),
  async holds({ client, contract: address }, { tournament, position }, _account, blockNumber) {
    const args = [tournament, position] as const;
    return (await readContract(client, { abi, address, functionName: "withdrawable", args, blockNumber })) === 0n;
  },
};
