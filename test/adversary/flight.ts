import { expect } from "chai";
import { packScores, type Scores, unpackPayouts } from "../../oracle/src/core/words.ts";
import { expectBooks, positionsOf } from "../support/books.ts";
import { expectError } from "../support/errors.ts";
import { useCrowd, useStakers } from "../support/fixture.ts";
import { Random } from "../support/random.ts";
import {
  type LockedRound,
  lockRound,
  openRound,
  playRound,
  type ReportedRound,
  reportRound,
  RoundState,
  settleBatch,
} from "../support/rounds.ts";
import { type Deployment, HOUR, NANO, NMR, openPositions, schedule, signReport } from "../support/staking.ts";

type Stage = Deployment & { tournament: bigint };

const WORST: Scores = [-NANO, -NANO];
const BEST: Scores = [NANO, NANO];
const IN_FLIGHT = 64n;
const ROUNDS = Array.from({ length: Number(IN_FLIGHT) }, (_, index) => BigInt(index + 1));

/** Locks as many rounds as may be in flight, all on the same stakes, and reports them all. */
async function fly(d: Stage, exposure: bigint, lanesOf: (round: bigint) => Scores[]): Promise<ReportedRound[]> {
  const { staking, tournament } = d;
  const plan = await schedule(d, { closesAt: BigInt(await d.networkHelpers.time.latest()) + 2n * HOUR });
  const terms = { multipliers: [NANO, NANO] as [bigint, bigint], clip: NANO, stakeThreshold: 0n, exposure };
  for (const round of ROUNDS) await openRound(d, tournament, round, { terms, times: plan });
  await d.networkHelpers.time.increaseTo(plan.closesAt);
  const stakes = [[...(await staking.stakesOf(tournament, 0))]];
  for (const round of ROUNDS) await staking.lock(tournament, round, 0);
  await d.networkHelpers.time.increaseTo(plan.resolvesAt);
  const reported: ReportedRound[] = [];
  for (const round of ROUNDS) {
    const scores = packScores(lanesOf(round));
    const signatures = await signReport(d, tournament, round, 0n, scores);
    await staking.report(tournament, round, 0, scores, 0b011, signatures);
    reported.push({ times: plan, stakes, scores: [scores] });
  }
  await d.networkHelpers.time.increase(HOUR);
  return reported;
}

describe("64 rounds in flight, each burning everything (clip 1, exposure 1)", () => {
  const random = new Random();
  const stage = useStakers({ limits: { maxRoundsInFlight: IN_FLIGHT }, reserve: 2_000_000n * NMR });

  for (const [name, paying] of [
    ["where all of them burn", 0n],
    ["where one in eight pays", 8n],
  ] as const) {
    it(`S-1, S-3: ${name} take all there is, in any order, never more, and never revert (${random.label})`, async () => {
      const d = stage();
      const { staking, token, tournament, alice } = d;
      const supply = await token.totalSupply();
      const pays = (round: bigint) => paying > 0n && round % paying === 0n;
      const reported = await fly(d, NANO, (round) => (pays(round) ? [BEST, BEST, WORST] : [WORST, WORST, WORST]));
      await staking.connect(alice).requestWithdrawal(tournament, 0, 600n * NMR);
      expect((await staking.reserveOf(tournament)).earmarked).to.equal(IN_FLIGHT * 6_000n * NMR);
      let [rewarded, burned] = [0n, 0n];
      for (const round of shuffled()) {
        await settleBatch(d, tournament, round, reported[Number(round) - 1] as ReportedRound);
        const result = await staking.roundOf(tournament, round);
        // A round burns what it locked at most, also of what others have paid since.
        expect(result.burned, random.label).to.be.at.most(6_000n * NMR);
        rewarded += result.rewarded;
        burned += result.burned;
        await expectBooks(d, random.label);
      }
      const held = (await positionsOf(staking, tournament)).reduce((sum, p) => sum + p.active + p.pending, 0n);
      expect(rewarded, random.label).to.equal(paying * 3_000n * NMR);
      expect(burned + held, random.label).to.equal(6_000n * NMR + rewarded);
      if (paying === 0n) expect(burned).to.equal(6_000n * NMR);
      expect(supply - (await token.totalSupply())).to.equal(burned);
      expect(await staking.stakeOf(tournament, 2), random.label).to.deep.equal([0n, 0n]);
      expect(await staking.reserveOf(tournament)).to.deep.equal([2_000_000n * NMR - rewarded, 0n]);
    });
  }

  /** All rounds, in random order. */
  function* shuffled() {
    const left = [...ROUNDS];
    while (left.length > 0) yield left.splice(random.index(left.length), 1)[0] ?? 0n;
  }
});

