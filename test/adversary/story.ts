import { expect } from "chai";
import { packScores, type Scores } from "../../oracle/src/core/words.ts";
import { expectBooks } from "../support/books.ts";
import { expectError } from "../support/errors.ts";
import { useFixture } from "../support/fixture.ts";
import { at, lockBatches, openRound, voidAfter } from "../support/rounds.ts";
import { type Deployment, HOUR, NANO, NMR, OPEN_LIMITS, signReport, type TokenKind } from "../support/staking.ts";

const STAKERS = ["alice", "bob", "carol"] as const;

/** Everything that anybody has, wei, by name. */
type Sheet = Record<string, bigint>;

async function read(d: Deployment): Promise<Sheet> {
  const { staking, token } = d;
  const { total, earmarked } = await staking.reserveOf(1);
  const sheet: Sheet = {
    supply: await token.totalSupply(),
    contract: await token.balanceOf(staking),
    organizer: await token.balanceOf(d.organizer),
    reserve: total,
    earmarked,
  };
  for (const [position, name] of STAKERS.entries()) {
    const { active, pending } = await staking.stakeOf(1, position);
    sheet[name] = await token.balanceOf(d[name]);
    sheet[`${name} active`] = active;
    sheet[`${name} pending`] = pending;
  }
  return sheet;
}

/** The story's book: after each act everything is as before, but for what the act says, in NMR. */
async function openBook(d: Deployment) {
  let before = await read(d);
  return async (act: string, does: () => Promise<unknown>, changes: Record<string, number> = {}) => {
    await does();
    const after = await read(d);
    const expected = { ...before };
    for (const [name, nmr] of Object.entries(changes)) expected[name] = (expected[name] ?? 0n) + BigInt(nmr) * NMR;
    expect(after, act).to.deep.equal(expected);
    await expectBooks(d, act);
    before = after;
  };
}

const GOOD = packScores([
  [NANO, NANO],
  [-NANO, -NANO],
  [0n, 0n],
]);
const BAD = packScores(Array.from({ length: 3 }, (): Scores => [-NANO, -NANO]));

async function report(d: Deployment, scores: bigint[]) {
  const signatures = await signReport(d, 1n, 1n, 0n, scores);
  await d.staking.connect(d.relayer).report(1, 1, 0, scores, 0b011, signatures);
}

type Book = Awaited<ReturnType<typeof openBook>>;

/** A tournament with a reserve, and everybody in it. */
async function begin(d: Deployment, then: Book) {
  const { staking, bob } = d;
  const reporters = d.reporters.map(({ address }) => address);
  await then("create", () =>
    staking.createTournament("Story", OPEN_LIMITS, d.guardian, d.ethers.ZeroAddress, NMR, reporters, 2),
  );
  const fund = { organizer: -1_000, contract: 1_000, reserve: 1_000 };
  await then("fund", () => staking.fundReserve(1, 1_000n * NMR), fund);
  for (const [index, name] of STAKERS.entries()) {
    const stake = 1_000 * (index + 1);
    const open = () => staking.connect(d[name]).openPosition(1, d.ethers.id("a model"), BigInt(stake) * NMR, 0, "0x");
    await then(`${name} stakes`, open, { [name]: -stake, contract: stake, [`${name} active`]: stake });
  }
  const raise = { bob: -500, contract: 500, "bob active": 500 };
  await then("raise", () => staking.connect(bob).increaseStake(1, 1, 500n * NMR), raise);
}

/** A round that is vetoed once, and settles while Alice is leaving. */
async function playOne(d: Deployment, then: Book) {
  const { staking, alice } = d;
  const times = await openRound(d, 1n, 1n);
  let stakes: bigint[][] = [];
  const lock = async () => (stakes = await lockBatches(d, 1n, 1n));
  await then("lock", lock, { earmarked: 325 });
  await at(d, times.resolvesAt);
  await then("report what is wrong", () => report(d, BAD));
  await then("veto", () => staking.connect(d.guardian).veto(1, 1, 0));
  await then("report again", () => report(d, GOOD));
  const request = { "alice active": -400, "alice pending": 400 };
  await then("request", () => staking.connect(alice).requestWithdrawal(1, 0, 400n * NMR), request);
  const early = () => staking.connect(alice).withdraw(1, 0, alice);
  await then("withdraw too early", () => expectError("WithdrawalHeld", [1, 0], early()));
  await d.networkHelpers.time.increase(HOUR);
  // Alice wins 5 % of 1,000, Bob burns 5 % of 2,500.
  await then("settle", () => staking.connect(d.relayer).settle(1, 1, 0, stakes[0] ?? [], GOOD), {
    "alice active": 50,
    "bob active": -125,
    reserve: -50,
    earmarked: -325,
    contract: -125,
    supply: -125,
  });
  const cancel = { "alice active": 400, "alice pending": -400 };
  await then("cancel", () => staking.connect(alice).cancelWithdrawal(1, 0), cancel);
  const all = { "alice active": -1_050, "alice pending": 1_050 };
  await then("request all", () => staking.connect(alice).requestWithdrawal(1, 0, 1_050n * NMR), all);
  const out = { "alice pending": -1_050, alice: 1_050, contract: -1_050 };
  await then("withdraw", () => staking.connect(alice).withdraw(1, 0, alice), out);
}

/** A round that nobody reports, and everybody leaves. */
async function end(d: Deployment, then: Book) {
  const { staking, bob, carol } = d;
  const { settledBy } = await openRound(d, 1n, 2n);
  const raise = { bob: -25, contract: 25, "bob active": 25 };
  await then("raise again", () => staking.connect(bob).increaseStake(1, 1, 25n * NMR), raise);
  // Bob's 2,400 and Carol's 3,000.
  await then("lock another", () => lockBatches(d, 1n, 2n), { earmarked: 270 });
  const leave = { "carol active": -3_000, "carol pending": 3_000 };
  await then("leave it", () => staking.connect(carol).requestWithdrawal(1, 2, 3_000n * NMR), leave);
  await then("void", () => voidAfter(d, 1n, 2n, settledBy), { earmarked: -270 });
  const freed = { "carol pending": -3_000, carol: 3_000, contract: -3_000 };
  await then("withdraw from the void", () => staking.connect(carol).withdraw(1, 2, carol), freed);
  const last = { "bob active": -2_400, "bob pending": 2_400 };
  await then("leave last", () => staking.connect(bob).requestWithdrawal(1, 1, 2_400n * NMR), last);
  const gone = { "bob pending": -2_400, bob: 2_400, contract: -2_400 };
  await then("withdraw the last", () => staking.connect(bob).withdraw(1, 1, bob), gone);
  const reserve = { organizer: 950, contract: -950, reserve: -950 };
  await then("reserve out", () => staking.withdrawReserve(1, 950n * NMR, d.organizer), reserve);
}

for (const kind of ["Numeraire", "MainnetNumeraire"] satisfies TokenKind[]) {
  describe(`a story on ${kind}`, () => {
    const stage = useFixture(async (d) => {
      for (const name of STAKERS) await d.token.transfer(d[name], 10_000n * NMR);
      for (const account of [d.organizer, d.alice, d.bob, d.carol]) {
        await d.token.connect(account).approve(d.staking, 10_000n * NMR);
      }
      return {};
    }, kind);

    it(`S-3: on ${kind} from the first NMR in to the last one out, every balance after every act`, async () => {
      const d = stage();
      const then = await openBook(d);
      await begin(d, then);
      await playOne(d, then);
      await end(d, then);
      expect(await d.token.balanceOf(d.staking)).to.equal(0);
    });
  });
}
