import { BigInt } from "@graphprotocol/graph-ts";
import { Round } from "../generated/schema";
import { Wide } from "./words";

/** 1e27: from a clip in 1e-9 to a rate in 1e-36. */
const RATE_PER_CLIP: BigInt = BigInt.fromString("1000000000000000000000000000");
/** 1e45: exposure 1e-9 times rate 1e-36. */
const EXPOSED_RATE_UNIT: BigInt = BigInt.fromString("1000000000000000000000000000000000000000000000");

/** What a round pays for a stake, by the formula of the contracts (PayoutMath.sol), in their units and rounding. */
export class PayoutRule {
  private multiplier0: i64;
  private multiplier1: i64;
  private factor: BigInt;
  private highest: BigInt;
  private lowest: BigInt;

  constructor(round: Round) {
    const factor = round.payoutFactor;
    this.multiplier0 = round.multiplier0.toI64();
    this.multiplier1 = round.multiplier1.toI64();
    this.factor = factor === null ? BigInt.zero() : factor;
    this.highest = round.clip.times(RATE_PER_CLIP);
    this.lowest = this.highest.neg();
  }

  /** Rate of return on what is at risk, 1e-36, before the clip. */
  rate(score0: i32, score1: i32): BigInt {
    const weighted = weigh(this.multiplier0, score0).plus(weigh(this.multiplier1, score1));
    return weighted.toBigInt().times(this.factor);
  }

  /** A rate within the clip: the same object where the clip doesn't bound it. */
  clip(rate: BigInt): BigInt {
    return rate.gt(this.highest) ? this.highest : rate.lt(this.lowest) ? this.lowest : rate;
  }

  /** What is due, nano-NMR, toward zero to a whole one, for what is at risk, wei, at a rate within the clip. */
  due(atRisk: BigInt, rate: BigInt): i64 {
    return atRisk.times(rate).div(EXPOSED_RATE_UNIT).toI64();
  }
}

function weigh(multiplier: i64, score: i32): Wide {
  const product = Wide.fromI64(multiplier).times((score < 0 ? -score : score) as u32);
  return score < 0 ? product.negative() : product;
}
