import { expect } from "chai";
import {
  type Balance,
  payoutFactorDown,
  payoutTowardZero,
  settleLane,
  totalAtRiskDown,
} from "../../oracle/src/core/payout.ts";
import { packPayouts, packScores, type Scores, unpackStakes } from "../../oracle/src/core/words.ts";
import { expectError } from "../support/errors.ts";
import { expectGas } from "../support/expect-gas.ts";
import { STAKES, useCrowd, useStakers } from "../support/fixture.ts";
import { Random } from "../support/random.ts";
import {
  at,
  BatchState,
  lockRound,
  openRound,
  playRound,
  type ReportedRound,
  reportRound,
  RoundState,
  settleBatch,
  settleRound,
  tryAt,
  voidAfter,
} from "../support/rounds.ts";
import {
  type Deployment,
  HOUR,
  NANO,
  NMR,
  openPositions,
  reportScores,
  signReport,
  type Terms,
} from "../support/staking.ts";

type Stage = Deployment & { tournament: bigint };

const UP: Scores = [2_000_000_000n, 2_000_000_000n];
const DOWN: Scores = [-2_000_000_000n, -2_000_000_000n];
const NONE: Scores = [0n, 0n];
/** All of a stake at risk, both ways. */
const ALL_IN = { multipliers: [NANO, NANO] as [bigint, bigint], clip: NANO, stakeThreshold: 0n };

const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);

/** A position's stake, active and pending. */
async function balanceOf({ staking, tournament }: Stage, position: number): Promise<Balance> {
  const { active, pending } = await staking.stakeOf(tournament, position);
  return { active: active / NANO, pending: pending / NANO };
}

/** Settles a round of one batch and checks it lane by lane against the oracle's core, the second implementation. */
async function expectSettledAsByCore(
  d: Stage,
  round: bigint,
  reported: ReportedRound,
  lanes: readonly Scores[],
  terms: Terms,
) {
  const locked = unpackStakes(reported.stakes[0] ?? []);
  const factor = payoutFactorDown(totalAtRiskDown(sum(locked), terms), terms);
  const before = await Promise.all(lanes.map((_, position) => balanceOf(d, position)));
  const after = before.map((balance, lane) =>
    settleLane(balance, payoutTowardZero(locked[lane] ?? 0n, lanes[lane] ?? NONE, factor, terms)),
  );
  const rewarded = sum(after.map(({ applied }) => (applied > 0n ? applied : 0n))) * NANO;
  const burned = sum(after.map(({ applied }) => (applied < 0n ? -applied : 0n))) * NANO;
  const [supply, reserve] = [await d.token.totalSupply(), (await d.staking.reserveOf(d.tournament)).total];

  await expect(settleBatch(d, d.tournament, round, reported))
    .to.emit(d.staking, "BatchSettled")
    .withArgs(d.tournament, round, 0, rewarded, burned, packPayouts(after.map(({ applied }) => applied)))
    .and.to.emit(d.staking, "RoundSettled")
    .withArgs(d.tournament, round, rewarded, burned);

  expect(await Promise.all(lanes.map((_, position) => balanceOf(d, position)))).to.deep.equal(
    after.map(({ active, pending }) => ({ active, pending })),
  );
  expect(await d.token.totalSupply()).to.equal(supply - burned);
  expect((await d.staking.reserveOf(d.tournament)).total).to.equal(reserve + 0n - rewarded);
}

