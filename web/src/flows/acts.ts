import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { type Address, type Hex, parseEventLogs } from "viem";
import type { Chain } from "../chain/client.ts";
import type { Receipt } from "../chain/transactions.ts";
import { cancelWithdrawal } from "./cancel-withdrawal.ts";
import { increaseStake } from "./increase-stake.ts";
import { openPosition } from "./open-position.ts";
import { requestWithdrawal } from "./request-withdrawal.ts";
import { type ActRules, isSameHex } from "./rules.ts";
import type { Act, ActOf, Request } from "./schema.ts";
import { ordered } from "./stake-plan.ts";
import { voidRound } from "./void-round.ts";
import { withdraw } from "./withdraw.ts";

const RULES: { readonly [Kind in Act["kind"]]: ActRules<ActOf<Kind>> } = {
  openPosition,
  increaseStake,
  requestWithdrawal,
  cancelWithdrawal,
  withdraw,
  voidRound,
};

/** What a request does to positions, in the order in which it does it. */
export function actsOf(request: Request): Act[] {
  switch (request.kind) {
    case "stakePlan":
      return ordered(request.acts);
    case "exit": {
      const { tournament, position, to, rounds } = request;
      const voided = rounds.map((round): Act => ({ kind: "voidRound", tournament, round }));
      return [...voided, { kind: "withdraw", tournament, position, to }];
    }
    default:
      return [request];
  }
}

/** What a request takes from the account, wei. */
export function takenBy(request: Request): bigint {
  return actsOf(request).reduce((sum, act) => sum + rulesOf(act).takes(act), 0n);
}

/** The calldata of an act alone. */
export function encodeAct(act: Act): Hex {
  return rulesOf(act).encode(act);
}

/** Whether the contract's events in these logs, all of one transaction, say that the whole request happened. */
export function isDoneIn(logs: Receipt["logs"], request: Request, account: Address, contract: Address): boolean {
  const own = logs.filter(({ address }) => isSameHex(address, contract));
  const events = parseEventLogs({ abi, logs: own });
  return actsOf(request).every((act) => rulesOf(act).isIn(events, act, account));
}

/** Whether the contract's state at the block is as the request left it. */
export async function holdsAt(chain: Chain, request: Request, account: Address, block: bigint): Promise<boolean> {
  const answers = await Promise.all(actsOf(request).map((act) => rulesOf(act).holds(chain, act, account, block)));
  return answers.every(Boolean);
}

/** The kind of an act chooses its rules: they fit, which the compiler can't see. */
function rulesOf(act: Act): ActRules<Act> {
  return RULES[act.kind];
}
