import { expect } from "chai";
import type { HDNodeWallet } from "ethers";
import { network } from "hardhat";
import { hashWords, packScores, type Scores } from "../../oracle/src/core/words.ts";
import { expectError, text32 } from "../support/errors.ts";
import { useFixture, withStakers } from "../support/fixture.ts";
import { BatchState, lockBatches, lockRound, openRound } from "../support/rounds.ts";
import {
  createTournament,
  deployStaking,
  type Deployment,
  domainOf,
  GRANT_TYPES,
  NANO,
  NMR,
  openPositions,
  REPORT_TYPES,
  schedule,
  signReport,
} from "../support/staking.ts";

const SCORES = packScores(Array.from({ length: 1_024 }, (_, lane): Scores => [BigInt(lane) - 500n, 7n]));

/** Where a report may be made. */
type Place = { tournament: bigint; round: bigint; batch: bigint };

/** Two tournaments of the same reporters, two rounds each, whose batches have the same stakes to the word. */
async function withTwins(d: Deployment) {
  const tournaments = [await createTournament(d), await createTournament(d)];
  const places: Place[] = [];
  for (const [index, tournament] of tournaments.entries()) {
    const batches = index === 0 ? 2 : 1;
    const stakes = Array.from({ length: 1_024 * batches }, () => NANO);
    await openPositions(d, d.carol, tournament, stakes);
    for (let batch = 0n; batch < batches; ++batch) {
      for (const round of [1n, 2n]) places.push({ tournament, round, batch });
    }
  }
  const times = await schedule(d);
  for (const tournament of tournaments) {
    for (const round of [1n, 2n]) await openRound(d, tournament, round, { times });
  }
  for (const tournament of tournaments) {
    for (const round of [1n, 2n]) await lockBatches(d, tournament, round);
  }
  await d.networkHelpers.time.increaseTo(times.resolvesAt);
  return { places };
}

describe("the signatures of a report where everything else is the same", () => {
  const stage = useFixture(withTwins);

  const report = ({ staking }: Deployment, { tournament, round, batch }: Place, signatures: string[]) =>
    staking.report.staticCall(tournament, round, batch, SCORES, 0b011, signatures);

  it("stand in the tournament, round and batch that they name, and in no other", async () => {
    const d = stage();
    const [first] = d.reporters as [HDNodeWallet];
    const hashes = new Set<string>();
    for (const from of d.places) {
      hashes.add((await d.staking.batchOf(from.tournament, from.round, from.batch)).stakesHash);
      const signatures = await signReport(d, from.tournament, from.round, from.batch, SCORES);
      for (const to of d.places) {
        if (to === from) await report(d, to, signatures);
        else await expectError("SignatureInvalid", [0, first.address], report(d, to, signatures));
      }
    }
    expect(hashes, "every batch has the same stakes").to.have.length(1);
  });

  it("stand for one attempt: neither before a veto nor after another", async () => {
    const d = stage();
    const [first] = d.reporters as [HDNodeWallet];
    const [place] = d.places as [Place];
    const { tournament, round, batch } = place;
    const { stakesHash } = await d.staking.batchOf(tournament, round, batch);
    const domain = await domainOf(d);
    const signed = (attempt: bigint) =>
      Promise.all(
        d.reporters.slice(0, 2).map((reporter) =>
          reporter.signTypedData(domain, REPORT_TYPES, {
            ...place,
            attempt,
            stakesHash,
            scoresHash: hashWords(SCORES),
          }),
        ),
      );
    const attempts = [await signed(0n), await signed(1n), await signed(2n)];
    for (const [attempt, own] of attempts.entries()) {
      for (const other of attempts) {
        if (other !== own) await expectError("SignatureInvalid", [0, first.address], report(d, place, other));
      }
      await d.staking.report(tournament, round, batch, SCORES, 0b011, own);
      await d.staking.connect(d.guardian).veto(tournament, round, batch);
      expect((await d.staking.batchOf(tournament, round, batch)).attempt).to.equal(attempt + 1);
    }
  });

  it("that reporters took back by signing other scores still stand for the same attempt, until a veto", async () => {
    const d = stage();
    const [first] = d.reporters as [HDNodeWallet];
    const [{ tournament, round, batch }] = d.places as [Place];
    const better = SCORES.map((word) => word ^ 1n);
    const regretted = await signReport(d, tournament, round, batch, SCORES);
    const meant = await signReport(d, tournament, round, batch, better);
    const send = (scores: bigint[], signatures: string[]) =>
      d.staking.connect(d.mallory).report(tournament, round, batch, scores, 0b011, signatures);
    await send(SCORES, regretted);
    const twice = [batch, BatchState.Locked, BatchState.Reported];
    await expectError("BatchStateUnexpected", twice, send(better, meant));
    await d.staking.connect(d.guardian).veto(tournament, round, batch);
    await expectError("SignatureInvalid", [0, first.address], send(SCORES, regretted));
    await expectError("SignatureInvalid", [0, first.address], send(better, meant));
    await send(better, await signReport(d, tournament, round, batch, better));
  });
});

