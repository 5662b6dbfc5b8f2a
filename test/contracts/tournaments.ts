import { expect } from "chai";
import { ethers, ZeroAddress } from "ethers";
import { expectError, text32 } from "../support/errors.ts";
import { useFixture, useTournament } from "../support/fixture.ts";
import { openRound } from "../support/rounds.ts";
import { CLASSIC_TERMS, type Deployment, NANO, NMR, OPEN_LIMITS } from "../support/staking.ts";

const NANO_ONE = 1_000_000_000n;

type Creation = {
  limits?: Partial<typeof OPEN_LIMITS>;
  minStake?: bigint;
  reporters?: string[];
  quorum?: number;
};

function create(d: Deployment, { limits = {}, minStake = NMR, reporters, quorum = 2 }: Creation = {}) {
  return d.staking
    .connect(d.mallory)
    .createTournament(
      "Signals",
      { ...OPEN_LIMITS, ...limits },
      d.guardian,
      d.carol,
      minStake,
      reporters ?? d.reporters.map(({ address }) => address),
      quorum,
    );
}

describe("creating a tournament", () => {
  const stage = useFixture(() => Promise.resolve({}));

  it("is open to anyone, who becomes its organizer", async () => {
    const d = stage();
    const addresses = d.reporters.map(({ address }) => address);
    const limits = { ...OPEN_LIMITS, maxClip: 17_000_000n, minDisputeWindow: 3_600n };
    await expect(create(d, { limits }))
      .to.emit(d.staking, "TournamentCreated")
      .withArgs(1, d.mallory, "Signals", Object.values(limits))
      .and.to.emit(d.staking, "ReportersSet")
      .withArgs(1, 1, addresses, 2)
      .and.to.emit(d.staking, "GuardianSet")
      .withArgs(1, d.guardian)
      .and.to.emit(d.staking, "RegistrarSet")
      .withArgs(1, d.carol)
      .and.to.emit(d.staking, "MinStakeSet")
      .withArgs(1, NMR);

    expect(await d.staking.tournamentOf(1)).to.deep.equal([
      d.mallory.address,
      ZeroAddress,
      d.guardian.address,
      d.carol.address,
      NMR,
      Object.values(limits),
      1n,
      0n,
      0n,
      0n,
    ]);
    expect(await d.staking.reportersOf(1, 1)).to.deep.equal([addresses, 2n]);
  });

  it("counts tournaments from 1", async () => {
    const d = stage();
    expect(await d.staking.tournaments()).to.equal(0);
    await create(d);
    await create(d);
    expect(await d.staking.tournaments()).to.equal(2);
    expect((await d.staking.tournamentOf(3)).organizer).to.equal(ZeroAddress);
  });

  it("answers with the tournament's number", async () => {
    const d = stage();
    await create(d);
    const addresses = d.reporters.map(({ address }) => address);
    const answer = await d.staking.createTournament.staticCall(
      "",
      OPEN_LIMITS,
      ZeroAddress,
      ZeroAddress,
      0,
      addresses,
      1,
    );
    expect(answer).to.equal(2);
  });

  it("refuses limits that no tournament may have, and takes those at the very edge", async () => {
    const d = stage();
    const above = NANO_ONE + 1n;
    await expectError(
      "LimitOutOfBounds",
      [text32("maxClip"), above, 0, NANO_ONE],
      create(d, { limits: { maxClip: above } }),
    );
    await expectError(
      "LimitOutOfBounds",
      [text32("maxExposure"), above, 0, NANO_ONE],
      create(d, { limits: { maxExposure: above } }),
    );
    await expectError(
      "LimitOutOfBounds",
      [text32("maxRoundsInFlight"), 0, 1, 65_535],
      create(d, { limits: { maxRoundsInFlight: 0 } }),
    );
    await create(d, { limits: { maxClip: NANO_ONE, maxExposure: NANO_ONE, maxRoundsInFlight: 65_535 } });
    await create(d, { limits: { maxClip: 0, maxExposure: 0, maxRoundsInFlight: 1, maxDuration: 0 } });
  });

  it("refuses a set of reporters that is empty, too large, doubled or has a hole", async () => {
    const d = stage();
    const many = Array.from({ length: 65 }, () => ethers.Wallet.createRandom().address);
    const [first, second] = many as [string, string];
    await expectError("ReportersCountInvalid", [0, 64], create(d, { reporters: [], quorum: 0 }));
    await expectError("ReportersCountInvalid", [65, 64], create(d, { reporters: many }));
    await expectError("ReporterZero", [1], create(d, { reporters: [first, ZeroAddress] }));
    await expectError("ReporterDoubled", [first], create(d, { reporters: [first, second, first] }));
    await create(d, { reporters: many.slice(0, 64), quorum: 64 });
    await create(d, { reporters: [first], quorum: 1 });
  });

  it("refuses a quorum of none, or of more than there are", async () => {
    const d = stage();
    await expectError("QuorumInvalid", [0, 3], create(d, { quorum: 0 }));
    await expectError("QuorumInvalid", [4, 3], create(d, { quorum: 4 }));
    await create(d, { quorum: 3 });
  });

  it("refuses a smallest stake that is no whole number of nano-NMR", async () => {
    await expectError("AmountNotWhole", [NMR + 1n], create(stage(), { minStake: NMR + 1n }));
  });
});

