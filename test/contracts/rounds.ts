import { expect } from "chai";
import { hashWords, packStakes } from "../../oracle/src/core/words.ts";
import { mined } from "../../scripts/support/mined.ts";
import { expectError, text32 } from "../support/errors.ts";
import { useCrowd, useStakers, useTournament } from "../support/fixture.ts";
import {
  at,
  BatchState,
  lockRound,
  openRound,
  playRound,
  reportRound,
  RoundState,
  settleBatch,
  tryAt,
  voidAfter,
} from "../support/rounds.ts";
import { CLASSIC_TERMS, createTournament, DAY, HOUR, NANO, NMR, openPosition, schedule } from "../support/staking.ts";

describe("opening a round", () => {
  const stage = useTournament();

  it("freezes terms and schedule", async () => {
    const d = stage();
    const { staking, tournament, guardian } = d;
    const times = await schedule(d);
    await expect(staking.openRound(tournament, 1, CLASSIC_TERMS, times))
      .to.emit(staking, "RoundOpened")
      .withArgs(tournament, 1, Object.values(CLASSIC_TERMS), Object.values(times));
    const round = await staking.roundOf(tournament, 1);
    expect(round).to.deep.equal([
      RoundState.Open,
      Object.values(CLASSIC_TERMS),
      Object.values(times),
      guardian.address,
      1n,
      ...Array.from({ length: 10 }, () => 0n),
    ]);
    expect((await staking.tournamentOf(tournament)).latestRound).to.equal(1);
  });

  it("needs a number above every earlier one; gaps are fine", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const times = await schedule(d);
    const open = (round: bigint) => staking.openRound(tournament, round, CLASSIC_TERMS, times);
    await expectError("RoundNotIncreasing", [0, 0], open(0n));
    await open(7n);
    await expectError("RoundNotIncreasing", [7, 7], open(7n));
    await expectError("RoundNotIncreasing", [6, 7], open(6n));
    await open(2n ** 64n - 1n);
  });

  it("gives notice: the close is an hour ahead at least", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const times = await schedule(d);
    const open = () => staking.openRound(tournament, 1, CLASSIC_TERMS, times);
    await at(d, times.closesAt - HOUR + 1n);
    await expectError("ScheduleInvalid", [text32("closesAt"), times.closesAt, times.closesAt + 1n], open());
    await at(d, times.closesAt - HOUR);
    await open();
  });

  it("keeps its steps in order: closesAt < lockedBy ≤ resolvesAt, resolvesAt + disputeWindow < settledBy", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const times = await schedule(d);
    const { closesAt, lockedBy, resolvesAt, disputeWindow } = times;
    const open = (changes: Partial<typeof times>) =>
      staking.openRound(tournament, 1, CLASSIC_TERMS, { ...times, ...changes });
    const disputed = resolvesAt + disputeWindow;
    for (const lockedBy of [closesAt, closesAt - 1n]) {
      await expectError("ScheduleInvalid", [text32("lockedBy"), lockedBy, closesAt], open({ lockedBy }));
    }
    await expectError(
      "ScheduleInvalid",
      [text32("resolvesAt"), lockedBy - 1n, lockedBy],
      open({ resolvesAt: lockedBy - 1n }),
    );
    for (const settledBy of [disputed, disputed - 1n]) {
      await expectError("ScheduleInvalid", [text32("settledBy"), settledBy, disputed], open({ settledBy }));
    }
    const tight = { lockedBy: closesAt + 1n, resolvesAt: closesAt + 1n, settledBy: closesAt + 2n, disputeWindow: 0n };
    await open(tight);
  });

  it("takes no schedule that overflows its fields", async () => {
    const d = stage();
    const latest = 2n ** 40n - 1n;
    const times = await schedule(d, { settledBy: latest, disputeWindow: latest });
    await expectError(
      "LimitExceeded",
      [text32("settledBy"), latest, times.closesAt + 100n * DAY],
      d.staking.openRound(d.tournament, 1, CLASSIC_TERMS, times),
    );
  });
});

