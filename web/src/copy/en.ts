// Everything that the app says, in one place; a text with values in it is a function of them. Plain words, the field's terms,
// no exclamation marks. Amounts come formatted, with their unit.

export const copy = {
  // ------------------------------------------------------------ pages

  // ------------------------------------------------------------ explanation of a payout

  // ------------------------------------------------------------ check

  check: {
    titles: {
      locked: "Stake at the lock",
      reported: "Scores and signatures",
      timely: "Times",
      total: "Total at risk",
      paid: "Payout",
    },
    verdicts: { true: "true", false: "false", unknown: "can't be told" },
    true: {
      locked: ({ stake, block }: Said<"stake" | "block">) =>
        `${stake} was locked in block ${block}, and the batch's stakes hash to what the reporters signed or the contract keeps.`,
      reported: ({ scores, signed, quorum, attempt }: Said<"scores" | "signed" | "quorum" | "attempt">) =>
        `The scores ${scores} are attempt ${attempt}, signed by ${signed} of the reporters who were named when the round opened; it takes ${quorum}.`,
      timely: ({ locked, reported, settled }: Said<"locked" | "reported" | "settled">) =>
        `Locked ${locked}, reported ${reported}, settled ${settled}: each within its window, and after the time for a veto.`,
      total: ({ atRisk, factor, batches }: Said<"atRisk" | "factor" | "batches">) =>
        `All stakes (batches: ${batches}) put ${atRisk} at risk, which makes the payout factor ${factor}, as the contract says.`,
      paid: ({ paid, rewarded, burned }: Said<"paid" | "rewarded" | "burned">) =>
        `The formula gives ${paid}, and that was settled. The round paid ${rewarded} and burned ${burned} in all, as the contract says.`,
      cut: ({ paid, due }: Said<"paid" | "due">) =>
        `The formula gives ${due}, and the position had less left than that: ${paid} took all of it.`,
    },
    false: {
      locked: ({ hash }: Said<"hash">) => `The batch's stakes hash to ${hash}, which is not what was signed or kept.`,
      reported: ({ signed, quorum }: Said<"signed" | "quorum">) =>
        `The report doesn't hold: signers, scores or attempt are not as signed (true signatures: ${signed}, it takes ${quorum}).`,
      timely: () => "A step happened outside of its window.",
      total: ({ atRisk, said }: Said<"atRisk" | "said">) =>
        `The stakes put ${atRisk} at risk, and the round was locked with ${said}, or terms or factor differ.`,
      paid: ({ paid, due }: Said<"paid" | "due">) =>
        `${paid} was settled, the formula gives ${due}; or the sums of batch and round don't agree.`,
    },
    missing: "An event that the contract counts is missing in what the node shows.",
    unknown: {
      unusable: "The node's answer can't be used.",
      "never opened": "The round was never opened.",
      "no stake": "The position is not in this round.",
      "not locked": "Not locked yet.",
      "not reported": "No scores are reported yet.",
      vetoed: "The report was vetoed, and no other one stands yet.",
      "not settled": "Not settled yet.",
      void: "The round is void: what was not settled before pays and burns nothing.",
      unproved: "The node doesn't show what it takes to prove this.",
      follows: "It differs, because it is made from what is false above.",
    },
    unusable: ({ reason }: Said<"reason">) => `The node's answer can't be used: ${reason}`,
  },

  // ------------------------------------------------------------ risk and exit

  // ------------------------------------------------------------ flows

  // ------------------------------------------------------------ errors
} as const;

/** Values of a text, formatted. */
type Said<Names extends string> = Readonly<Record<Names, string>>;