describe("a settlement", () => {
  const stage = useStakers();

  it("P-1: rewards from the reserve, burns for real, and says what it did", async () => {
    const d = stage();
    const { staking, token, tournament } = d;
    const locked = await lockRound(d, tournament, 1n);
    const lanes: Scores[] = [
      [20_000_000n, 4_000_000n],
      [-10_000_000n, -500_000n],
      [40_000_000n, 100_000_000n],
    ];
    const reported = await reportRound(d, tournament, 1n, locked, [lanes]);
    await d.networkHelpers.time.increase(HOUR);
    const supply = await token.totalSupply();
    // 0.5 corr + 2 mmc: +1.8 % of 1,000; −0.6 % of 2,000; the clip of +5 % of 3,000. No threshold binds.
    const payouts = packPayouts([18n * NANO, -12n * NANO, 150n * NANO]);
    await expect(settleBatch(d, tournament, 1n, reported))
      .to.emit(staking, "BatchSettled")
      .withArgs(tournament, 1, 0, 168n * NMR, 12n * NMR, payouts)
      .and.to.emit(staking, "RoundSettled")
      .withArgs(tournament, 1, 168n * NMR, 12n * NMR);

    expect(await token.totalSupply()).to.equal(supply - 12n * NMR);
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([1_018n * NMR, 0n]);
    expect(await staking.stakeOf(tournament, 1)).to.deep.equal([1_988n * NMR, 0n]);
    expect(await staking.stakeOf(tournament, 2)).to.deep.equal([3_150n * NMR, 0n]);
    expect(await staking.reserveOf(tournament)).to.deep.equal([(100_000n - 168n) * NMR, 0n]);
    const round = await staking.roundOf(tournament, 1);
    expect(round.state).to.equal(RoundState.Settled);
    expect([round.rewarded, round.burned, round.earmarked, round.settledBatches]).to.deep.equal([
      168n * NMR,
      12n * NMR,
      0n,
      1n,
    ]);
    expect((await staking.batchOf(tournament, 1, 0)).state).to.equal(BatchState.Settled);
    expect((await staking.tournamentOf(tournament)).roundsInFlight).to.equal(0);
    // S-1
    const held = sum(await Promise.all([0, 1, 2].map(async (p) => (await staking.stakeOf(tournament, p)).active)));
    expect(await token.balanceOf(staking)).to.equal(held + (await staking.reserveOf(tournament)).total);
  });

  it("burns nothing, and calls no token, where no score is negative", async () => {
    const d = stage();
    const { token, tournament } = d;
    const locked = await lockRound(d, tournament, 1n);
    const reported = await reportRound(d, tournament, 1n, locked, [[UP, NONE, NONE]]);
    await d.networkHelpers.time.increase(HOUR);
    await expect(settleBatch(d, tournament, 1n, reported)).to.not.emit(token, "Transfer");
  });

  it("follows the end of the dispute window, to the second, and comes before settledBy", async () => {
    const d = stage();
    const { tournament } = d;
    const locked = await lockRound(d, tournament, 1n);
    const reported = await reportRound(d, tournament, 1n, locked, [[UP]]);
    const over = locked.times.resolvesAt + locked.times.disputeWindow;
    const { settledBy } = locked.times;
    const settle = () => settleBatch(d, tournament, 1n, reported);
    await tryAt(d, over - 1n, () => expectError("WindowNotOpen", [over, over - 1n], settle()));
    await tryAt(d, over, settle);
    await tryAt(d, settledBy, () => expectError("WindowClosed", [settledBy, settledBy], settle()));
    await at(d, settledBy - 1n);
    await settle();
  });

  it("needs the very words of the lock and of the report", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const locked = await lockRound(d, tournament, 1n);
    const reported = await reportRound(d, tournament, 1n, locked, [[UP, DOWN]]);
    await d.networkHelpers.time.increase(HOUR);
    const { stakesHash, scoresHash } = await staking.batchOf(tournament, 1, 0);
    const [stakes, scores] = [reported.stakes[0] ?? [], reported.scores[0] ?? []];
    const other = stakes.map((word) => word + 1n);
    for (const wrong of [other, [], [...stakes, 0n]]) {
      const settling = staking.settle(tournament, 1, 0, wrong, scores);
      await expectError("StakesMismatch", [stakesHash, hash(d, wrong)], settling);
    }
    for (const wrong of [scores.map((word) => word ^ 1n), [], [...scores, 0n]]) {
      const settling = staking.settle(tournament, 1, 0, stakes, wrong);
      await expectError("ScoresMismatch", [scoresHash, hash(d, wrong)], settling);
    }
  });

  it("R-1: happens once, of a batch that is reported, in a round that is locked", async () => {
    const d = stage();
    const { staking, tournament } = d;
    await expectError("RoundUnknown", [tournament, 1], staking.settle(tournament, 1, 0, [], []));
    await openRound(d, tournament, 1n);
    await expectError(
      "RoundStateUnexpected",
      [RoundState.Locked, RoundState.Open],
      staking.settle(tournament, 1, 0, [], []),
    );
    const locked = await lockRound(d, tournament, 2n);
    await expectError("BatchesUnreported", [0, 1], staking.settle(tournament, 2, 0, locked.stakes[0] ?? [], [0n]));
    const reported = await reportRound(d, tournament, 2n, locked, [[UP]]);
    await d.networkHelpers.time.increase(HOUR);
    await expectError("BatchUnknown", [1, 1], settleBatch(d, tournament, 2n, reported, 1));
    await settleBatch(d, tournament, 2n, reported);
    await expectError(
      "RoundStateUnexpected",
      [RoundState.Locked, RoundState.Settled],
      settleBatch(d, tournament, 2n, reported),
    );
  });

  it("may follow its report in the same transaction, where the dispute window is zero", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const { times, stakes } = await lockRound(d, tournament, 1n, { times: { disputeWindow: 0n } });
    const scores = packScores([UP, DOWN, NONE]);
    const signatures = await signReport(d, tournament, 1n, 0n, scores);
    await at(d, times.resolvesAt);
    await staking.multicall([
      staking.interface.encodeFunctionData("report", [tournament, 1, 0, scores, 0b011, signatures]),
      staking.interface.encodeFunctionData("settle", [tournament, 1, 0, stakes[0] ?? [], scores]),
    ]);
    expect((await staking.roundOf(tournament, 1)).state).to.equal(RoundState.Settled);
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([1_050n * NMR, 0n]);
    await expectError(
      "RoundStateUnexpected",
      [RoundState.Locked, RoundState.Settled],
      staking.connect(d.guardian).veto(tournament, 1, 0),
    );
  });

  it("is paid by what was locked, whatever was staked since", async () => {
    const d = stage();
    const { staking, tournament, alice } = d;
    const locked = await lockRound(d, tournament, 1n);
    await staking.connect(alice).increaseStake(tournament, 0, 9_000n * NMR);
    const reported = await reportRound(d, tournament, 1n, locked, [[UP, NONE, NONE]]);
    await settleRound(d, tournament, 1n, reported);
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([10_050n * NMR, 0n]);
  });
});

