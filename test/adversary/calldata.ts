import { expect } from "chai";
import { concat, dataLength, dataSlice, toBeHex } from "ethers";
import { hashWords, packScores, type Scores, unpackScores } from "../../oracle/src/core/words.ts";
import { everything, expectBooks } from "../support/books.ts";
import { declared, expectError } from "../support/errors.ts";
import { useFixture } from "../support/fixture.ts";
import { Random } from "../support/random.ts";
import { lockRound, type ReportedRound, reportRound, RoundState } from "../support/rounds.ts";
import { createTournament, type Deployment, HOUR, NANO, NMR, openPositions, signReport } from "../support/staking.ts";

/** Twelve positions, whose stakes words read as scores words: one array may stand for both. */
const LANES = Array.from({ length: 12 }, (_, lane): Scores => [BigInt(lane + 1) * 10_000n, BigInt(lane) - 5n]);
const WORDS = packScores(LANES);

async function withReport(d: Deployment) {
  const stakes = WORDS.flatMap((word) => [0n, 1n, 2n, 3n].map((lane) => (word >> (64n * lane)) & (2n ** 64n - 1n)));
  const tournament = await createTournament(d, { reserve: 1_000_000n * NMR });
  await d.token.transfer(d.mallory, 6_000_000n * NMR);
  await d.token.connect(d.mallory).approve(d.staking, 6_000_000n * NMR);
  await openPositions(d, d.mallory, tournament, stakes);
  const locked = await lockRound(d, tournament, 1n, { terms: { stakeThreshold: 0n } });
  const reported = await reportRound(d, tournament, 1n, locked, [LANES]);
  await d.networkHelpers.time.increase(HOUR);
  return { tournament, locked, reported };
}

type Stage = Deployment & { tournament: bigint; reported: ReportedRound };

const word = (value: bigint | number) => toBeHex(value, 32);
const array = (words: readonly bigint[]) => concat([word(words.length), ...words.map(word)]);
const SELECTOR = declared.getFunction("settle")?.selector ?? "0x";

/** Calldata of a settlement, put together by hand. */
const settling = (head: readonly (bigint | number)[], ...tail: string[]) =>
  concat([SELECTOR, ...head.map(word), ...tail]);

/** What is to be seen once these bytes were sent, or that they were refused. The chain is taken back. */
async function send(d: Stage, data: string): Promise<string[] | "refused"> {
  const snapshot = await d.networkHelpers.takeSnapshot();
  await d.networkHelpers.time.setNextBlockTimestamp((await d.networkHelpers.time.latest()) + 100);
  const sent = d.relayer.sendTransaction({ to: d.staking, data, gasLimit: 3_000_000n });
  const refused = await sent.then(
    () => false,
    () => true,
  );
  const { answers } = await everything(d.staking);
  if (!refused) await expectBooks(d);
  await snapshot.restore();
  return refused ? "refused" : answers;
}

describe("forged words in a settlement", () => {
  const random = new Random();
  const stage = useFixture(withReport);

  it(`of stakes or of scores are refused: cut, extended, permuted or with any bit turned (${random.label})`, async () => {
    const d = stage();
    const { staking, tournament } = d;
    expect(d.reported.stakes).to.deep.equal([WORDS]);
    const [a = 0n, b = 0n, c = 0n] = WORDS;
    const forged = [[], [a], [a, b], [a, b, c, 0n], [0n, a, b, c], [b, a, c], [c, b, a], [a, a, a], [a, b, 0n]];
    for (let turn = 0; turn < 40; ++turn) {
      const index = random.index(3);
      forged.push(WORDS.map((own, at) => (at === index ? own ^ (1n << BigInt(random.index(256))) : own)));
    }
    const own = hashWords(WORDS);
    for (const words of forged) {
      const settle = (stakes: bigint[], scores: bigint[]) =>
        staking.settle.staticCall(tournament, 1, 0, stakes, scores);
      await expectError("StakesMismatch", [own, hashWords(words)], settle(words, WORDS));
      await expectError("ScoresMismatch", [own, hashWords(words)], settle(WORDS, words));
      // Stakes come first: a forger can't tell from the error what the scores would have done.
      await expectError("StakesMismatch", [own, hashWords(words)], settle(words, words));
    }
    await staking.settle.staticCall(tournament, 1, 0, WORDS, WORDS);
  });
});