describe("an organizer", () => {
  const stage = useTournament();

  it("names reporters, guardian, registrar and smallest stake", async () => {
    const { staking, tournament, alice, bob, mallory } = stage();
    await expect(staking.setReporters(tournament, [alice, bob], 1))
      .to.emit(staking, "ReportersSet")
      .withArgs(tournament, 2, [alice.address, bob.address], 1);
    await expect(staking.setGuardian(tournament, mallory))
      .to.emit(staking, "GuardianSet")
      .withArgs(tournament, mallory);
    await expect(staking.setRegistrar(tournament, bob)).to.emit(staking, "RegistrarSet").withArgs(tournament, bob);
    await expect(staking.setMinStake(tournament, 5n * NMR))
      .to.emit(staking, "MinStakeSet")
      .withArgs(tournament, 5n * NMR);

    const now = await staking.tournamentOf(tournament);
    expect([now.reporterSet, now.guardian, now.registrar, now.minStake]).to.deep.equal([
      2n,
      mallory.address,
      bob.address,
      5n * NMR,
    ]);
    expect(await staking.reportersOf(tournament, 2)).to.deep.equal([[alice.address, bob.address], 1n]);
  });

  it("is checked for the same faults when it names reporters again", async () => {
    const { staking, tournament, alice } = stage();
    await expectError("ReportersCountInvalid", [0, 64], staking.setReporters(tournament, [], 1));
    await expectError("ReporterZero", [0], staking.setReporters(tournament, [ZeroAddress], 1));
    await expectError("ReporterDoubled", [alice.address], staking.setReporters(tournament, [alice, alice], 1));
    await expectError("QuorumInvalid", [2, 1], staking.setReporters(tournament, [alice], 2));
    await expectError("AmountNotWhole", [1], staking.setMinStake(tournament, 1));
  });

  it("R-2: changes nothing of a round that is open: guardian, reporters and quorum stay", async () => {
    const d = stage();
    const { staking, tournament, guardian, alice, mallory } = d;
    await openRound(d, tournament, 1n);
    await staking.setReporters(tournament, [alice], 1);
    await staking.setGuardian(tournament, mallory);
    await openRound(d, tournament, 2n);

    const [before, after] = [await staking.roundOf(tournament, 1), await staking.roundOf(tournament, 2)];
    expect([before.reporterSet, before.guardian]).to.deep.equal([1n, guardian.address]);
    expect([after.reporterSet, after.guardian]).to.deep.equal([2n, mallory.address]);
    expect((await staking.reportersOf(tournament, 1)).quorum).to.equal(2);
  });

  it("hands over in two steps", async () => {
    const { staking, tournament, organizer, alice } = stage();
    await expect(staking.transferOrganizer(tournament, alice))
      .to.emit(staking, "OrganizerTransferStarted")
      .withArgs(tournament, organizer, alice);
    expect((await staking.tournamentOf(tournament)).pendingOrganizer).to.equal(alice.address);
    expect((await staking.tournamentOf(tournament)).organizer).to.equal(organizer.address);

    await expect(staking.connect(alice).acceptOrganizer(tournament))
      .to.emit(staking, "OrganizerTransferred")
      .withArgs(tournament, organizer, alice);
    const now = await staking.tournamentOf(tournament);
    expect([now.organizer, now.pendingOrganizer]).to.deep.equal([alice.address, ZeroAddress]);

    await expectError("NotOrganizer", [tournament, organizer.address], staking.setMinStake(tournament, 0));
    await staking.connect(alice).setMinStake(tournament, 0);
    await expectError(
      "NotPendingOrganizer",
      [tournament, alice.address],
      staking.connect(alice).acceptOrganizer(tournament),
    );
  });

  it("may take a proposal back, or propose another", async () => {
    const { staking, tournament, alice, bob } = stage();
    await staking.transferOrganizer(tournament, alice);
    await staking.transferOrganizer(tournament, bob);
    await expectError(
      "NotPendingOrganizer",
      [tournament, alice.address],
      staking.connect(alice).acceptOrganizer(tournament),
    );
    await staking.transferOrganizer(tournament, ZeroAddress);
    await expectError(
      "NotPendingOrganizer",
      [tournament, bob.address],
      staking.connect(bob).acceptOrganizer(tournament),
    );
  });

  it("alone may do what is the organizer's, in a tournament that exists", async () => {
    const d = stage();
    const { tournament, mallory, alice } = d;
    const staking = d.staking.connect(mallory);
    const times = await openRound(d, tournament, 1n);
    const calls: ((number: bigint) => Promise<unknown>)[] = [
      (number) => staking.setReporters(number, [alice], 1),
      (number) => staking.setGuardian(number, alice),
      (number) => staking.setRegistrar(number, alice),
      (number) => staking.setMinStake(number, 0),
      (number) => staking.transferOrganizer(number, mallory),
      (number) => staking.withdrawReserve(number, NANO, mallory),
      (number) => staking.openRound(number, 2, CLASSIC_TERMS, times),
    ];
    for (const call of calls) {
      await expectError("NotOrganizer", [tournament, mallory.address], call(tournament));
      await expectError("TournamentUnknown", [99], call(99n));
    }
    await expectError("TournamentUnknown", [99], staking.acceptOrganizer(99));
    await expectError("TournamentUnknown", [0], staking.fundReserve(0, NANO));
    await expectError("TournamentUnknown", [99], staking.openPosition(99, text32("model"), NANO, 0, "0x"));
    await expectError("TournamentUnknown", [99], staking.increaseStake(99, 0, NANO));
    await expectError("RoundUnknown", [99, 1], staking.lock(99, 1, 0));
  });
});