function hash({ ethers }: Deployment, words: readonly bigint[]) {
  return ethers.keccak256(ethers.concat(words.map((word) => ethers.toBeHex(word, 32))));
}

describe("a settlement of one who is leaving", () => {
  const stage = useStakers({ reserve: 1_000_000n * NMR });

  async function reportedWhileLeaving(d: Stage, requested: bigint, lane: Scores) {
    const locked = await lockRound(d, d.tournament, 1n, { terms: ALL_IN });
    await d.staking.connect(d.alice).requestWithdrawal(d.tournament, 0, requested);
    return reportRound(d, d.tournament, 1n, locked, [[lane]]);
  }

  it("adds a reward to the pending withdrawal where nothing is active", async () => {
    const d = stage();
    const reported = await reportedWhileLeaving(d, STAKES[0], [100_000_000n, 0n]);
    await settleRound(d, d.tournament, 1n, reported);
    expect(await d.staking.stakeOf(d.tournament, 0)).to.deep.equal([0n, 1_100n * NMR]);
    await d.staking.connect(d.alice).withdraw(d.tournament, 0, d.alice);
    expect(await d.staking.stakeOf(d.tournament, 0)).to.deep.equal([0n, 0n]);
  });

  it("adds a reward to the active stake where a nano of it is left", async () => {
    const d = stage();
    const reported = await reportedWhileLeaving(d, STAKES[0] - NANO, [100_000_000n, 0n]);
    await settleRound(d, d.tournament, 1n, reported);
    expect(await d.staking.stakeOf(d.tournament, 0)).to.deep.equal([100n * NMR + NANO, STAKES[0] - NANO]);
  });

  it("takes a burn from the active stake first, then from the pending withdrawal", async () => {
    const d = stage();
    const reported = await reportedWhileLeaving(d, 700n * NMR, [-250_000_000n, 0n]);
    const snapshot = await d.networkHelpers.takeSnapshot();
    await settleRound(d, d.tournament, 1n, reported);
    expect(await d.staking.stakeOf(d.tournament, 0)).to.deep.equal([50n * NMR, 700n * NMR]);
    await snapshot.restore();
    await d.staking.connect(d.alice).requestWithdrawal(d.tournament, 0, 200n * NMR);
    await settleRound(d, d.tournament, 1n, reported);
    expect(await d.staking.stakeOf(d.tournament, 0)).to.deep.equal([0n, 750n * NMR]);
  });

  it("takes a burn from the pending withdrawal alone where nothing is active", async () => {
    const d = stage();
    const reported = await reportedWhileLeaving(d, STAKES[0], [-250_000_000n, 0n]);
    await settleRound(d, d.tournament, 1n, reported);
    expect(await d.staking.stakeOf(d.tournament, 0)).to.deep.equal([0n, 750n * NMR]);
  });

  it("cuts a burn at what is there, and shows what was really burned", async () => {
    const d = stage();
    const { staking, token, tournament } = d;
    // Two rounds hold the same stake and each of them burns it whole.
    const first = await lockRound(d, tournament, 1n, { terms: ALL_IN });
    const second = await lockRound(d, tournament, 2n, { terms: ALL_IN });
    await staking.connect(d.alice).requestWithdrawal(tournament, 0, 400n * NMR);
    const supply = await token.totalSupply();
    const burnHalf: Scores = [-700_000_000n, 0n];
    await settleRound(d, tournament, 1n, await reportRound(d, tournament, 1n, first, [[burnHalf, NONE, NONE]]));
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([0n, 300n * NMR]);
    const reported = await reportRound(d, tournament, 2n, second, [[burnHalf, NONE, NONE]]);
    await d.networkHelpers.time.increase(HOUR);
    await expect(settleBatch(d, tournament, 2n, reported))
      .to.emit(staking, "BatchSettled")
      .withArgs(tournament, 2, 0, 0, 300n * NMR, packPayouts([-300n * NANO]));
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([0n, 0n]);
    expect(await token.totalSupply()).to.equal(supply - 1_000n * NMR);
  });

  it("never reverts for a stake that is gone: burns nothing, and a reward is active again", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const rounds = [];
    for (const round of [1n, 2n, 3n]) rounds.push(await lockRound(d, tournament, round, { terms: ALL_IN }));
    const [first, second, third] = rounds as [ReportedRound, ReportedRound, ReportedRound];
    await settleRound(d, tournament, 1n, await reportRound(d, tournament, 1n, first, [[DOWN, NONE, NONE]]));
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([0n, 0n]);
    const reported = await reportRound(d, tournament, 2n, second, [[DOWN, NONE, NONE]]);
    await d.networkHelpers.time.increase(HOUR);
    await expect(settleBatch(d, tournament, 2n, reported))
      .to.emit(staking, "BatchSettled")
      .withArgs(tournament, 2, 0, 0, 0, [0n]);
    await settleRound(
      d,
      tournament,
      3n,
      await reportRound(d, tournament, 3n, third, [[[500_000_000n, 0n], NONE, NONE]]),
    );
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([500n * NMR, 0n]);
  });
});

