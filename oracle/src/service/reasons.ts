import type { RefusalCode, TroubleCode } from "../chain/errors.ts";
import type { ReasonCode } from "../core/actions.ts";

/** Everything that can be the matter. */
export type Code =
  | ReasonCode
  | TroubleCode
  | RefusalCode
  | "signer_down"
  | "signer_refused"
  | "starting"
  | "tick_overdue"
  | "rpc_stale"
  | "deadline_near"
  | "data_folder"
  | "foreign_transaction"
  | "audit_mismatch"
  | "audit_unproved"
  | "bug";

/**
 * "wait": the normal course of things. "look": it mends itself, or nobody can mend it any more. "act": somebody must.
 * `unready`: while it lasts, a deadline that came now could be missed.
 */
export type Advice = { readonly level: "wait" | "look" | "act"; readonly unready: boolean; readonly remedy: string };

/** What to do about each of them. */
export const REASONS: Readonly<Record<Code, Advice>> = {
  round_open: wait("nothing to do: the round is locked at its close"),
  round_running: wait("nothing to do: the round is reported once it has resolved"),
  dispute_window: wait("nothing to do: the batch settles when its window is over; the guardian may veto until then"),
  feed_unsettled: wait("nothing to do: the round is reported once the feed calls its scores final"),
  lock_unfinalized: wait("nothing to do: the round is reported once its locks are in final blocks (config.finality)"),
  batches_unreported: wait("look at why the other batches have no report"),
  no_positions: wait("nothing to do: a round without a position is voided at its deadline"),
  not_organizer: wait("run an oracle with the organizer's key (config.keys.organizer), or open the round by hand"),
  not_a_reporter: wait("nothing to do here; to report, give keys of the round's set (config.keys.reporters)"),
  no_relayer: wait("nothing to do here if another operator relays; otherwise give config.keys.relayer"),
  feed_confirming: wait("nothing to do: what is signed is read twice, config.feedSettleSeconds apart"),
  not_my_turn: wait("nothing to do: each operator relays in its turn, and all of them before the deadline"),
  peer_down: look("ask the named operators for their nodes, and check config.peers and the network between"),
  peer_refused: look("ask the named operators: their nodes are set up for something else, or say what isn't true"),
  feed_missing: look("ask the feed's owner for the round, or check that config.feed is this tournament's"),
  feed_down: unready("check config.feed and the network; it is asked again at every turn"),
  feed_changed: look("nothing to do unless it lasts: the feed gave another answer, and is waited for anew"),
  too_many_in_flight: look("settle or void older rounds; the limit was fixed with the tournament"),
  deadline_missed: look("nothing can be done any more: the round stays unopened, or is voided and its stakes are free"),
  schedule_impossible: act("mend config.opening so that it fits the feed's rounds"),
  terms_out_of_limits: act("mend config.opening, or use a tournament whose limits allow these rounds"),
  unknown_model: look("check that stakers use the ids of models that the feed lists"),
  terms_differ: look("check that the feed still means the same scores as when the round opened"),
  feed_refused: unreadyAct("mend the named field at the feed; nothing of the round is signed before"),
  lock_missing_reserve: unreadyAct("fund the tournament's reserve (fundReserve) before the round's lock window ends"),
  signatures_missing: unready("ask the named reporters' operators; give their nodes (config.peers), or more keys here"),
  quorum_unreachable: unreadyAct(
    "call the operators of the named reporters: without them no report reaches the quorum",
  ),
  disagreement: unreadyAct("look at /v1/rounds/<round>/disagreement: settle with the operators whose feed is right"),
  equivocation_guard: unreadyAct(
    "the feed changed after it was signed: have the guardian veto, or let the others report",
  ),
  vetoed: unreadyAct("settle with the guardian which scores are right; config.repeatVetoed reports the same again"),
  rpc_down: unready("check the node at config.rpcUrls; it is asked again at every turn"),
  rpc_quorum_lost: unready("check the named nodes of config.rpcUrls, or add others; all are asked again at every turn"),
  rpc_disagree: unready(
    "nothing to do unless it lasts; then find out which of the named nodes is wrong, and replace it",
  ),
  rate_limited: unready("raise the limit at the named nodes' providers, or raise config.pollIntervalMs"),
  rpc_stale: unready("the node's latest block is old: check that it follows the chain (config.maxBlockAgeSeconds)"),
  chain_moved: look("nothing to do unless it lasts: the next turn looks at the chain as it is now"),
  events_incomplete: unready("use a node that keeps all events since config.deploymentBlock, or set that lower"),
  tx_pending: look("nothing to do unless it lasts: it is sent again with a higher fee"),
  tx_fee_capped: unready(
    "raise config.maxFeePerGasGwei if the slack gets short; until then it is offered again at every turn",
  ),
  tx_unmined: look("nothing to do unless it lasts: it is sent again with a higher fee"),
  rpc_wrong_chain: unreadyAct("mend config.chainId or config.rpcUrls"),
  contract_missing: unreadyAct("mend config.contract"),
  tournament_missing: unreadyAct("mend config.tournament"),
  tx_reverts: unreadyAct("read the contract's answer: it names the fault and its values"),
  tx_too_large: unreadyAct("report this as a bug: no batch should need so much gas"),
  funds_low: unreadyAct("send ether to the relayer's or organizer's address"),
  signer_down: unready(
    "check the remote signer that the message names, and the way to it; it is asked again at every turn",
  ),
  signer_refused: unreadyAct("mend the signer's keys or policy, or the address at config.keys; oracle keys list tells"),
  starting: unready("nothing to do: the first turn isn't over yet"),
  tick_overdue: unready("look for a hanging node or feed in the log; restart the process if it lasts"),
  deadline_near: unreadyAct("something due is not done with less than a quarter of its time left: see its error"),
  data_folder: act(
    "make room in config.dataFolder, or let the process write there: a restart would forget what it signed",
  ),
  foreign_transaction: act(
    "end every other process that has this key; if there is none, the key is stolen: replace it now, and move the ether",
  ),
  audit_mismatch: act(
    "run oracle audit <round> elsewhere, with other nodes; if it differs there too, call the guardian and the other operators",
  ),
  audit_unproved: look("run oracle audit <round> once feed and nodes have what the message says is missing"),
  bug: unreadyAct("report this with the log: it is not a condition that the oracle knows"),
};

/** Every reason code, in the order of the table. */
export function reasonCodes(): Code[] {
  return Object.keys(REASONS) as Code[];
}

/** Where the runbook says what it means, what the node does, what to do and how to know that it is over. */
export function pageOf(code: Code): string {
  return `docs/runbook.md#${code}`;
}

function wait(remedy: string): Advice {
  return { level: "wait", unready: false, remedy };
}

function look(remedy: string): Advice {
  return { level: "look", unready: false, remedy };
}

function act(remedy: string): Advice {
  return { level: "act", unready: false, remedy };
}

function unready(remedy: string): Advice {
  return { level: "look", unready: true, remedy };
}

function unreadyAct(remedy: string): Advice {
  return { level: "act", unready: true, remedy };
}
