import { expect } from "chai";
import { getBytes, type HDNodeWallet, Signature, toBeHex } from "ethers";
import { hashWords, packScores, type Scores } from "../../oracle/src/core/words.ts";
import { expectError } from "../support/errors.ts";
import { expectGas } from "../support/expect-gas.ts";
import { useCrowd, useFixture, useStakers, withStakers } from "../support/fixture.ts";
import {
  at,
  BatchState,
  lockBatches,
  lockRound,
  openRound,
  reportRound,
  RoundState,
  settleBatch,
  tryAt,
  voidAfter,
} from "../support/rounds.ts";
import { type Deployment, domainOf, HOUR, REPORT_TYPES, reportScores, signReport } from "../support/staking.ts";

const LANES: readonly Scores[] = [
  [30_000_000n, -10_000_000n],
  [-20_000_000n, 5_000_000n],
  [10_000_000n, 0n],
];
const SCORES = packScores(LANES);
const ZERO_32 = toBeHex(0, 32);

/** Alice, Bob and Carol in a locked round 1, whose scores may be reported. */
async function withLockedRound(d: Deployment) {
  const { tournament } = await withStakers(d);
  const locked = await lockRound(d, tournament, 1n);
  await d.networkHelpers.time.increaseTo(locked.times.resolvesAt);
  return { tournament, locked };
}

type Stage = Deployment & Awaited<ReturnType<typeof withLockedRound>>;

describe("a report", () => {
  const stage = useFixture(withLockedRound);

  it("is relayed by anyone, with the signatures of a quorum", async () => {
    const d = stage();
    const { staking, tournament, mallory } = d;
    const signatures = await signReport(d, tournament, 1n, 0n, SCORES);
    const time = d.locked.times.resolvesAt + 100n;
    await at(d, time);
    await expect(staking.connect(mallory).report(tournament, 1, 0, SCORES, 0b011, signatures))
      .to.emit(staking, "ScoresReported")
      .withArgs(tournament, 1, 0, 0, 0b011, SCORES);
    const batch = await staking.batchOf(tournament, 1, 0);
    expect([batch.state, batch.attempt, batch.reportedAt, batch.scoresHash]).to.deep.equal([
      BatchState.Reported,
      0n,
      time,
      hashWords(SCORES),
    ]);
    expect((await staking.roundOf(tournament, 1)).reportedBatches).to.equal(1);
  });

  it("waits until resolvesAt, and comes an hour and a dispute window before settledBy", async () => {
    const d = stage();
    const { staking, tournament } = d;
    await lockRound(d, tournament, 2n);
    const { schedule } = await staking.roundOf(tournament, 2);
    const signatures = await signReport(d, tournament, 2n, 0n, SCORES);
    const report = () => staking.report(tournament, 2, 0, SCORES, 0b011, signatures);
    const { resolvesAt, settledBy, disputeWindow } = schedule;

    await at(d, resolvesAt - 1n);
    await expectError("WindowNotOpen", [resolvesAt, resolvesAt - 1n], report());
    await tryAt(d, resolvesAt, report);

    const last = settledBy - disputeWindow - HOUR;
    await at(d, last + 1n);
    await expectError("WindowClosed", [last + 1n, last + 1n], report());
    await at(d, last);
    await report();
  });

  it("can't be made where the schedule leaves no hour to settle in", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const times = await openRound(d, tournament, 2n, { times: { disputeWindow: 0n } });
    const tight = { ...times, settledBy: times.resolvesAt + HOUR - 1n };
    await openRound(d, tournament, 3n, { times: tight });
    await lockBatches(d, tournament, 3n);
    const signatures = await signReport(d, tournament, 3n, 0n, SCORES);
    await at(d, tight.resolvesAt);
    await expectError(
      "WindowClosed",
      [tight.resolvesAt, tight.resolvesAt],
      staking.report(tournament, 3, 0, SCORES, 0b011, signatures),
    );
  });

  it("is for a batch that is locked and has no standing report, of a round that is", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const report = (round: number, batch: number) => staking.report(tournament, round, batch, SCORES, 0b011, []);
    await expectError("RoundUnknown", [tournament, 9], report(9, 0));
    await expectError("BatchUnknown", [1, 1], report(1, 1));
    await reportScores(d, tournament, 1n, 0n, [...LANES]);
    await expectError("BatchStateUnexpected", [0, BatchState.Locked, BatchState.Reported], report(1, 0));
    await openRound(d, tournament, 2n);
    await expectError("RoundStateUnexpected", [RoundState.Locked, RoundState.Open], report(2, 0));
    await voidAfter(d, tournament, 1n, d.locked.times.settledBy);
    await expectError("RoundStateUnexpected", [RoundState.Locked, RoundState.Void], report(1, 0));
  });

  it("has as many words as the stakes", async () => {
    const d = stage();
    const { staking, tournament } = d;
    for (const scores of [[], [...SCORES, 0n]]) {
      const signatures = await signReport(d, tournament, 1n, 0n, scores);
      await expectError(
        "ScoresLengthMismatch",
        [1, scores.length],
        staking.report(tournament, 1, 0, scores, 0b011, signatures),
      );
    }
  });
});