describe("settlements against the oracle's core", () => {
  const random = new Random();
  const POSITIONS = 13;
  const stage = useCrowd(0, { reserve: 4_000_000n * NMR });

  function randomTerms(): Terms {
    const multiplier = () => random.pick([NANO, 2n * NANO, -NANO, 0n, random.between(-(2n ** 63n), 2n ** 63n - 1n)]);
    return {
      multipliers: [multiplier(), multiplier()],
      clip: random.pick([0n, 50_000_000n, NANO, random.between(1n, NANO)]),
      stakeThreshold: random.pick([0n, 1n, 100n * NANO, random.between(1n, 2_000n * NANO)]),
      exposure: random.pick([NANO, NANO, NANO / 3n, random.between(0n, NANO)]),
    };
  }

  function randomScores(): Scores {
    const score = () =>
      random.pick([0n, random.between(-100_000_000n, 100_000_000n), random.between(-(2n ** 31n), 2n ** 31n - 1n)]);
    return [score(), score()];
  }

  it(`P-1: are the same lane by lane, through raises, requests and overlapping rounds (${random.label})`, async () => {
    const d = stage();
    const { staking, tournament, carol } = d;
    await openPositions(
      d,
      carol,
      tournament,
      Array.from({ length: POSITIONS }, () => random.between(1n, 500n * NANO)),
    );
    for (let turn = 0n; turn < 8n; ++turn) {
      const [first, second] = [2n * turn + 1n, 2n * turn + 2n];
      const terms = [randomTerms(), randomTerms()] as const;
      const locked = [
        await lockRound(d, tournament, first, { terms: terms[0] }),
        await lockRound(d, tournament, second, { terms: terms[1] }),
      ] as const;
      for (let position = 0; position < POSITIONS; ++position) {
        const { active, pending } = await balanceOf(d, position);
        if (active > 0n && random.chance(40n)) {
          const part = random.pick([active, active, random.between(1n, active)]);
          await staking.connect(carol).requestWithdrawal(tournament, position, part * NANO);
        } else if (pending > 0n && random.chance(30n)) {
          await staking.connect(carol).cancelWithdrawal(tournament, position);
        } else if (random.chance(20n)) {
          await staking.connect(carol).increaseStake(tournament, position, random.between(1n, 100n * NANO) * NANO);
        }
      }
      for (const [index, round] of [first, second].entries()) {
        const lanes = Array.from({ length: POSITIONS }, randomScores);
        const reported = await reportRound(d, tournament, round, locked[index] as ReportedRound, [lanes]);
        await d.networkHelpers.time.increase(HOUR);
        await expectSettledAsByCore(d, round, reported, lanes, terms[index] as Terms);
      }
    }
  });
});