/** Three stakers and a locked round, with the reporters of another deployment. */
async function withRound(d: Deployment, reporters: Deployment["reporters"]) {
  const stage = { ...d, reporters };
  const { tournament } = await withStakers(stage);
  const { times } = await lockRound(stage, tournament, 1n);
  await d.networkHelpers.time.increaseTo(times.resolvesAt);
  return { ...stage, tournament };
}

describe("a signature for another contract", () => {
  const stage = useFixture((d) => withRound(d, d.reporters));
  const scores = packScores([[1n, -1n]]);

  it("does not stand here where only the chain differs", async () => {
    const d = stage();
    const other = await deployStaking("Numeraire", await network.create({ override: { chainId: 10 } }));
    const there = await withRound(other, d.reporters);
    expect(await there.staking.getAddress()).to.equal(await d.staking.getAddress());
    await expectSeparate(d, there);
    await other.connection.close();
  });

  it("does not stand here where only the deployment differs", async () => {
    const d = stage();
    const staking = await d.ethers.deployContract("NumeraireStaking", [await d.token.getAddress()]);
    for (const staker of [d.organizer, d.alice, d.bob, d.carol]) {
      await d.token.connect(staker).approve(staking, 100_000n * NMR);
    }
    await expectSeparate(d, await withRound({ ...d, staking }, d.reporters));
  });

  /** The same tournament, round, stakes and scores in two contracts: each takes its own signatures only. */
  async function expectSeparate(here: Deployment, there: Deployment) {
    const hashOf = async ({ staking }: Deployment) => (await staking.batchOf(1, 1, 0)).stakesHash;
    expect(await hashOf(here)).to.equal(await hashOf(there));
    const [first] = here.reporters as [HDNodeWallet];
    const [own, foreign] = [await signReport(here, 1n, 1n, 0n, scores), await signReport(there, 1n, 1n, 0n, scores)];
    const report = ({ staking }: Deployment, signatures: string[]) =>
      staking.report.staticCall(1, 1, 0, scores, 0b011, signatures);
    await expectError("SignatureInvalid", [0, first.address], report(here, foreign));
    await expectError("SignatureInvalid", [0, first.address], report(there, own));
    await report(here, own);
    await report(there, foreign);
  }
});

describe("a signature for another purpose", () => {
  const stage = useFixture((d) => withRound(d, d.reporters));
  const scores = packScores([[1n, -1n]]);
  const model = text32("model");
  const deadline = 2n ** 64n;

  it("is worthless: a grant is no report, a report no grant, a signed message neither", async () => {
    const d = stage();
    const { staking, tournament, mallory } = d;
    const [one, two] = d.reporters as [HDNodeWallet, HDNodeWallet];
    await staking.setRegistrar(tournament, one.address);
    await d.token.transfer(mallory, NMR);
    await d.token.connect(mallory).approve(staking, NMR);
    const domain = await domainOf(d);
    const grant = { tournament, model, staker: mallory.address, deadline };
    const { attempt, stakesHash } = await staking.batchOf(tournament, 1, 0);
    const message = { tournament, round: 1n, batch: 0n, attempt, stakesHash, scoresHash: hashWords(scores) };
    const granted = await one.signTypedData(domain, GRANT_TYPES, grant);
    const [reported, second] = (await signReport(d, tournament, 1n, 0n, scores, [one, two])) as [string, string];
    const personal = async (digest: string) => one.signMessage(d.ethers.getBytes(digest));
    const digestOf = d.ethers.TypedDataEncoder.hash.bind(d.ethers.TypedDataEncoder);

    const report = (signature: string) =>
      staking.report.staticCall(tournament, 1, 0, scores, 0b011, [signature, second]);
    const open = (signature: string) =>
      staking.connect(mallory).openPosition.staticCall(tournament, model, NMR, deadline, signature);
    for (const other of [granted, await personal(digestOf(domain, REPORT_TYPES, message))]) {
      await expectError("SignatureInvalid", [0, one.address], report(other));
    }
    for (const other of [reported, await personal(digestOf(domain, GRANT_TYPES, grant))]) {
      await expectError("GrantInvalid", [one.address], open(other));
    }
    await report(reported);
    await open(granted);
  });
});
