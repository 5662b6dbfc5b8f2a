import { nanoFromWei, weiFromNano } from "@numeraire-staking/oracle/core/units";
import { type Act, type WorstCase, worstCaseOfSigning } from "../../../src/core/worst-case.ts";
import type { Deed, World } from "./world.ts";

/** What each number of a worst case is a promise about. */
export type Promised = Exclude<keyof WorstCase, "all">;

type Own = Extract<Deed, { kind: Act["kind"] }>;

/** A history: all before the signing, what is signed, and what others do before it is mined, until the staker leaves, and then. */
export type Story = Readonly<Record<"before" | "meanwhile" | "after" | "atLast", readonly Deed[]>> & {
  readonly signed: Own;
};

/** Seconds that the signed transaction and a request of everything take. */
const MINING = 3;

/**
 * Plays a history that keeps to what a number is promised under, and compares it with what was really lost: what was in
 * the position at the signing and what the act added, less what is there at the end and what was withdrawn since.
 */
export async function play(world: World, promised: Promised, { before, signed, meanwhile, after, atLast }: Story) {
  for (const deed of before) await world.act(deed);
  const standing = await world.standing();
  const deed = possible(signed, nanoFromWei(standing.active, "active"));
  const shown = worstCaseOfSigning(standing, actOf(deed));
  const total = async (): Promise<bigint> => {
    const { active, pending } = await world.standing();
    return active + pending + world.withdrawn();
  };

  let owned = await total();
  for (const other of meanwhile) if (keepsTo(promised, other)) await world.act(other, standing.minedBy - MINING);
  const untouched = await total();
  await world.act(deed);
  owned += (await total()) - untouched;
  if (promised === "leaving") await requestAll(world);
  for (const other of after) if (promised === "leaving" || keepsTo(promised, other)) await world.act(other);
  if (promised === "known") await requestAll(world);
  for (const other of atLast) if (promised === "known" || keepsTo(promised, other)) await world.act(other);
  return { shown: shown[promised], lost: owned - (await total()) };
}

/** Whether it may happen before the staker leaves: the numbers differ in which rounds may still lock. */
function keepsTo(promised: Promised, { kind }: Deed): boolean {
  if (promised === "locked") return kind !== "lock";
  return promised !== "known" || kind !== "open";
}

async function requestAll(world: World): Promise<void> {
  const { active } = await world.standing();
  await world.act({ kind: "request", amount: nanoFromWei(active, "active") });
}

/** Nobody is asked to sign for more than there is. */
function possible(deed: Own, active: bigint): Own {
  return deed.kind === "request" && deed.amount > active ? { kind: "request", amount: active } : deed;
}

function actOf(deed: Own): Act {
  return "amount" in deed ? { kind: deed.kind, amount: weiFromNano(deed.amount) } : { kind: deed.kind };
}
