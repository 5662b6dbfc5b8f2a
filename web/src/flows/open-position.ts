import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { encodeFunctionData } from "viem";
import { readContract } from "viem/actions";
import { type ActRules, isSameHex, isSamePlace } from "./rules.ts";
import type { ActOf } from "./schema.ts";

/** A first stake on a model. Where the tournament has a registrar, with the grant that the user was given. */
export const openPosition: ActRules<ActOf<"openPosition">> = {
  encode: ({ tournament, model, amount, deadline, grant }) =>
    encodeFunctionData({ abi, functionName: "openPosition", args: [tournament, model, amount, deadline, grant] }),
  takes: ({ amount }) => amount,
  isIn: (events, { tournament, model, amount }, account) =>
    events.some(
      ({ eventName, args }) =>
        eventName === "PositionOpened" &&
        args.tournament === tournament &&
        isSameHex(args.staker, account) &&
        isSameHex(args.model, model) &&
        events.some(
          (other) =>
            other.eventName === "StakeIncreased" && isSamePlace(other.args, args) && other.args.amount === amount,
        ),
    ),
  async holds({ client, contract: address }, { tournament, model }, account, blockNumber) {
    const args = [tournament, account, model] as const;
    const [exists] = await readContract(client, { abi, address, functionName: "positionOf", args, blockNumber });
    return exists;
  },
};
