import { refusalFrom } from "../chain/errors.ts";
import { copy } from "../copy/en.ts";
import { exactNmr } from "../core/amounts.ts";
import type { Reason } from "../flows/schema.ts";
import { Notice } from "./states.tsx";
import { TIME_STYLE } from "./time.tsx";

const text = copy.reasons;

/** Why something did not happen, and what to do about it. */
export function ReasonNotice({ reason }: { reason: Reason }) {
  const { what, todo } = sentenceOf(reason);
  return (
    <Notice kind={reason.kind === "rejected" ? "" : "bad"} title={what}>
      <p>{todo}</p>
      {reason.kind === "reverted" && reason.when === "replay" && <p className="quiet small">{text.replay}</p>}
    </Notice>
  );
}

function sentenceOf(reason: Reason): { readonly what: string; readonly todo: string } {
  switch (reason.kind) {
    case "reverted":
      if (reason.passes) return text.passes;
      return reason.data === null ? copy.failure.silent : refusalFrom(reason.data, TIME_STYLE);
    case "rejected":
    case "tokenRefuses":
    case "undone":
      return text[reason.kind];
    case "unsupported":
      return text.unsupported(reason.method);
    case "wrongChain":
      return text.wrongChain(reason.expected, reason.actual);
    case "accountChanged":
      return text.accountChanged(reason.expected, reason.actual);
    case "wallet":
      return text.wallet(reason.message);
    case "balanceShort":
      return text.balanceShort(exactNmr(reason.balance), exactNmr(reason.needed));
    case "tampered":
      return text.tampered(reason.expected, reason.actual);
    case "cancelled":
      return text.cancelled(reason.by);
    case "dropped":
      return text.dropped(reason.hash);
    case "lost":
      return text.lost[reason.seen];
    case "chainUnreachable":
      return text.chainUnreachable(reason.message);
  }
}
