import { expect } from "chai";
import { type Interface, ZeroAddress, ZeroHash } from "ethers";
import { type Terms as CoreTerms, previewPayout } from "../../oracle/src/core/payout.ts";
import { packScores, packStakes, type Scores } from "../../oracle/src/core/words.ts";
import { declared, expectError, text32 } from "../support/errors.ts";
import { useCrowd, useStakers } from "../support/fixture.ts";
import { BatchState, lockBatches, lockRound, openRound, playRound } from "../support/rounds.ts";
import { CLASSIC_TERMS, NANO, NMR, type Terms } from "../support/staking.ts";

describe("views", () => {
  const stage = useStakers();

  it("answer zero for what does not exist", async () => {
    const { staking, tournament, alice } = stage();
    for (const number of [0n, tournament + 1n]) {
      expect(await staking.stakeOf(number, 0)).to.deep.equal([0n, 0n]);
      expect(await staking.stakerOf(number, 0)).to.equal(ZeroAddress);
      expect(await staking.positionOf(number, alice, text32("model"))).to.deep.equal([false, 0n]);
      expect(await staking.withdrawable(number, 0)).to.equal(0);
      expect(await staking.stakesOf(number, 0)).to.deep.equal([]);
      expect(await staking.reserveOf(number)).to.deep.equal([0n, 0n]);
      expect((await staking.tournamentOf(number)).organizer).to.equal(ZeroAddress);
      expect(await staking.reportersOf(number, 1)).to.deep.equal([[], 0n]);
      expect((await staking.roundOf(number, 1)).state).to.equal(0);
      expect((await staking.batchOf(number, 1, 0)).state).to.equal(0);
    }
    const last = 2n ** 32n - 1n;
    expect(await staking.stakeOf(tournament, 3)).to.deep.equal([0n, 0n]);
    expect(await staking.stakeOf(tournament, last)).to.deep.equal([0n, 0n]);
    expect(await staking.stakerOf(tournament, last)).to.equal(ZeroAddress);
    expect(await staking.stakesOf(tournament, 1)).to.deep.equal([]);
    expect(await staking.stakesOf(tournament, last)).to.deep.equal([]);
    expect((await staking.roundOf(tournament, 1)).state).to.equal(0);
  });

  it("name the token and how it burns", async () => {
    const { staking, token } = stage();
    expect(await staking.token()).to.equal(await token.getAddress());
    expect(await staking.burnsByMint()).to.equal(false);
    expect(await staking.MIN_NOTICE()).to.equal(3_600);
    expect(await staking.MIN_SETTLEMENT_TIME()).to.equal(3_600);
    expect(await staking.WEI_PER_NANO()).to.equal(NANO);
    expect(await staking.MAX_HOLDINGS()).to.equal((2n ** 63n - 1n) * NANO);
  });

  it("show a batch of an ended round until a later one takes its seat, and nothing then", async () => {
    const d = stage();
    const { staking, tournament } = d;
    await playRound(d, tournament, 1n, [[[NANO, NANO]]]);
    const ended = await staking.batchOf(tournament, 1, 0);
    expect([ended.state, ended.words]).to.deep.equal([BatchState.Settled, 1n]);
    await lockRound(d, tournament, 2n);
    const { state, words, reportedAt, stakesHash, scoresHash } = await staking.batchOf(tournament, 1, 0);
    expect([state, words, reportedAt]).to.deep.equal([BatchState.None, 0n, 0n]);
    expect([stakesHash, scoresHash]).to.deep.equal([ZeroHash, ZeroHash]);
  });

  it("give back the interface's functions, every one of them", () => {
    const { staking } = stage();
    declared.forEachFunction((fragment) => {
      const own = (staking.interface as Interface).getFunction(fragment.selector);
      expect(own?.format()).to.equal(fragment.format());
    });
  });

  it("show the stakes words as a lock would take them", async () => {
    const d = stage();
    const { staking, tournament, alice } = d;
    await staking.connect(alice).requestWithdrawal(tournament, 0, NMR);
    expect(await staking.stakesOf(tournament, 0)).to.deep.equal(
      packStakes([999n * NANO, 2_000n * NANO, 3_000n * NANO]),
    );
    await openRound(d, tournament, 1n);
    expect(await lockBatches(d, tournament, 1n)).to.deep.equal([await staking.stakesOf(tournament, 0)]);
  });
});