describe("locking a round", () => {
  const stage = useStakers();

  it("L-1: takes the stakes as they are, keeps their hash, adds up what is at risk, earmarks the worst case", async () => {
    const d = stage();
    const { staking, tournament, relayer } = d;
    const times = await openRound(d, tournament, 1n, { terms: { exposure: NANO / 2n, stakeThreshold: 1_000n * NANO } });
    await at(d, times.closesAt);
    const words = packStakes([1_000n * NANO, 2_000n * NANO, 3_000n * NANO]);
    await expect(staking.connect(relayer).lock(tournament, 1, 0))
      .to.emit(staking, "BatchLocked")
      .withArgs(tournament, 1, 0, words)
      .and.to.emit(staking, "RoundLocked")
      // 6,000 NMR at half exposure against a threshold of 1,000.
      .withArgs(tournament, 1, 1, 3_000n * NMR, 10n ** 18n / 3n);

    const round = await staking.roundOf(tournament, 1);
    expect(round.state).to.equal(RoundState.Locked);
    expect([round.staked, round.atRisk, round.payoutFactor]).to.deep.equal([
      6_000n * NMR,
      3_000n * NMR,
      10n ** 18n / 3n,
    ]);
    expect([round.batches, round.lockedBatches, round.reportedBatches, round.settledBatches]).to.deep.equal([
      1n,
      1n,
      0n,
      0n,
    ]);
    expect(round.earmarked).to.equal(150n * NMR);
    expect((await staking.reserveOf(tournament)).earmarked).to.equal(150n * NMR);
    expect((await staking.tournamentOf(tournament)).roundsInFlight).to.equal(1);
    const hash = hashWords(words);
    expect(await staking.batchOf(tournament, 1, 0)).to.deep.equal([BatchState.Locked, 1n, 0n, 0n, hash, ZERO_32]);
  });

  it("is open from closesAt, included, to lockedBy, excluded", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const times = await openRound(d, tournament, 1n);
    await at(d, times.closesAt - 1n);
    await expectError("WindowNotOpen", [times.closesAt, times.closesAt - 1n], staking.lock(tournament, 1, 0));
    await at(d, times.lockedBy);
    await expectError("WindowClosed", [times.lockedBy, times.lockedBy], staking.lock(tournament, 1, 0));
    await tryAt(d, times.closesAt, () => staking.lock(tournament, 1, 0));
    await at(d, times.lockedBy - 1n);
    await staking.lock(tournament, 1, 0);
  });

  it("locks a batch once, of a round that is open", async () => {
    const d = stage();
    const { staking, tournament } = d;
    await expectError("RoundUnknown", [tournament, 1], staking.lock(tournament, 1, 0));
    const { times } = await lockRound(d, tournament, 1n);
    await expectError("RoundStateUnexpected", [RoundState.Locking, RoundState.Locked], staking.lock(tournament, 1, 0));
    await voidAfter(d, tournament, 1n, times.settledBy);
    await at(d, times.settledBy + 1n);
    await expectError("WindowClosed", [times.lockedBy, times.settledBy + 1n], staking.lock(tournament, 1, 0));
  });

  it("knows the batches in use only", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const times = await openRound(d, tournament, 1n);
    await at(d, times.closesAt);
    for (const batch of [1, 2]) {
      await expectError("BatchUnknown", [batch, 1], staking.lock(tournament, 1, batch));
    }
    expect((await staking.roundOf(tournament, 1)).state).to.equal(RoundState.Open);
  });

  it("allows as many rounds in flight as the limits say; settled and void rounds don't count", async () => {
    const d = stage();
    const { staking } = d;
    const small = await createTournament(d, { limits: { maxRoundsInFlight: 2 }, reserve: 1_000n * NMR });
    await openPosition(d, d.alice, small, NMR);
    const open = { times: await schedule(d) };
    for (const round of [1n, 2n, 3n, 4n, 5n]) await openRound(d, small, round, open);
    await at(d, open.times.closesAt);
    await staking.lock(small, 1, 0);
    await staking.lock(small, 2, 0);
    await expectError("TooManyRoundsInFlight", [2, 2], staking.lock(small, 3, 0));
    expect((await staking.tournamentOf(small)).roundsInFlight).to.equal(2);

    const later = { times: await schedule(d, { closesAt: open.times.settledBy }) };
    await openRound(d, small, 6n, later);
    await openRound(d, small, 7n, later);
    const stakes = [[...(await staking.stakesOf(small, 0))]];
    const reported = await reportRound(d, small, 1n, { times: open.times, stakes }, []);
    await d.networkHelpers.time.increase(HOUR);
    await settleBatch(d, small, 1n, reported);
    // Round 3 was never locked: voiding it makes no room.
    await staking.voidRound(small, 3);
    expect((await staking.tournamentOf(small)).roundsInFlight).to.equal(1);

    await at(d, later.times.closesAt);
    await staking.lock(small, 6, 0);
    await expectError("TooManyRoundsInFlight", [2, 2], staking.lock(small, 7, 0));
    await staking.voidRound(small, 2);
    await staking.lock(small, 7, 0);
  });
});

