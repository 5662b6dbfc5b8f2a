import type { Equivalent } from "./equivalents.ts";

const AT_THE_BOUND = "a rate that is the bound is clamped to itself";
const NEVER_ZERO = "only a rate beyond the bounds comes here, and zero is never beyond them";
const ALL_SPARE = "all free seats are in the list: dearer, which the gas snapshot tells, and otherwise the same";
const SAME_WORD = "the first live word is written as it was: dearer, and otherwise the same";
const SPARED_CALL =
  "without code, or with a single byte of it, nobody answers with a word: the check only spares the call";
const FULL_BATCH = "a batch that is full has as many words as that already";
const PRODUCT = "a product of the three, in any order";

export const EQUIVALENTS: readonly Equivalent[] = [
  ...[
    { id: "Holds.vacate.condition.1", change: "book.freeSeat != 0 → true" },
    { id: "Holds.vacate.comparison.1", change: "book.freeSeat != 0 → book.freeSeat == 0" },
    { id: "Holds.vacate.number.1", change: "0 → 1" },
  ].map((mutant) => ({ ...mutant, reason: ALL_SPARE })),
  ...[
    { id: "Holds.isFree.initial.2", change: "book.firstLiveWord → uint256(0)" },
    { id: "Holds.isFree.condition.1", change: "marks.firstLiveWord > word → true" },
    { id: "Holds.isFree.boundary.1", change: "marks.firstLiveWord > word → marks.firstLiveWord >= word" },
  ].map((mutant) => ({
    ...mutant,
    reason: "no bit in a word before both of them holds anything: to begin earlier is dearer, and otherwise the same",
  })),
  { id: "Holds.end.condition.4", change: "word != first → false", reason: SAME_WORD },
  { id: "Holds.end.condition.9", change: "word != first → true", reason: SAME_WORD },
  {
    id: "PayoutMath.factorDown.boundary.1",
    change: "total <= threshold → total < threshold",
    reason: "where both are the same, threshold × 1e18 / total is 1e18 as well",
  },
  { id: "PayoutMath.payoutTowardZero.boundary.1", change: "rate > r.bound → rate >= r.bound", reason: AT_THE_BOUND },
  { id: "PayoutMath.payoutTowardZero.boundary.2", change: "rate < -r.bound → rate <= -r.bound", reason: AT_THE_BOUND },
  { id: "PayoutMath.settleWord.boundary.1", change: "slt(rate_, 0) → iszero(sgt(rate_, 0))", reason: NEVER_ZERO },
  { id: "PayoutMath.settleWord.number.1", change: "0 → 1", reason: NEVER_ZERO },
  ...[2, 3, 4, 5].map((lane) => ({
    id: `PayoutMath.settleWord.boundary.${lane}`,
    change: "gt(add(rate, bound), range) → iszero(lt(add(rate, bound), range))",
    reason: AT_THE_BOUND,
  })),
  {
    id: "Quorum.isSignedBy.clause.2",
    change: "problem == ECDSA.RecoverError.NoError && recovered == account → (recovered == account)",
    reason: "with a problem nobody is recovered, the zero address, which no reporter or registrar that is asked for is",
  },
  {
    id: "Quorum.isSignedBy.clause.4",
    change:
      "account.code.length != 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(account, digest, signature) → SignatureChecker.isValidERC1271SignatureNowCalldata(account, digest, signature)",
    reason: SPARED_CALL,
  },
  { id: "Quorum.isSignedBy.number.1", change: "0 → 1", reason: SPARED_CALL },
  {
    id: "Rounds._startLocking.swap.1",
    change:
      "revert TooManyRoundsInFlight(t.roundsInFlight, most); → revert TooManyRoundsInFlight(most, t.roundsInFlight);",
    reason: "rounds in flight never exceed the limit, which never changes: here both are the same",
  },
  {
    id: "Rounds._earmark.swap.1",
    change: "PayoutMath.earmarkDown(staked, r.exposure, r.clip) → PayoutMath.earmarkDown(r.exposure, staked, r.clip)",
    reason: PRODUCT,
  },
  {
    id: "Rounds._earmark.swap.2",
    change: "PayoutMath.earmarkDown(staked, r.exposure, r.clip) → PayoutMath.earmarkDown(staked, r.clip, r.exposure)",
    reason: PRODUCT,
  },
  {
    id: "Rounds._atRisk.swap.1",
    change: "PayoutMath.atRiskDown(r.staked, r.exposure) → PayoutMath.atRiskDown(r.exposure, r.staked)",
    reason: "a product of the two, in any order",
  },
  {
    id: "Rounds._hold.boundary.1",
    change: "holds.mark(batch) > ticket → holds.mark(batch) >= ticket",
    reason: "a ticket is one round's, which locks a batch once: it is never the batch's mark already",
  },
  {
    id: "Rounds._end.boundary.1",
    change: "i < older → i <= older",
    reason: "ends ticket 0 as well, which nobody draws and which counts as ended",
  },
  {
    id: "StakingState._nano.constant.3",
    change: "MAX_HOLDINGS → MAX_HOLDINGS + 1",
    reason: "a wei more than the limit isn't whole nano-NMR, and is refused for that",
  },
  {
    id: "StakeLedger.load.boundary.1",
    change: "first >= inUse → first > inUse",
    reason: "where both are the same, there are no words to load",
  },
  {
    id: "StakeLedger.load.boundary.2",
    change: "count > Words.WORDS_PER_BATCH → count >= Words.WORDS_PER_BATCH",
    reason: FULL_BATCH,
  },
  {
    id: "StakeLedger.load.constant.8",
    change: "Words.WORDS_PER_BATCH → Words.WORDS_PER_BATCH - 1",
    reason: FULL_BATCH,
  },
  { id: "StakeLedger.load.number.4", change: "0 → 1", reason: "the sums' first value is overwritten at once" },
  {
    id: "StakeLedger.settle.condition.2",
    change: "stakes.length == 0 → false",
    reason: "no stakes are no turn of the loop: the check is there for what the compiler makes of it",
  },
  {
    id: "StakeLedger.settle.condition.5",
    change: "locked != 0 → true",
    reason: "without stakes the payouts are zero, and the word is written as it was: dearer, and otherwise the same",
  },
  ...[
    { id: "StakeLedger.settle.condition.7", change: "rule.maybeRare(active, next) → true" },
    { id: "StakeLedger.settle.condition.9", change: "rule.isRare(active, next, paid) → true" },
    // Rare is then every word with a burn, and every one that was.
    {
      id: "StakeLedger.settle.swap.5",
      change: "rule.isRare(active, next, paid) → rule.isRare(active, paid, next)",
    },
    { id: "StakeLedger._settleRare.condition.4", change: "payout == 0 → false" },
    { id: "StakeLedger._settleRare.boundary.2", change: "sum < 0 → sum <= 0" },
    { id: "StakeLedger._settleRare.number.4", change: "0 → 1" },
  ].map((mutant) => ({
    ...mutant,
    reason: "the longer way comes to the same for every lane: dearer, and otherwise the same",
  })),
  ...[
    { id: "StakeLedger._settleRare.boundary.1", change: "lane < Words.LANES → lane <= Words.LANES" },
    { id: "StakeLedger._settleRare.constant.1", change: "Words.LANES → Words.LANES + 1" },
  ].map((mutant) => ({ ...mutant, reason: "beyond the last lane of a word there is nothing to pay" })),
  ...[
    { id: "StakeLedger._settlePending.boundary.1", change: "left < 0 → left <= 0" },
    { id: "StakeLedger._settlePending.number.1", change: "0 → 1" },
  ].map((mutant) => ({ ...mutant, reason: "zero is set to zero" })),
  ...["+", "-", "+", "-"].map((sign, index) => ({
    id: `TokenBurn.probe.constant.${index + 1}`,
    change: `PROBE_GAS → PROBE_GAS ${sign} 1`,
    reason: "a unit of gas of 200,000, where a token's answer needs a tenth",
  })),
  {
    id: "Words.hashCalldata.number.1",
    change: "0x40 → 65",
    reason: "the scratch lies 256 times as far: dearer, which the gas snapshot tells, and otherwise the same",
  },
];