describe("settling batch by batch", () => {
  // A full batch and a short one.
  const stage = useCrowd(1_030, { reserve: 10_000n * NMR });
  const lanes = [
    Array.from({ length: 1_024 }, (_, lane): Scores => (lane % 2 === 0 ? UP : DOWN)),
    Array.from({ length: 6 }, (): Scores => UP),
  ];

  it("settles each on its own, and the round with the last", async () => {
    const d = stage();
    const { staking, token, tournament } = d;
    const locked = await lockRound(d, tournament, 1n);
    expect(locked.stakes.map((words) => words.length)).to.deep.equal([256, 2]);
    expect((await staking.reserveOf(tournament)).earmarked).to.equal((1_030n * NMR) / 20n);
    const reported = await reportRound(d, tournament, 1n, locked, lanes);
    await d.networkHelpers.time.increase(HOUR);

    const supply = await token.totalSupply();
    const nickel = NANO / 20n;
    await expect(settleBatch(d, tournament, 1n, reported, 1))
      .to.emit(staking, "BatchSettled")
      .withArgs(
        tournament,
        1,
        1,
        6n * nickel * NANO,
        0,
        packPayouts([...Array.from({ length: 6 }, () => nickel), 0n, 0n]),
      )
      .and.to.not.emit(staking, "RoundSettled");
    let round = await staking.roundOf(tournament, 1);
    expect([round.state, round.settledBatches, round.earmarked]).to.deep.equal([
      RoundState.Locked,
      1n,
      (1_024n * NMR) / 20n,
    ]);
    expect((await staking.reserveOf(tournament)).earmarked).to.equal((1_024n * NMR) / 20n);
    await expectError(
      "BatchStateUnexpected",
      [1, BatchState.Reported, BatchState.Settled],
      settleBatch(d, tournament, 1n, reported, 1),
    );

    await expect(settleBatch(d, tournament, 1n, reported, 0))
      .to.emit(staking, "RoundSettled")
      .withArgs(tournament, 1, (518n * NMR) / 20n, (512n * NMR) / 20n);
    round = await staking.roundOf(tournament, 1);
    expect([round.state, round.settledBatches, round.earmarked]).to.deep.equal([RoundState.Settled, 2n, 0n]);
    expect(await token.totalSupply()).to.equal(supply - (512n * NMR) / 20n);
    expect(await staking.stakeOf(tournament, 1_023)).to.deep.equal([(95n * NMR) / 100n, 0n]);
    expect(await staking.stakeOf(tournament, 1_029)).to.deep.equal([(105n * NMR) / 100n, 0n]);
  });

  it("does not settle any before all are reported, again after a veto; what is settled stays settled", async () => {
    const d = stage();
    const { staking, tournament, guardian } = d;
    const locked = await lockRound(d, tournament, 1n, { times: { disputeWindow: HOUR } });
    await at(d, locked.times.resolvesAt);
    await reportScores(d, tournament, 1n, 0n, lanes[0] ?? []);
    await d.networkHelpers.time.increase(HOUR / 2n);
    const partly = { ...locked, scores: [packScores(lanes[0] ?? []), packScores([...(lanes[1] ?? []), NONE, NONE])] };
    await d.networkHelpers.time.increase(HOUR / 2n);
    await expectError("BatchesUnreported", [1, 2], settleBatch(d, tournament, 1n, partly, 0));
    await reportScores(d, tournament, 1n, 1n, [...(lanes[1] ?? []), NONE, NONE]);
    await settleBatch(d, tournament, 1n, partly, 0);

    await staking.connect(guardian).veto(tournament, 1, 1);
    expect((await staking.roundOf(tournament, 1)).settledBatches).to.equal(1);
    await expectError("BatchesUnreported", [1, 2], settleBatch(d, tournament, 1n, partly, 1));
    await reportScores(d, tournament, 1n, 1n, [...(lanes[1] ?? []), NONE, NONE]);
    await d.networkHelpers.time.increase(HOUR);
    await settleBatch(d, tournament, 1n, partly, 1);
    expect((await staking.roundOf(tournament, 1)).state).to.equal(RoundState.Settled);
  });

  it("leaves what is settled as it is where the rest is void, and lets go of the rest's earmark", async () => {
    const d = stage();
    const { staking, tournament, carol } = d;
    const locked = await lockRound(d, tournament, 1n);
    await staking.connect(carol).requestWithdrawal(tournament, 0, NMR);
    const reported = await reportRound(d, tournament, 1n, locked, lanes);
    await d.networkHelpers.time.increase(HOUR);
    await settleBatch(d, tournament, 1n, reported, 0);
    await expectError("WithdrawalHeld", [tournament, 0], staking.connect(carol).withdraw(tournament, 0, carol));
    await voidAfter(d, tournament, 1n, locked.times.settledBy);
    expect((await staking.reserveOf(tournament)).earmarked).to.equal(0);
    const round = await staking.roundOf(tournament, 1);
    expect([round.state, round.rewarded, round.burned]).to.deep.equal([
      RoundState.Void,
      (512n * NMR) / 20n,
      (512n * NMR) / 20n,
    ]);
    await expectError(
      "RoundStateUnexpected",
      [RoundState.Locked, RoundState.Void],
      settleBatch(d, tournament, 1n, reported, 1),
    );
    await staking.connect(carol).withdraw(tournament, 0, carol);
  });

  it("plays rounds one after the other with nothing left over", async () => {
    const d = stage();
    const { staking, token, tournament } = d;
    await playRound(d, tournament, 1n, lanes);
    await playRound(d, tournament, 2n, [(lanes[0] ?? []).map(([a, b]): Scores => [-a, -b]), lanes[1] ?? []]);
    const words = [...(await staking.stakesOf(tournament, 0)), ...(await staking.stakesOf(tournament, 1))];
    const { total, earmarked } = await staking.reserveOf(tournament);
    expect(earmarked).to.equal(0);
    expect(await token.balanceOf(staking)).to.equal(sum(unpackStakes(words)) * NANO + total);
  });
});