describe("Q-1: the quorum", () => {
  const stage = useFixture(withLockedRound);

  function report(d: Stage, signers: bigint, signatures: string[]) {
    return d.staking.connect(d.relayer).report(d.tournament, 1, 0, SCORES, signers, signatures);
  }

  /** Signatures of these reporters over round 1, batch 0, as they have to be. */
  function sign(d: Stage, ...reporters: number[]) {
    const wallets = reporters.map((index) => d.reporters[index] as HDNodeWallet);
    return signReport(d, d.tournament, 1n, 0n, SCORES, wallets);
  }

  it("accepts any two of the three, and all three", async () => {
    const d = stage();
    const snapshot = await d.networkHelpers.takeSnapshot();
    const choices: [bigint, number[]][] = [
      [0b011n, [0, 1]],
      [0b101n, [0, 2]],
      [0b110n, [1, 2]],
      [0b111n, [0, 1, 2]],
    ];
    for (const [signers, reporters] of choices) {
      await expect(report(d, signers, await sign(d, ...reporters)))
        .to.emit(d.staking, "ScoresReported")
        .withArgs(d.tournament, 1, 0, 0, signers, SCORES);
      await snapshot.restore();
    }
  });

  it("refuses too few", async () => {
    const d = stage();
    await expectError("QuorumNotReached", [0, 2], report(d, 0n, []));
    await expectError("QuorumNotReached", [1, 2], report(d, 0b010n, await sign(d, 1)));
    // The bits count, not the signatures.
    await expectError("QuorumNotReached", [1, 2], report(d, 0b001n, await sign(d, 0, 0)));
  });

  it("refuses a reporter who signs for another, doubled or in the wrong order", async () => {
    const d = stage();
    const [first, second] = d.reporters as [HDNodeWallet, HDNodeWallet];
    await expectError("SignatureInvalid", [1, second.address], report(d, 0b011n, await sign(d, 0, 0)));
    await expectError("SignatureInvalid", [0, first.address], report(d, 0b011n, await sign(d, 1, 0)));
    await expectError("SignatureInvalid", [0, first.address], report(d, 0b101n, await sign(d, 2, 0)));
    await expectError("SignatureInvalid", [1, second.address], report(d, 0b111n, await sign(d, 0, 2, 1)));
  });

  it("refuses a signature that is missing, and one too many", async () => {
    const d = stage();
    await expectError("SignaturesCountMismatch", [2, 1], report(d, 0b011n, await sign(d, 0)));
    await expectError("SignaturesCountMismatch", [2, 3], report(d, 0b011n, await sign(d, 0, 1, 2)));
    await expectError("SignaturesCountMismatch", [3, 2], report(d, 0b111n, await sign(d, 0, 1)));
  });

  it("refuses bits that name nobody, up to the last", async () => {
    const d = stage();
    await expectError("SignerUnknown", [3, 3], report(d, 0b1001n, await sign(d, 0, 1)));
    await expectError("SignerUnknown", [255, 3], report(d, (1n << 255n) | 0b11n, await sign(d, 0, 1, 2)));
    await expectError("SignerUnknown", [254, 3], report(d, 0b11n << 254n, await sign(d, 0, 1)));
    const all = 2n ** 256n - 1n;
    const many = Array.from({ length: 256 }, () => "0x");
    await expectError("SignatureInvalid", [0, d.reporters[0]?.address], report(d, all, many));
  });

  it("refuses strangers", async () => {
    const d = stage();
    const [, second] = d.reporters as [HDNodeWallet, HDNodeWallet];
    const stranger = d.ethers.Wallet.createRandom();
    const [signature] = await sign(d, 0);
    const [foreign] = await signReport(d, d.tournament, 1n, 0n, SCORES, [stranger]);
    await expectError(
      "SignatureInvalid",
      [1, second.address],
      report(d, 0b011n, [signature as string, foreign as string]),
    );
  });

  it("refuses the malleable twin of a signature (high s), and every other form than 65 bytes", async () => {
    const d = stage();
    const [first, second] = d.reporters as [HDNodeWallet, HDNodeWallet];
    const [one, two] = (await sign(d, 0, 1)) as [string, string];
    const { r, s, yParity } = Signature.from(one);
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const twin = d.ethers.concat([r, toBeHex(order - BigInt(s), 32), toBeHex(28 - yParity, 1)]);
    await expectError("SignatureInvalid", [0, first.address], report(d, 0b011n, [twin, two]));
    for (const broken of ["0x", one.slice(0, -2), `${one}00`, Signature.from(one).compactSerialized, toBeHex(0, 65)]) {
      await expectError("SignatureInvalid", [0, first.address], report(d, 0b011n, [broken, two]));
      await expectError("SignatureInvalid", [1, second.address], report(d, 0b011n, [one, broken]));
    }
  });

  it("signs for one round, batch, attempt, stakes, scores, chain and contract", async () => {
    const d = stage();
    const [first, second] = d.reporters as [HDNodeWallet, HDNodeWallet];
    const { stakesHash } = await d.staking.batchOf(d.tournament, 1, 0);
    const message = {
      tournament: d.tournament,
      round: 1n,
      batch: 0n,
      attempt: 0n,
      stakesHash,
      scoresHash: hashWords(SCORES),
    };
    const domain = await domainOf(d);
    const others: [object, object][] = [
      [{ tournament: d.tournament + 1n }, {}],
      [{ round: 2n }, {}],
      [{ batch: 1n }, {}],
      [{ attempt: 1n }, {}],
      [{ stakesHash: ZERO_32 }, {}],
      [{ scoresHash: hashWords([1n]) }, {}],
      [{}, { chainId: 1n }],
      [{}, { verifyingContract: d.mallory.address }],
      [{}, { name: "Numeraire" }],
      [{}, { version: "2" }],
    ];
    const good = await second.signTypedData(domain, REPORT_TYPES, message);
    for (const [changes, elsewhere] of others) {
      const signature = await first.signTypedData({ ...domain, ...elsewhere }, REPORT_TYPES, {
        ...message,
        ...changes,
      });
      await expectError("SignatureInvalid", [0, first.address], report(d, 0b011n, [signature, good]));
    }
    await report(d, 0b011n, [await first.signTypedData(domain, REPORT_TYPES, message), good]);
  });

  it("is the one of the round's opening: reporters named later have no say in it, earlier ones keep theirs", async () => {
    const d = stage();
    const [first] = d.reporters as [HDNodeWallet];
    const later = d.ethers.Wallet.createRandom();
    await d.staking.setReporters(d.tournament, [later], 1);
    const [signature] = await signReport(d, d.tournament, 1n, 0n, SCORES, [later]);
    await expectError("QuorumNotReached", [1, 2], report(d, 0b001n, [signature as string]));
    await expectError(
      "SignatureInvalid",
      [0, first.address],
      report(d, 0b011n, [signature as string, signature as string]),
    );
    await report(d, 0b011n, await sign(d, 0, 1));

    const next = await lockRound(d, d.tournament, 2n);
    await at(d, next.times.resolvesAt);
    const scores = await signReport(d, d.tournament, 2n, 0n, SCORES, [later]);
    await d.staking.report(d.tournament, 2, 0, SCORES, 0b1, scores);
  });
});

