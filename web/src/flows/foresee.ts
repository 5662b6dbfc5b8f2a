import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { type Address } from "viem";
import { call, readContract } from "viem/actions";
import type { Chain } from "../chain/client.ts";
import { type Held, holdingsAt, type Place, rehearse, type View } from "../chain/holdings.ts";
import { type Refusal, refusalIn, refusalOf } from "../chain/revert.ts";
import type { Answer, Call } from "../chain/row.ts";
import { isTrue, type TokenView } from "../chain/token.ts";
import { actsOf } from "./acts.ts";
import { isSameHex } from "./rules.ts";
import type { Change, Holdings, Reason, Request } from "./schema.ts";

/** What calls would do now, and why they would not. */
export type Foresight = { readonly change: Change; readonly reason: Reason | null };

/** Calls of an account, and what they are for. */
export type Intent = {
  readonly account: Address;
  readonly request: Request;
  readonly token: TokenView;
  /** What the calls take, wei. */
  readonly taken: bigint;
  readonly calls: readonly Call[];
};

/** Rehearses the exact calls on the block of the token's view. */
export async function foresee(chain: Chain, { account, request, token, taken, calls }: Intent): Promise<Foresight> {
  const places = await placesOf(chain, request, token.block);
  const view = { account, token: token.token, places, block: token.block };
  const [rehearsal, exact] = await Promise.all([rehearse(chain, view, calls), tryAlone(chain, view, calls)]);
  const before = rehearsal?.before ?? (await holdingsAt(chain, view));
  // The call as it will be sent has the last word: in a rehearsal the account may have played a contract.
  const answers = exact === null ? (rehearsal?.answers ?? []) : [exact];
  const refused = shortOf(before, taken) ?? refusedIn(calls, answers, token.token);
  const after = refused === null && rehearsal?.answers.every(({ succeeds }) => succeeds) ? rehearsal.after : null;
  const block = token.block;
  return {
    change: { block, before: shown(before, places), after: after && shown(after, places) },
    reason: refused,
  };
}

/** A call that goes alone, called alone; null where there are several. */
async function tryAlone({ client }: Chain, { account, block }: View, calls: readonly Call[]): Promise<Answer | null> {
  const [only, ...more] = calls;
  if (only === undefined || more.length > 0) return null;
  try {
    const { data = "0x" } = await call(client, { account, to: only.to, data: only.data, blockNumber: block });
    return { succeeds: true, data };
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal === null) throw error;
    return { succeeds: false, data: refusal.data ?? "0x" };
  }
}

/** Mainnet NMR says nothing when it refuses: what can be known without it is. */
function shortOf({ balance }: Held, needed: bigint): Reason | null {
  return balance < needed ? { kind: "balanceShort", balance, needed } : null;
}

function refusedIn(calls: readonly Call[], answers: readonly Answer[], token: Address): Reason | null {
  for (const [index, { succeeds, data }] of answers.entries()) {
    if (!succeeds) return reverted("simulation", refusalOf(data), null);
    const to = calls[index]?.to;
    if (to !== undefined && isSameHex(to, token) && !isTrue(data)) return { kind: "tokenRefuses" };
  }
  return null;
}

type Reverted = Extract<Reason, { kind: "reverted" }>;

/** A refusal, or null for a call that passes where it had failed, as a reason. */
export function reverted(
  when: Reverted["when"],
  refusal: Refusal | null,
  transaction: Reverted["transaction"],
): Reverted {
  const { error, values, data } = refusal ?? { error: null, values: {}, data: null };
  return { kind: "reverted", when, error, values: { ...values }, data, passes: refusal === null, transaction };
}

/** Where a request acts. A position that isn't open yet gets the tournament's next number, as the contract gives it. */
async function placesOf(chain: Chain, request: Request, blockNumber: bigint): Promise<Place[]> {
  const { client, contract: address } = chain;
  const acts = actsOf(request);
  const opened = new Set(acts.flatMap((act) => (act.kind === "openPosition" ? [act.tournament] : [])));
  const counts = [...opened].map(async (tournament) => {
    const read = { abi, address, functionName: "tournamentOf", args: [tournament], blockNumber } as const;
    return [tournament, (await readContract(client, read)).positions] as const;
  });
  const next = new Map(await Promise.all(counts));
  const places = acts.flatMap((act): Place[] => {
    const { tournament } = act;
    if (act.kind === "voidRound") return [];
    if (act.kind !== "openPosition") return [{ tournament, number: act.position, model: null }];
    const number = next.get(tournament) ?? 0;
    next.set(tournament, number + 1);
    return [{ tournament, number, model: act.model }];
  });
  return places.filter((each, index) => places.findIndex((other) => isSamePosition(each, other)) === index);
}

function isSamePosition(a: Place, b: Place): boolean {
  return a.tournament === b.tournament && a.number === b.number;
}

function shown({ stakes, balance, allowance }: Held, places: readonly Place[]): Holdings {
  const positions = stakes.flatMap((stake, index) => {
    const place = places[index];
    if (place === undefined) return [];
    const { tournament, number, model } = place;
    return [{ tournament, position: model === null ? number : null, model, ...stake }];
  });
  return { positions, balance, allowance };
}