describe("the stakes words of a crowd", () => {
  const stage = useCrowd(1_026);

  it("are cut after the last word in use", async () => {
    const { staking, tournament } = stage();
    const full = packStakes([NANO, NANO, NANO, NANO])[0];
    expect(await staking.stakesOf(tournament, 0)).to.deep.equal(Array.from({ length: 256 }, () => full));
    expect(await staking.stakesOf(tournament, 1)).to.deep.equal(packStakes([NANO, NANO]));
    expect(await staking.stakesOf(tournament, 2)).to.deep.equal([]);
  });
});

describe("previewPayout", () => {
  const stage = useStakers();
  const preview = (terms: Partial<Terms>, total: bigint, stake: bigint, [high, low]: Scores) => {
    const [scores = 0n] = packScores([[high, low]]);
    return stage().staking.previewPayout({ ...CLASSIC_TERMS, ...terms }, total, stake, scores);
  };

  it("pays as Numerai's Classic did", async () => {
    // 0.5 × 0.02 + 2 × 0.004 = 1.8 %
    expect(await preview({}, 0n, 1_000n * NANO, [20_000_000n, 4_000_000n])).to.equal(18n * NANO);
    // Half of it where twice the threshold is at risk.
    expect(await preview({}, 144_000n * NANO, 1_000n * NANO, [20_000_000n, 4_000_000n])).to.equal(9n * NANO);
    // The clip comes after the factor: 20 % halved is still above 5 %.
    expect(await preview({}, 144_000n * NANO, 1_000n * NANO, [0n, 100_000_000n])).to.equal(50n * NANO);
    expect(await preview({}, 0n, 1_000n * NANO, [0n, -100_000_000n])).to.equal(-50n * NANO);
    expect(await preview({}, 0n, 1_000n * NANO, [0n, 0n])).to.equal(0);
  });

  it("rounds once, at the end, toward zero", async () => {
    expect(await preview({}, 0n, 1n, [2_000_000_000n, 0n])).to.equal(0);
    expect(await preview({}, 0n, 59n, [2_000_000_000n, 0n])).to.equal(2);
    expect(await preview({}, 0n, 59n, [-2_000_000_000n, 0n])).to.equal(-2);
  });

  it("shrinks as soon as more is at risk than the threshold, by a nano", async () => {
    const threshold = 72_000n * NANO;
    const scores: Scores = [20_000_000n, 4_000_000n];
    expect(await preview({}, threshold, 1_000n * NANO, scores)).to.equal(18n * NANO);
    expect(await preview({}, threshold + 1n, 1_000n * NANO, scores)).to.equal(18n * NANO - 1n);
    expect(await preview({ stakeThreshold: 0n }, 2n ** 256n - 1n, 1_000n * NANO, scores)).to.equal(18n * NANO);
  });

  it("takes what no real round reaches: the whole of an int64, and the widest scores", async () => {
    const most = 2n ** 63n - 1n;
    const terms: CoreTerms & Terms = {
      multipliers: [-(2n ** 63n), most],
      clip: NANO,
      stakeThreshold: most,
      exposure: NANO,
    };
    for (const scores of [
      [2n ** 31n - 1n, -(2n ** 31n)],
      [-(2n ** 31n), 2n ** 31n - 1n],
      [-(2n ** 31n), -(2n ** 31n)],
    ] as const) {
      expect(await preview(terms, 2n ** 255n, most, scores)).to.equal(previewPayout(terms, 2n ** 255n, most, scores));
      expect(await preview(terms, most, most, scores)).to.equal(previewPayout(terms, most, most, scores));
    }
  });

  it("refuses what no tournament could have", async () => {
    const above = NANO + 1n;
    await expectError("LimitExceeded", [text32("clip"), above, NANO], preview({ clip: above }, 0n, 1n, [0n, 0n]));
    await expectError(
      "LimitExceeded",
      [text32("exposure"), above, NANO],
      preview({ exposure: above }, 0n, 1n, [0n, 0n]),
    );
    const stake = 2n ** 63n;
    await expectError("LimitExceeded", [text32("stake"), stake, stake - 1n], preview({}, 0n, stake, [0n, 0n]));
  });
});
