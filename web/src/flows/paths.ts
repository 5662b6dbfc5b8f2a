import type { Chain, Provider } from "../chain/client.ts";
import { takesApproval, type TokenView } from "../chain/token.ts";
import { takenBy } from "./acts.ts";
import type { Avoidable, Flow, Path, Permit, StepKind } from "./schema.ts";
import { isAtomic } from "./wallet.ts";

/** How tokens get to the contract from here, and the steps that are left. */
export type Way = { readonly path: Path; readonly steps: readonly StepKind[]; readonly resets: boolean };

/** What decides the way. */
export type Ability = {
  readonly taken: bigint;
  readonly allowance: bigint;
  readonly canPermit: boolean;
  /** Whether a permit is signed already, and still good. */
  readonly isPermitted: boolean;
  readonly canBatch: boolean;
  /** Whether the token wants its allowance reset before another. */
  readonly resets: boolean;
  readonly without: readonly Avoidable[];
};

/** Fewest transactions first, then fewest questions; amounts are exact on all of them. */
export function wayFor(ability: Ability): Way {
  const { taken, allowance, canPermit, isPermitted, canBatch, resets, without } = ability;
  if (taken === 0n) return { path: "none", steps: ["stake"], resets: false };
  if (allowance >= taken) return { path: "allowance", steps: ["stake"], resets: false };
  if (canPermit && !without.includes("permit")) {
    return { path: "permit", steps: isPermitted ? ["stake"] : ["permit", "stake"], resets: false };
  }
  if (canBatch && !without.includes("batch")) return { path: "batch", steps: ["batch"], resets };
  return { path: "approve", steps: [...(resets ? (["reset"] as const) : []), "approve", "stake"], resets };
}

/** Looks at token and wallet, and chooses. Without a wallet: as if it could do no more than sign and send. */
export async function wayOf(
  chain: Chain,
  provider: Provider | null,
  { account, request, without }: Pick<Flow, "account" | "request" | "without">,
  token: TokenView,
  permit: Permit | null,
): Promise<Way> {
  const taken = takenBy(request);
  const { allowance } = token;
  const isShort = allowance < taken;
  const canPermit = token.permit !== null;
  const asksMore = isShort && (!canPermit || without.includes("permit"));
  const [canBatch, takes] = await Promise.all([
    asksMore && provider !== null ? isAtomic(provider, account, chain.id) : false,
    asksMore && allowance > 0n ? takesApproval(chain, token, account, taken) : true,
  ]);
  const isPermitted = isGood(permit, token, taken);
  return wayFor({ taken, allowance, canPermit, isPermitted, canBatch, resets: !takes, without });
}

/** How long a permit must still last to be worth sending. */
const LEAST_LEFT_SECONDS = 120n;

/** Whether a permit, signed earlier, still does. */
export function isGood(permit: Permit | null, token: TokenView, taken: bigint): boolean {
  if (permit === null || token.permit === null) return false;
  const lasts = permit.deadline >= token.time + LEAST_LEFT_SECONDS;
  return lasts && permit.nonce === token.permit.nonce && permit.value === taken;
}
