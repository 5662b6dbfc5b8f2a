import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { encodeFunctionData } from "viem";
import { readContract } from "viem/actions";
import { ROUND_STATES } from "../core/rounds.ts";
import type { ActRules } from "./rules.ts";
import type { ActOf } from "./schema.ts";

/** Ends a round that missed its deadline, so that it holds nothing any more; anybody may. */
export const voidRound: ActRules<ActOf<"voidRound">> = {
  encode: ({ tournament, round }) => encodeFunctionData({ abi, functionName: "voidRound", args: [tournament, round] }),
  takes: () => 0n,
  isIn: (events, { tournament, round }) =>
    events.some(
      ({ eventName, args }) => eventName === "RoundVoided" && args.tournament === tournament && args.round === round,
    ),
  async holds({ client, contract: address }, { tournament, round }, _account, blockNumber) {
    const args = [tournament, round] as const;
    const { state } = await readContract(client, { abi, address, functionName: "roundOf", args, blockNumber });
    return ROUND_STATES[state] === "void";
  },
};