describe("reporters of every kind", () => {
  const stage = useStakers();

  async function lockWith(d: Deployment & { tournament: bigint }, reporters: string[], quorum: number) {
    await d.staking.setReporters(d.tournament, reporters, quorum);
    const { times } = await lockRound(d, d.tournament, 1n);
    await d.networkHelpers.time.increaseTo(times.resolvesAt);
  }

  it("may be contracts (ERC-1271), next to keys", async () => {
    const d = stage();
    const [owner, key] = d.reporters as [HDNodeWallet, HDNodeWallet];
    const wallet = await d.ethers.deployContract("ContractWallet", [owner.address]);
    const address = await wallet.getAddress();
    await lockWith(d, [address, key.address], 2);
    const [good, other] = (await signReport(d, d.tournament, 1n, 0n, SCORES, [owner, key])) as [string, string];
    const report = (first: string) => d.staking.report(d.tournament, 1, 0, SCORES, 0b11, [first, other]);
    await expectError("SignatureInvalid", [0, address], report(other));
    await expectError("SignatureInvalid", [0, address], report("0x1234"));
    await report(good);
  });

  it("are contracts that answer, not any contract", async () => {
    const d = stage();
    const [key] = d.reporters as [HDNodeWallet];
    const token = await d.token.getAddress();
    await lockWith(d, [token], 1);
    const signatures = await signReport(d, d.tournament, 1n, 0n, SCORES, [key]);
    await expectError("SignatureInvalid", [0, token], d.staking.report(d.tournament, 1, 0, SCORES, 0b1, signatures));
  });

  it("still sign with their key where they delegated their account to code (EIP-7702)", async () => {
    const d = stage();
    const [key] = d.reporters as [HDNodeWallet];
    await lockWith(d, [key.address], 1);
    await d.networkHelpers.setCode(key.address, `0xef0100${(await d.token.getAddress()).slice(2)}`);
    expect(getBytes(await d.ethers.provider.getCode(key.address))).to.not.have.length(0);
    const signatures = await signReport(d, d.tournament, 1n, 0n, SCORES, [key]);
    await d.staking.report(d.tournament, 1, 0, SCORES, 0b1, signatures);
  });

  it("are 64 at most, and all of them may have to sign", async () => {
    const d = stage();
    const wallets = Array.from({ length: 64 }, () => new d.ethers.Wallet(d.ethers.hexlify(d.ethers.randomBytes(32))));
    await lockWith(
      d,
      wallets.map(({ address }) => address),
      64,
    );
    const signers = 2n ** 64n - 1n;
    const signatures = await signReport(d, d.tournament, 1n, 0n, SCORES, wallets);
    await expectGas(1_000_000n, d.staking.report(d.tournament, 1, 0, SCORES, signers, signatures));
  });
});

