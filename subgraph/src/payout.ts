import { BigInt } from "@graphprotocol/graph-ts";
import { Round } from "../generated/schema";

/** 1e27: from a clip in 1e-9 to a rate in 1e-36. */
const RATE_PER_CLIP: BigInt = BigInt.fromString("1000000000000000000000000000");
/** 1e45: exposure 1e-9 times rate 1e-36. */
const EXPOSED_RATE_UNIT: BigInt = BigInt.fromString("1000000000000000000000000000000000000000000000");

/** What a round pays for a stake, by the formula of the contracts (PayoutMath.sol), in their units and rounding. */
export class PayoutRule {
  private multiplier0: BigInt;
  private multiplier1: BigInt;
  private factor: BigInt;
  private highest: BigInt;
  private lowest: BigInt;
  private exposure: BigInt;

  constructor(round: Round) {
    const factor = round.payoutFactor;
    this.multiplier0 = round.multiplier0;
    this.multiplier1 = round.multiplier1;
    this.factor = factor === null ? BigInt.zero() : factor;
    this.highest = round.clip.times(RATE_PER_CLIP);
    this.lowest = this.highest.neg();
    this.exposure = round.exposure;
  }

  /** Rate of return on what is at risk, 1e-36, before the clip. */
  rate(score0: i32, score1: i32): BigInt {
    const weighted0 = this.multiplier0.times(BigInt.fromI32(score0));
    const weighted1 = this.multiplier1.times(BigInt.fromI32(score1));
    return weighted0.plus(weighted1).times(this.factor);
  }

  /** Whether the clip bounds such a rate. */
  clips(rate: BigInt): boolean {
    return rate.gt(this.highest) || rate.lt(this.lowest);
  }

  /** The payout of a stake in nano-NMR at such a rate, toward zero to a whole nano-NMR. */
  due(stake: BigInt, rate: BigInt): BigInt {
    const clipped = rate.gt(this.highest) ? this.highest : rate.lt(this.lowest) ? this.lowest : rate;
    return stake.times(this.exposure).times(clipped).div(EXPOSED_RATE_UNIT);
  }
}
