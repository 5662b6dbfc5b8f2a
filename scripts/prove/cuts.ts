/**
 * Where z3 is given something else than the libraries' own text. A property names its cuts; each edit must find its text
 * exactly once, so a library that changes there stops the proof rather than slipping by it.
 */
export interface Cut {
  /** Why what is proved of the cut text holds of the text. */
  readonly why: string;
  readonly edits: readonly Edit[];
}

export interface Edit {
  readonly file: string;
  /** Text as it stands in the file; ASCII. */
  readonly from: string;
  readonly to: string;
}

const PAYOUT_MATH = "contracts/libraries/PayoutMath.sol";
const STAKE_LEDGER = "contracts/libraries/StakeLedger.sol";

export const CUTS: Readonly<Record<string, Cut>> = {
  anyRate: {
    why: "the weighted sum of the scores is any number at all: what holds of every rate holds of the library's",
    edits: [
      {
        file: PAYOUT_MATH,
        from: `(int256 score0, int256 score1) = Words.scoresOf(scores);
            int256 rate = r.weight0 * score0 + r.weight1 * score1;`,
        to: "int256 rate = r.weight0;",
      },
    ],
  },
  oneClamp: {
    why: "two branches are one conditional expression, as `branchesClamp` proves of the same lines",
    edits: [
      {
        file: PAYOUT_MATH,
        from: `if (rate > r.bound) rate = r.bound;
            else if (rate < -r.bound) rate = -r.bound;`,
        to: "rate = rate > r.bound ? r.bound : rate < -r.bound ? -r.bound : rate;",
      },
    ],
  },
  openLedger: {
    why: "a private function is called from outside; nothing else changes",
    edits: [
      {
        file: STAKE_LEDGER,
        from: `int256 active
    ) private returns (int256 applied, int256 next)`,
        to: `int256 active
    ) internal returns (int256 applied, int256 next)`,
      },
    ],
  },
  widePending: {
    why: "pending amounts are kept without being cut to 64 bits, which changes none below 2^64: `nothingFallsBelowZero`",
    edits: [
      { file: STAKE_LEDGER, from: "uint64 pending;", to: "uint256 pending;" },
      { file: STAKE_LEDGER, from: "uint64(uint256(left))", to: "uint256(left)" },
    ],
  },
};
