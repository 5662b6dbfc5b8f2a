import { decimal } from "@numeraire-staking/oracle/core/derivation";
import { formatNmr } from "@numeraire-staking/oracle/core/units";
import type { Tick } from "../core/check.ts";
import { copy } from "./en.ts";

const { check } = copy;

/** A tick in one sentence, with its values. */
export function sayTick(tick: Tick): string {
  if (tick.verdict === "unknown") return check.unknown[tick.why ?? "unproved"];
  return tick.values === null ? check.missing : sentence(tick, tick.verdict);
}

function sentence(tick: Tick, verdict: "true" | "false"): string {
  if (tick.values === null) return check.missing;
  switch (tick.id) {
    case "locked": {
      const { stake, at, hash } = tick.values;
      return check[verdict].locked({ stake: nmr(stake), block: at.block.toString(), hash });
    }
    case "reported": {
      const { scores, trueSignatures, quorum, attempt } = tick.values;
      const shown = scores.map((each) => decimal(each, 9)).join(" and ");
      const counts = { signed: String(trueSignatures), quorum: String(quorum), attempt: String(attempt) };
      return check[verdict].reported({ scores: shown, ...counts });
    }
    case "timely": {
      const { locked, reported, settled } = tick.values;
      const times = { locked: instant(locked), reported: instant(reported.at(-1)), settled: instant(settled) };
      return check[verdict].timely(times);
    }
    case "total": {
      const { atRisk, payoutFactor, batches, event } = tick.values;
      const factor = decimal(payoutFactor, 18);
      return check[verdict].total({ atRisk: nmr(atRisk), factor, batches: String(batches), said: nmr(event.atRisk) });
    }
    case "paid": {
      const { paid, due, cutAt, roundTotals } = tick.values;
      const amounts = { paid: nmr(paid), due: nmr(due) };
      if (verdict === "true" && cutAt !== null) return check.true.cut(amounts);
      const { rewarded, burned } = roundTotals;
      return check[verdict].paid({ ...amounts, rewarded: nmr(rewarded), burned: nmr(burned) });
    }
  }
}

function nmr(nano: bigint): string {
  return `${formatNmr(nano, ",")} NMR`;
}

/** In UTC, to the second. */
function instant(stamp: { readonly time: number } | null | undefined): string {
  return stamp === null || stamp === undefined
    ? "never"
    : new Date(stamp.time * 1_000).toISOString().replace("T", " ").replace(".000Z", " UTC");
}
