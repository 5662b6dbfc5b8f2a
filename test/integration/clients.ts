import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { previewPayout } from "../../oracle/src/core/payout.ts";
import { packScores, type Scores } from "../../oracle/src/core/words.ts";
import { type Chain, startChain } from "../../scripts/stack/chain.ts";
import { CLIENTS } from "../../scripts/stack/clients.ts";
import { mined } from "../../scripts/support/mined.ts";
import { historyOf, STARTS_AT, useSameChains } from "../support/chains.ts";
import { expectError } from "../support/errors.ts";
import { withStakers } from "../support/fixture.ts";
import { at, lockRound, openRound, settleBatch, voidAfter } from "../support/rounds.ts";
import { CLASSIC_TERMS, DAY, type Deployment, deployStaking, NANO, NMR, reportScores } from "../support/staking.ts";

const SCORES: readonly [Scores, Scores, Scores] = [
  [-2n * NANO, -NANO],
  [12_345_678n, 3_456_789n],
  [-7n, 1n],
];
/** What positions 0, 1 and 2 have active when round 1 locks, NMR. */
const STAKES = [600n, 2_500n, 3_000n] as const;

type Stage = Deployment & { readonly tournament: bigint };

/** Every round's close is told, not taken from the clock, whose seconds differ from client to client. */
function closing(day: bigint) {
  return { times: { closesAt: BigInt(STARTS_AT) + day * DAY } };
}

/** Staking, leaving, a round that is vetoed once and settled, two that are void, and everybody out. */
async function playStory({ connection }: Chain) {
  const d = await deployStaking("Numeraire", connection);
  const stage = { ...d, ...(await withStakers(d)) };
  const { staking, tournament, alice, bob, carol } = stage;
  await mined(staking.connect(alice).requestWithdrawal(tournament, 0, 400n * NMR));
  await mined(staking.connect(bob).increaseStake(tournament, 1, 500n * NMR));
  await mined(staking.connect(carol).requestWithdrawal(tournament, 2, 1_000n * NMR));
  await mined(staking.connect(carol).cancelWithdrawal(tournament, 2));
  await playVetoedRound(stage);

  const { times } = await lockRound(stage, tournament, 2n, closing(20n));
  await voidAfter(stage, tournament, 2n, times.settledBy);
  const { lockedBy } = await openRound(stage, tournament, 3n, closing(40n));
  await voidAfter(stage, tournament, 3n, lockedBy);
  const before = await statesOf(stage);
  await leave(stage);
  return { before, after: await statesOf(stage) };
}

async function playVetoedRound(stage: Stage): Promise<void> {
  const { staking, tournament, alice, guardian } = stage;
  const locked = await lockRound(stage, tournament, 1n, closing(2n));
  // What is left of Alice's stake waits for the round, and pays for it.
  await mined(staking.connect(alice).requestWithdrawal(tournament, 0, 600n * NMR));
  await at(stage, locked.times.resolvesAt);
  await mined(reportScores(stage, tournament, 1n, 0n, [...SCORES].reverse()));
  await mined(staking.connect(guardian).veto(tournament, 1n, 0));
  await at(stage, locked.times.resolvesAt + DAY);
  await mined(reportScores(stage, tournament, 1n, 0n, SCORES));
  await expectError("WithdrawalHeld", [tournament, 0], staking.connect(alice).withdraw(tournament, 0, alice));
  await at(stage, locked.times.resolvesAt + 2n * DAY);
  await mined(settleBatch(stage, tournament, 1n, { ...locked, scores: [packScores(SCORES)] }));
}

async function leave({ staking, tournament, alice, bob, carol, organizer }: Stage): Promise<void> {
  for (const [position, staker] of [alice, bob, carol].entries()) {
    const { active } = await staking.stakeOf(tournament, position);
    const own = staking.connect(staker);
    if (active > 0n) await mined(own.requestWithdrawal(tournament, position, active));
    await mined(own.withdraw(tournament, position, staker));
  }
  const { total } = await staking.reserveOf(tournament);
  await mined(staking.withdrawReserve(tournament, total, organizer));
}

async function statesOf({ staking, token, tournament }: Stage) {
  return {
    held: await token.balanceOf(staking),
    stakes: await Promise.all(STAKES.map(async (_, position) => [...(await staking.stakeOf(tournament, position))])),
    reserve: [...(await staking.reserveOf(tournament))],
    rounds: await Promise.all([1, 2, 3].map(async (round) => String(await staking.roundOf(tournament, round)))),
    batch: String(await staking.batchOf(tournament, 2, 0)),
    tournament: String(await staking.tournamentOf(tournament)),
  };
}

describe("one story on hardhat and anvil", function () {
  this.timeout(120_000);
  const chain = useSameChains();
  const ends: Awaited<ReturnType<typeof playStory>>[] = [];

  for (const client of CLIENTS) {
    it(`pays what the formula says and lets everybody out on ${client}`, async () => {
      const end = await playStory(chain(client));
      const total = STAKES.reduce<bigint>((sum, stake) => sum + stake, 0n) * NANO;
      const [alice, bob, carol] = STAKES.map((stake, position) => {
        const payout = previewPayout(CLASSIC_TERMS, total, stake * NANO, SCORES[position] ?? [0n, 0n]);
        return (stake * NANO + payout) * NANO;
      });
      expect(end.before.stakes).to.deep.equal([
        [0n, (alice ?? 0n) + 400n * NMR],
        [bob, 0n],
        [carol, 0n],
      ]);
      expect(end.after).to.deep.include({ held: 0n, reserve: [0n, 0n] });
      ends.push(end);
    });
  }

  it("is told on loopback alone", async () => {
    // One line a socket: number, local address, remote address, state; 0A is LISTEN, 0100007F is 127.0.0.1.
    const sockets = await Promise.all(["tcp", "tcp6"].map((kind) => readFile(`/proc/net/${kind}`, "utf8")));
    for (const client of CLIENTS) {
      const port = Number(new URL(chain(client).url).port)
        .toString(16)
        .toUpperCase()
        .padStart(4, "0");
      const listening = sockets.join("").match(new RegExp(`\\w+:${port} \\w+:0000 0A`, "g"));
      expect(listening, client).to.deep.equal([`0100007F:${port} 00000000:0000 0A`]);
    }
  });

  it("leaves the same state on both, from the same gas and the same bytes in every transaction", async () => {
    expect(ends).to.have.length(CLIENTS.length);
    for (const end of ends) expect(end).to.deep.equal(ends[0]);
    const [first, ...others] = await Promise.all(CLIENTS.map((client) => historyOf(chain(client))));
    expect(first).to.have.length.above(30);
    for (const history of others) expect(history).to.deep.equal(first);
  });
});

describe("anvil", () => {
  const HOME = process.env["HOME"];
  let home: string;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), "anvil-test-"));
    process.env["HOME"] = home;
  });
  after(async () => {
    process.env["HOME"] = HOME;
    await rm(home, { recursive: true });
  });

  it("leaves nothing on the disk, however many blocks", async () => {
    const chain = await startChain({ client: "anvil", startsAt: STARTS_AT, accounts: [] });
    // Of its own accord it keeps 500 states in memory, and writes what is older.
    await chain.connection.networkHelpers.mine(1_000);
    await chain.stop();
    expect(await readdir(home)).to.deep.equal([]);
  });
});