describe("a veto", () => {
  const stage = useFixture(withLockedRound);

  async function reportAt(d: Stage, time: bigint) {
    const signatures = await signReport(d, d.tournament, 1n, 0n, SCORES);
    await at(d, time);
    await d.staking.report(d.tournament, 1, 0, SCORES, 0b011, signatures);
  }

  it("discards the report, and worthless are its signatures", async () => {
    const d = stage();
    const { staking, tournament, guardian } = d;
    const old = await signReport(d, tournament, 1n, 0n, SCORES);
    await staking.report(tournament, 1, 0, SCORES, 0b011, old);
    await expect(staking.connect(guardian).veto(tournament, 1, 0))
      .to.emit(staking, "ScoresVetoed")
      .withArgs(tournament, 1, 0, 0);
    const batch = await staking.batchOf(tournament, 1, 0);
    expect([batch.state, batch.attempt, batch.reportedAt, batch.scoresHash]).to.deep.equal([
      BatchState.Locked,
      1n,
      0n,
      ZERO_32,
    ]);
    expect((await staking.roundOf(tournament, 1)).reportedBatches).to.equal(0);

    const [first] = d.reporters as [HDNodeWallet];
    await expectError("SignatureInvalid", [0, first.address], staking.report(tournament, 1, 0, SCORES, 0b011, old));
    const signatures = await signReport(d, tournament, 1n, 0n, SCORES);
    await expect(staking.report(tournament, 1, 0, SCORES, 0b011, signatures))
      .to.emit(staking, "ScoresReported")
      .withArgs(tournament, 1, 0, 1, 0b011, SCORES);
    await expect(staking.connect(guardian).veto(tournament, 1, 0))
      .to.emit(staking, "ScoresVetoed")
      .withArgs(tournament, 1, 0, 1);
  });

  it("comes before the dispute window is over, to the second; the settlement from then on", async () => {
    const d = stage();
    const { staking, tournament, guardian, locked } = d;
    const time = locked.times.resolvesAt + 5n;
    const over = time + locked.times.disputeWindow;
    await reportAt(d, time);
    await at(d, over);
    await expectError("WindowClosed", [over, over], staking.connect(guardian).veto(tournament, 1, 0));
    await at(d, over - 1n);
    await expectError(
      "WindowNotOpen",
      [over, over - 1n],
      settleBatch(d, tournament, 1n, { ...locked, scores: [SCORES] }),
    );
    await at(d, over - 1n);
    await staking.connect(guardian).veto(tournament, 1, 0);
  });

  it("is the guardian's alone, for a standing report", async () => {
    const d = stage();
    const { staking, tournament, guardian, organizer, mallory, locked } = d;
    for (const caller of [mallory, organizer]) {
      await expectError("NotGuardian", [tournament, 1, caller.address], staking.connect(caller).veto(tournament, 1, 0));
    }
    const veto = (round: number, batch: number) => staking.connect(guardian).veto(tournament, round, batch);
    await expectError("RoundUnknown", [tournament, 9], veto(9, 0));
    await expectError("BatchUnknown", [1, 1], veto(1, 1));
    await expectError("BatchStateUnexpected", [0, BatchState.Reported, BatchState.Locked], veto(1, 0));
    const reported = await reportRound(
      d,
      tournament,
      1n,
      { ...locked, times: { ...locked.times, resolvesAt: locked.times.resolvesAt + 9n } },
      [LANES],
    );
    await d.networkHelpers.time.increase(HOUR);
    await settleBatch(d, tournament, 1n, reported);
    await expectError("RoundStateUnexpected", [RoundState.Locked, RoundState.Settled], veto(1, 0));
  });

  it("is the right of the round's guardian, not of one named later", async () => {
    const d = stage();
    const { staking, tournament, guardian, mallory, locked } = d;
    await reportAt(d, locked.times.resolvesAt + 5n);
    await staking.setGuardian(tournament, mallory);
    await expectError("NotGuardian", [tournament, 1, mallory.address], staking.connect(mallory).veto(tournament, 1, 0));
    await staking.connect(guardian).veto(tournament, 1, 0);
  });

  it("for ever does no more than void the round", async () => {
    const d = stage();
    const { staking, tournament, guardian, alice, locked } = d;
    await staking.connect(alice).requestWithdrawal(tournament, 0, 10n ** 18n);
    for (let attempt = 0n; attempt < 5n; ++attempt) {
      await reportScores(d, tournament, 1n, 0n, [...LANES]);
      await staking.connect(guardian).veto(tournament, 1, 0);
    }
    expect((await staking.batchOf(tournament, 1, 0)).attempt).to.equal(5);
    await voidAfter(d, tournament, 1n, locked.times.settledBy);
    await staking.connect(alice).withdraw(tournament, 0, alice);
  });
});