describe("calldata that no compiler writes", () => {
  const stage = useFixture(withReport);
  const junk = word(2n ** 256n - 1n);

  it("settles the same or not at all: arrays swapped, apart, one for both, with bytes behind", async () => {
    const d = stage();
    const { tournament } = d;
    const call = [tournament, 1, 0];
    const plain = d.staking.interface.encodeFunctionData("settle", [tournament, 1, 0, WORDS, WORDS]);
    const expected = await send(d, plain);
    expect(expected).to.not.equal("refused");
    const one = array(WORDS);
    const size = dataLength(one);
    // A word too far is read as a stake of 2^60 nano-NMR, and the number of stakes as its score.
    const stakes = word(2n ** 60n);
    for (const [name, data] of [
      ["bytes behind", concat([plain, junk, "0xff"])],
      ["scores before stakes", settling([...call, 160 + size, 160], one, one)],
      ["scores before stakes, and a stake behind", settling([...call, 160 + size, 160], one, one, stakes)],
      ["junk between", settling([...call, 192, 224 + size], junk, one, junk, one)],
      ["one array for both", settling([...call, 160, 160], one)],
      ["unaligned", settling([...call, 161, 161], "0x00", one)],
    ] as const) {
      expect(await send(d, data), name).to.deep.equal(expected);
    }
  });

  it("is refused where it lies of lengths and offsets, or has dirt above small numbers", async () => {
    const d = stage();
    const { tournament } = d;
    const one = array(WORDS);
    const cut = (data: string, bytes: number) => dataSlice(data, 0, dataLength(data) - bytes);
    const plain = settling([tournament, 1, 0, 160, 160], one);
    expect(await send(d, plain)).to.not.equal("refused");
    for (const [name, data] of [
      ["dirt above the tournament", settling([tournament + 2n ** 32n, 1, 0, 160, 160], one)],
      ["dirt above the round", settling([tournament, 1n + 2n ** 64n, 0, 160, 160], one)],
      ["dirt above the batch", settling([tournament, 1, 2n ** 32n, 160, 160], one)],
      ["an offset beyond the end", settling([tournament, 1, 0, 160, 2n ** 20n], one)],
      ["an offset that wraps", settling([tournament, 1, 0, 160, 2n ** 256n - 32n], one)],
      ["an offset into the head", settling([tournament, 1, 0, 160, 0], one)],
      ["a length beyond the end", settling([tournament, 1, 0, 160, 160], word(4), ...WORDS.map(word))],
      ["a length that wraps", settling([tournament, 1, 0, 160, 160], word(2n ** 251n + 3n), ...WORDS.map(word))],
      ["a length of less", settling([tournament, 1, 0, 160, 160], word(2), ...WORDS.map(word))],
      ["a byte missing", cut(plain, 1)],
      ["a word missing", cut(plain, 32)],
      ["no arrays", settling([tournament, 1, 0], "0x")],
      ["nothing", SELECTOR],
    ] as const) {
      expect(await send(d, data), name).to.equal("refused");
    }
  });

  it("makes a report's words out of its own head only where a quorum signed just those", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const { times } = await lockRound(d, tournament, 2n, { terms: { stakeThreshold: 0n } });
    // The bitmap 0b011 is read as an array's length: three words follow it, of which the first is an offset.
    const head = 6 * 32;
    const words = [BigInt(head), 2n, 64n];
    const signatures = await signReport(d, tournament, 2n, 0n, words);
    const encoded = d.ethers.AbiCoder.defaultAbiCoder().encode(["bytes[]"], [signatures]);
    const data = concat([
      staking.interface.getFunction("report").selector,
      ...[tournament, 2n, 0n, 4n * 32n, 3n].map(word),
      word(head),
      dataSlice(encoded, 32),
    ]);
    await d.networkHelpers.time.increaseTo(times.resolvesAt);
    await d.relayer.sendTransaction({ to: staking, data });
    const [event] = await staking.queryFilter(staking.filters.ScoresReported(tournament, 2, 0));
    expect(event?.args.scores).to.deep.equal(words);
    expect((await staking.batchOf(tournament, 2, 0)).scoresHash).to.equal(hashWords(words));
    expect(unpackScores([...(event?.args.scores ?? [])])[0]).to.deep.equal([0n, 192n]);
  });
});

describe("multicall", () => {
  const stage = useFixture(withReport);
  const encode = ({ staking }: Deployment, calls: string[]) =>
    staking.interface.encodeFunctionData("multicall", [calls]);

  it("takes no ether, and nothing else does: there is no payable function", async () => {
    const d = stage();
    declared.forEachFunction(({ name, payable }) => expect(payable, name).to.equal(false));
    const request = d.staking.interface.encodeFunctionData("requestWithdrawal", [d.tournament, 0, NANO]);
    for (const data of ["0x", request, encode(d, [request]), encode(d, [])]) {
      const send = (value: bigint) => d.mallory.call({ to: d.staking, data, value });
      await expect(send(1n), data).to.be.revert(d.ethers);
      if (data !== "0x") await send(0n);
    }
  });

  it("in a multicall in a multicall is its caller's still, and stands or falls whole", async () => {
    const d = stage();
    const { staking, tournament, mallory } = d;
    const request = (position: number) =>
      staking.interface.encodeFunctionData("requestWithdrawal", [tournament, position, NANO]);
    const nested = encode(d, [request(0), encode(d, [request(1), encode(d, [request(2)])])]);
    const [stolen, own] = [staking.connect(d.alice), staking.connect(mallory)];
    await expectError("NotStaker", [tournament, 0, d.alice.address], stolen.multicall([nested]));
    const failing = encode(d, [nested, request(99)]);
    await expectError("PositionUnknown", [tournament, 99], own.multicall([failing]));
    expect((await staking.stakeOf(tournament, 2)).pending).to.equal(0);
    await own.multicall([nested]);
    for (const position of [0, 1, 2]) expect((await staking.stakeOf(tournament, position)).pending).to.equal(NANO);
  });

  it("pays nothing twice: not a withdrawal, not a settlement, not what was withdrawn before", async () => {
    const d = stage();
    const { staking, tournament, mallory } = d;
    const settle = staking.interface.encodeFunctionData("settle", [tournament, 1, 0, WORDS, WORDS]);
    const again = [RoundState.Locked, RoundState.Settled];
    await expectError("RoundStateUnexpected", again, staking.multicall([settle, settle]));
    await staking.multicall([settle]);
    const withdraw = staking.interface.encodeFunctionData("withdraw", [tournament, 0, mallory.address]);
    const request = staking.interface.encodeFunctionData("requestWithdrawal", [tournament, 0, NANO]);
    const cancel = staking.interface.encodeFunctionData("cancelWithdrawal", [tournament, 0]);
    for (const last of [withdraw, cancel]) {
      const sent = staking.connect(mallory).multicall([request, withdraw, last]);
      await expectError("NothingPending", [tournament, 0], sent);
    }
    await expectBooks(d);
  });
});
