import { expect } from "chai";
import { previewPayout } from "../../oracle/src/core/payout.ts";
import { packScores, packStakes, type Scores, unpackPayouts } from "../../oracle/src/core/words.ts";
import { Random } from "../support/random.ts";
import { deployStaking, NANO, type Terms } from "../support/staking.ts";

const CALLS = 400;
const WORDS = 64;
const LANES = 4 * WORDS;
const INT64_MAX = 2n ** 63n - 1n;
const INT32_MIN = -(2n ** 31n);
const INT32_MAX = 2n ** 31n - 1n;

/** Terms near real ones, terms at the edge of what fits, and anything between. */
function randomTerms(random: Random): Terms {
  const multiplier = () =>
    random.pick([
      0n,
      random.between(-3n * NANO, 3n * NANO),
      random.between(-(2n ** 63n), INT64_MAX),
      random.pick([-(2n ** 63n), INT64_MAX, 1n, -1n]),
    ]);
  const share = () => random.pick([NANO, 50_000_000n, random.between(0n, NANO), random.pick([0n, 1n, NANO - 1n])]);
  return {
    multipliers: [multiplier(), multiplier()],
    clip: share(),
    stakeThreshold: random.pick([0n, 72_000n * NANO, 1n, 2n ** 64n - 1n, random.bits()]),
    exposure: share(),
  };
}

function randomStake(random: Random): bigint {
  return random.pick([
    random.between(0n, 10_000n * NANO),
    random.between(0n, 11_000_000n * NANO),
    random.between(0n, INT64_MAX),
    random.pick([0n, 1n, 2n, INT64_MAX]),
  ]);
}

function randomScore(random: Random): bigint {
  return random.pick([
    random.between(-100_000_000n, 100_000_000n),
    random.between(INT32_MIN, INT32_MAX),
    random.pick([0n, 1n, -1n, INT32_MIN, INT32_MAX]),
  ]);
}

describe("the payout against the oracle's core", () => {
  const random = new Random();

  it(`P-1: is the same on ${(CALLS * LANES).toLocaleString()} random lanes (${random.label})`, async function () {
    this.timeout(60_000);
    const d = await deployStaking();
    const harness = await d.ethers.deployContract("PayoutHarness");
    let fast = 0;
    for (let call = 0; call < CALLS; ++call) {
      const terms = randomTerms(random);
      const total = random.pick([random.between(0n, 1_000_000n * NANO), random.bits(), 0n, terms.stakeThreshold + 1n]);
      const stakes = Array.from({ length: LANES }, () => randomStake(random));
      const scores = Array.from({ length: LANES }, (): Scores => [randomScore(random), randomScore(random)]);
      const expected = stakes.map((stake, lane) => previewPayout(terms, total, stake, scores[lane] ?? [0n, 0n]));

      const answer = await harness.payouts(terms, total, packStakes(stakes), packScores(scores));
      const words = unpackPayouts(answer.words);
      for (const [lane, payout] of expected.entries()) {
        const inputs = () =>
          JSON.stringify({ terms, total, stake: stakes[lane], scores: scores[lane] }, (_, value: unknown) =>
            typeof value === "bigint" ? value.toString() : value,
          );
        if (answer.lanes[lane] !== payout) {
          expect.fail(
            `payoutTowardZero ${answer.lanes[lane]?.toString() ?? ""}, core ${payout.toString()}: ${inputs()}`,
          );
        }
        if (((answer.rare >> BigInt(Math.floor(lane / 4))) & 1n) === 1n) continue;
        ++fast;
        if (words[lane] !== payout) {
          expect.fail(`settleWord ${words[lane]?.toString() ?? ""}, core ${payout.toString()}: ${inputs()}`);
        }
      }
    }
    // The slow path is for the rare word; here it may be one in two, as many stakes are beyond all that exists.
    expect(fast).to.be.above((CALLS * LANES) / 4);
    await d.connection.close();
  });
});