describe("a round where nobody stakes", () => {
  const stage = useTournament();

  it("does not lock, and can be voided", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const times = await openRound(d, tournament, 1n);
    await at(d, times.closesAt);
    await expectError("NoPositions", [tournament], staking.lock(tournament, 1, 0));
    await voidAfter(d, tournament, 1n, times.lockedBy);
    expect((await staking.roundOf(tournament, 1)).state).to.equal(RoundState.Void);
    expect((await staking.tournamentOf(tournament)).roundsInFlight).to.equal(0);
  });

  it("locks and settles in nothing where all have left", async () => {
    const d = stage();
    const { staking, tournament, alice } = d;
    await openPosition(d, alice, tournament, NMR);
    await staking.connect(alice).requestWithdrawal(tournament, 0, NMR);
    await playRound(d, tournament, 1n, [[[NANO, NANO]]]);
    const round = await staking.roundOf(tournament, 1);
    expect([round.state, round.staked, round.rewarded, round.burned]).to.deep.equal([RoundState.Settled, 0n, 0n, 0n]);
    expect(round.payoutFactor).to.equal(10n ** 18n);
  });
});

describe("locking batch by batch", () => {
  // 1,023 positions: the last place of the first batch is free.
  const stage = useCrowd(1_023);

  it("fixes the batches at the first lock; who comes later joins a batch that is not locked yet, or waits", async () => {
    const d = stage();
    const { staking, tournament, alice, bob } = d;
    const times = await openRound(d, tournament, 1n);
    await openRound(d, tournament, 2n, { times });
    await openPosition(d, alice, tournament, 7n * NMR);
    await openPosition(d, bob, tournament, 8n * NMR);
    expect((await staking.tournamentOf(tournament)).positions).to.equal(1_025);

    await at(d, times.closesAt);
    // Any batch may be first.
    await staking.lock(tournament, 1, 1);
    let round = await staking.roundOf(tournament, 1);
    expect([round.state, round.batches, round.lockedBatches]).to.deep.equal([RoundState.Locking, 2n, 1n]);
    expect([round.staked, round.atRisk, round.payoutFactor]).to.deep.equal([8n * NMR, 0n, 0n]);
    await expectError("BatchStateUnexpected", [1, BatchState.None, BatchState.Locked], staking.lock(tournament, 1, 1));

    await openPosition(d, bob, tournament, 9n * NMR, text32("joins a locked batch"));
    await staking.connect(alice).increaseStake(tournament, 1_023, NMR);
    await staking.lock(tournament, 1, 0);
    round = await staking.roundOf(tournament, 1);
    expect(round.state).to.equal(RoundState.Locked);
    // 1,023 positions of 1 NMR, Alice's with the raise, Bob's first.
    expect(round.staked).to.equal((1_023n + 8n + 8n) * NMR);
    expect((await staking.batchOf(tournament, 1, 0)).words).to.equal(256);
    expect((await staking.batchOf(tournament, 1, 1)).words).to.equal(1);

    await staking.lock(tournament, 2, 0);
    await staking.lock(tournament, 2, 1);
    expect((await staking.roundOf(tournament, 2)).staked).to.equal((1_023n + 8n + 8n + 9n) * NMR);
  });

  it("draws another ticket only where a newer round came between its batches", async () => {
    const d = stage();
    const { staking, tournament, alice, bob } = d;
    for (const staker of [alice, bob]) await openPosition(d, staker, tournament, NMR);
    await lockRound(d, tournament, 1n);
    const times = await openRound(d, tournament, 2n);
    await openRound(d, tournament, 3n, { times });
    await at(d, times.closesAt);
    const gasOfLock = async (round: bigint, batch: bigint) => {
      const { gasUsed } = await mined(staking.lock(tournament, round, batch));
      return gasUsed;
    };
    await gasOfLock(2n, 0n);
    const alone = await d.networkHelpers.takeSnapshot();
    const withItsTicket = await gasOfLock(2n, 1n);
    await alone.restore();
    await gasOfLock(3n, 1n);
    // A slot more for the ticket that it had: nothing else tells from outside.
    expect((await gasOfLock(2n, 1n)) - withItsTicket).to.be.above(20_000n);
  });

  it("does not take in a batch that came into being after the first lock", async () => {
    const d = stage();
    const { staking, tournament, carol } = d;
    await openPosition(d, carol, tournament, NMR);
    const times = await openRound(d, tournament, 1n);
    await at(d, times.closesAt);
    await staking.lock(tournament, 1, 0);
    await openPosition(d, carol, tournament, NMR, text32("the second batch"));
    await expectError("RoundStateUnexpected", [RoundState.Locking, RoundState.Locked], staking.lock(tournament, 1, 1));
    expect((await staking.roundOf(tournament, 1)).batches).to.equal(1);
  });
});

const ZERO_32 = `0x${"00".repeat(32)}`;