describe("a settlement where a whole batch is leaving", () => {
  const stage = useCrowd(1_024, { reserve: 10_000n * NMR });

  it("fits a transaction, whatever the stakers did to make it dear", async () => {
    const d = stage();
    const { staking, tournament, carol } = d;
    const locked = await lockRound(d, tournament, 1n);
    const requests = Array.from({ length: 1_024 }, (_, position) =>
      staking.interface.encodeFunctionData("requestWithdrawal", [tournament, position, NMR]),
    );
    for (let start = 0; start < 1_024; start += 256) {
      await staking.connect(carol).multicall(requests.slice(start, start + 256));
    }
    const lanes = Array.from({ length: 1_024 }, (_, lane): Scores => (lane % 2 === 0 ? UP : DOWN));
    const reported = await reportRound(d, tournament, 1n, locked, [lanes]);
    await d.networkHelpers.time.increase(HOUR);
    // Half of what EIP-7825 lets a transaction use.
    await expectGas(8_388_608n, settleBatch(d, tournament, 1n, reported));
    expect(await staking.stakeOf(tournament, 0)).to.deep.equal([0n, (105n * NMR) / 100n]);
    expect(await staking.stakeOf(tournament, 1_023)).to.deep.equal([0n, (95n * NMR) / 100n]);
  });
});
