import type { Equivalent } from "./equivalents.ts";

const AT_THE_BOUND = "a rate that is the bound is clamped to itself";
const NEVER_ZERO = "only a rate beyond the bounds comes here, and zero is never beyond them";

export const EQUIVALENTS: readonly Equivalent[] = [
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
];