describe("64 rounds in flight with clip × exposure × rounds = 1", () => {
  const random = new Random();
  const stage = useStakers({ limits: { maxRoundsInFlight: IN_FLIGHT, maxExposure: NANO / IN_FLIGHT } });

  it(`burn what they locked in equal parts, and no burn is ever cut (${random.label})`, async () => {
    const d = stage();
    const { staking, token, tournament } = d;
    const supply = await token.totalSupply();
    const lost = [1_000n, 2_000n, 3_000n].map((stake) => -(stake * NANO) / IN_FLIGHT);
    const reported = await fly(d, NANO / IN_FLIGHT, () => [WORST, WORST, WORST]);
    const left = [...ROUNDS];
    while (left.length > 0) {
      const [round = 0n] = left.splice(random.index(left.length), 1);
      await settleBatch(d, tournament, round, reported[Number(round) - 1] as ReportedRound);
      const [settled] = await staking.queryFilter(staking.filters.BatchSettled(tournament, round, 0), "latest");
      expect(unpackPayouts([...(settled?.args.payouts ?? [])]).slice(0, 3), random.label).to.deep.equal(lost);
    }
    expect(await positionsOf(staking, tournament)).to.deep.equal(
      Array.from({ length: 3 }, () => ({ active: 0n, pending: 0n })),
    );
    expect(supply - (await token.totalSupply())).to.equal(6_000n * NMR);
    await expectBooks(d);
  });
});

describe("a round in which positions exist and nothing is active", () => {
  const stage = useStakers();

  it("locks zeros, pays nothing for any score, and holds who asked before it no longer", async () => {
    const d = stage();
    const { staking, tournament, alice, bob, carol } = d;
    for (const [position, staker] of [alice, bob, carol].entries()) {
      const { active } = await staking.stakeOf(tournament, position);
      await staking.connect(staker).requestWithdrawal(tournament, position, active);
    }
    const before = await positionsOf(staking, tournament);
    const locked = await lockRound(d, tournament, 1n, { terms: { stakeThreshold: 1n } });
    expect(locked.stakes).to.deep.equal([[0n]]);
    const round = await staking.roundOf(tournament, 1);
    expect([round.staked, round.atRisk, round.payoutFactor, round.earmarked]).to.deep.equal([0n, 0n, 10n ** 18n, 0n]);
    const reported = await reportRound(d, tournament, 1n, locked, [[WORST, BEST, WORST, BEST]]);
    await staking.connect(alice).withdraw(tournament, 0, alice);
    await staking.connect(bob).cancelWithdrawal(tournament, 1);
    await d.networkHelpers.time.increase(HOUR);
    await expect(settleBatch(d, tournament, 1n, reported))
      .to.emit(staking, "BatchSettled")
      .withArgs(tournament, 1, 0, 0, 0, [0n]);
    expect(await positionsOf(staking, tournament)).to.deep.equal([
      { active: 0n, pending: 0n },
      { active: 2_000n * NMR, pending: 0n },
      before[2],
    ]);
    await expectBooks(d);
  });
});

describe("the last, short batch", () => {
  const stage = useCrowd(1_024, { reserve: 1_000n * NMR });

  for (const more of [1, 2, 3, 4, 5]) {
    const words = Math.ceil(more / 4);
    it(`of ${more} takes reports of its own length alone, and pays each of them`, async () => {
      const d = stage();
      const { staking, tournament, carol } = d;
      await openPositions(
        d,
        carol,
        tournament,
        Array.from({ length: more }, () => 7n * NANO),
      );
      const locked = await lockRound(d, tournament, 1n);
      expect(locked.stakes.map((batch) => batch.length)).to.deep.equal([256, words]);
      await expectLengths(d, locked, words);
      const lanes = [Array.from({ length: 1_024 }, () => WORST), Array.from({ length: 4 * words }, () => BEST)];
      const reported = await reportRound(d, tournament, 1n, locked, lanes);
      await d.networkHelpers.time.increase(HOUR);
      for (const batch of [1, 0]) await settleBatch(d, tournament, 1n, reported, batch);
      expect((await staking.roundOf(tournament, 1)).state).to.equal(RoundState.Settled);
      const held = (await positionsOf(staking, tournament)).map(({ active }) => active);
      expect(held).to.deep.equal([
        ...Array.from({ length: 1_024 }, () => (95n * NMR) / 100n),
        ...Array.from({ length: more }, () => (735n * NMR) / 100n),
      ]);
      // Lanes beyond the last position were scored, and have nothing; the next round goes on from here.
      await playRound(d, tournament, 2n, [[], Array.from({ length: 4 * words }, () => BEST)]);
      await expectBooks(d);
    });
  }

  async function expectLengths(d: Stage, locked: LockedRound, words: number) {
    await d.networkHelpers.time.increaseTo(locked.times.resolvesAt - 20n);
    const snapshot = await d.networkHelpers.takeSnapshot();
    await d.networkHelpers.time.increaseTo(locked.times.resolvesAt);
    for (const [batch, expected] of [
      [0n, 256],
      [1n, words],
    ] as const) {
      for (const length of [0, expected - 1, expected + 1]) {
        const scores = Array.from({ length }, () => 0n);
        const signatures = await signReport(d, d.tournament, 1n, batch, scores);
        const report = d.staking.report(d.tournament, 1, batch, scores, 0b011, signatures);
        await expectError("ScoresLengthMismatch", [expected, length], report);
      }
    }
    await snapshot.restore();
  }
});