describe("reporting batch by batch", () => {
  const stage = useCrowd(1_025);

  it("waits for the whole round's lock, and takes every batch on its own", async () => {
    const d = stage();
    const { staking, tournament, guardian } = d;
    const times = await openRound(d, tournament, 1n);
    await at(d, times.closesAt);
    await staking.lock(tournament, 1, 0);
    const scores = Array.from({ length: 256 }, () => 0n);
    const report = async (batch: bigint, words: bigint[]) => {
      const signatures = await signReport(d, tournament, 1n, batch, words);
      await staking.report(tournament, 1, batch, words, 0b011, signatures);
    };
    await expectError("RoundStateUnexpected", [RoundState.Locked, RoundState.Locking], report(0n, scores));
    await staking.lock(tournament, 1, 1);
    await d.networkHelpers.time.increaseTo(times.resolvesAt);

    await report(1n, [7n]);
    await expectError(
      "BatchesUnreported",
      [1, 2],
      staking.settle(tournament, 1, 1, [...(await staking.stakesOf(tournament, 1))], [7n]),
    );
    await report(0n, scores);
    expect((await staking.roundOf(tournament, 1)).reportedBatches).to.equal(2);
    await staking.connect(guardian).veto(tournament, 1, 1);
    expect((await staking.roundOf(tournament, 1)).reportedBatches).to.equal(1);
    expect((await staking.batchOf(tournament, 1, 0)).attempt).to.equal(0);
    expect((await staking.batchOf(tournament, 1, 1)).attempt).to.equal(1);
  });
});
