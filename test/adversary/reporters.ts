import { expect } from "chai";
import { concat, type HDNodeWallet, Signature, toBeHex, zeroPadBytes, zeroPadValue } from "ethers";
import { packScores, type Scores } from "../../oracle/src/core/words.ts";
import { expectError } from "../support/errors.ts";
import { useFixture, withStakers } from "../support/fixture.ts";
import { Random } from "../support/random.ts";
import { lockRound, openRound } from "../support/rounds.ts";
import { type Deployment, HOUR, NMR, schedule, signReport } from "../support/staking.ts";

const LANES: readonly Scores[] = [[1n, -2n]];
const SCORES = packScores(LANES);
const MAGIC = "0x1626ba7e";

type Stage = Deployment & { tournament: bigint };

/** Locks the next round with these reporters, and waits until it may be reported. */
async function lockWith(d: Stage, reporters: readonly string[], quorum: number): Promise<bigint> {
  await d.staking.setReporters(d.tournament, [...reporters], quorum);
  const round = (await d.staking.tournamentOf(d.tournament)).latestRound + 1n;
  const { times } = await lockRound(d, d.tournament, round);
  await d.networkHelpers.time.increaseTo(times.resolvesAt);
  return round;
}

describe("reporters changed while rounds are under way", () => {
  const stage = useFixture(withStakers);

  it("report the rounds opened under them, all of those and none else", async () => {
    const d = stage();
    const { staking, tournament } = d;
    const sets = [0, 1, 2].map(() => [0, 1, 2].map(() => d.ethers.Wallet.createRandom()));
    const times = await schedule(d, { closesAt: BigInt(await d.networkHelpers.time.latest()) + 2n * HOUR });
    for (const [index, set] of sets.entries()) {
      const addresses = set.map(({ address }) => address);
      await staking.setReporters(tournament, addresses, 2);
      await openRound(d, tournament, BigInt(index + 1), { times });
    }
    await d.networkHelpers.time.increaseTo(times.closesAt);
    // The last change comes between a round's opening and its lock, where nobody reports yet.
    await staking.setReporters(tournament, [d.mallory], 1);
    for (const round of [1, 2, 3]) await staking.lock(tournament, round, 0);
    await d.networkHelpers.time.increaseTo(times.resolvesAt);
    for (const [own, addresses] of sets.entries()) {
      for (const [index, set] of sets.entries()) {
        const round = BigInt(index + 1);
        const signatures = await signReport(d, tournament, round, 0n, SCORES, sets[own]?.slice(0, 2));
        const report = staking.report.staticCall(tournament, round, 0, SCORES, 0b011, signatures);
        if (set === addresses) await report;
        else await expectError("SignatureInvalid", [0, set[0]?.address], report);
      }
    }
  });
});

describe("a reporter that is a contract", () => {
  const stage = useFixture(async (d) => {
    const { tournament } = await withStakers(d);
    const odd = await d.ethers.deployContract("OddWallet");
    const address = await odd.getAddress();
    const [one, two] = d.reporters as [HDNodeWallet, HDNodeWallet];
    const round = await lockWith({ ...d, tournament }, [address, one.address, two.address], 2);
    const signatures = (await signReport(d, tournament, round, 0n, SCORES, [one, two])) as [string, string];
    return { tournament, round, odd, address, signatures };
  });

  it("signs with one answer alone: the magic value in a whole word", async () => {
    const d = stage();
    const { staking, tournament, round, odd, address } = d;
    const [one] = d.signatures;
    const report = (signature = "0x") =>
      staking.report.staticCall(tournament, round, 0, SCORES, 0b011, [signature, one], { gasLimit: 3_000_000n });
    const magic = zeroPadBytes(MAGIC, 32);
    for (const good of [magic, concat([magic, "0xdeadbeef"])]) {
      await odd.behave(0, good);
      await report();
      await report(one);
    }
    const junk = [
      "0x",
      MAGIC,
      zeroPadBytes(MAGIC, 31),
      zeroPadValue(MAGIC, 32),
      concat([zeroPadBytes(MAGIC, 31), "0x01"]),
      toBeHex(1, 32),
      toBeHex(2n ** 256n - 1n, 32),
      concat([toBeHex(0, 32), magic]),
    ];
    for (const [manner, answers] of [
      [0, junk],
      [1, [magic, "0x"]],
      [2, [magic]],
    ] as const) {
      for (const answer of answers) {
        await odd.behave(manner, answer);
        await expectError("SignatureInvalid", [0, address], report());
      }
    }
  });

  it("that eats all gas, reverts or is gone stops nobody: the others' quorum stands without it", async () => {
    const d = stage();
    const { staking, tournament, round, odd, address, signatures } = d;
    const [one, two] = signatures;
    const withIt = () =>
      staking.report.staticCall(tournament, round, 0, SCORES, 0b011, ["0x", one], { gasLimit: 3_000_000n });
    const withoutIt = () => staking.report.staticCall(tournament, round, 0, SCORES, 0b110, [one, two]);
    for (const manner of [1, 2]) {
      await odd.behave(manner, "0x");
      await expectError("SignatureInvalid", [0, address], withIt());
      await withoutIt();
    }
    await odd.behave(0, zeroPadBytes(MAGIC, 32));
    await withIt();
    await d.networkHelpers.setCode(address, "0x");
    await expectError("SignatureInvalid", [0, address], withIt());
    await withoutIt();
  });

  it("and the key that owns it are two reporters: nothing on chain can tell", async () => {
    const d = stage();
    const [key] = d.reporters as [HDNodeWallet];
    const wallet = await (await d.ethers.deployContract("ContractWallet", [key.address])).getAddress();
    const round = await lockWith(d, [wallet, key.address], 2);
    const [signature] = (await signReport(d, d.tournament, round, 0n, SCORES, [key])) as [string];
    await d.staking.report(d.tournament, round, 0, SCORES, 0b11, [signature, signature]);
  });

  it("as a registrar grants with that answer alone as well, and keeps nobody in", async () => {
    const d = stage();
    const { staking, tournament, odd, address, alice } = d;
    await staking.setRegistrar(tournament, odd);
    const open = () =>
      staking
        .connect(alice)
        .openPosition.staticCall(tournament, d.ethers.id("m"), NMR, 2n ** 64n, "0x", { gasLimit: 3_000_000n });
    for (const [manner, answer] of [
      [0, MAGIC],
      [1, zeroPadBytes(MAGIC, 32)],
      [2, "0x"],
    ] as const) {
      await odd.behave(manner, answer);
      await expectError("GrantInvalid", [address], open());
      await staking.connect(alice).increaseStake(tournament, 0, NMR);
      await staking.connect(alice).requestWithdrawal(tournament, 0, NMR);
    }
    await odd.behave(0, zeroPadBytes(MAGIC, 32));
    await open();
  });
});

describe("a report's signatures and bits", () => {
  const random = new Random();
  const stage = useFixture(withStakers);

  it("pass in one form: r, s and v of 27 or 28, and no other v", async () => {
    const d = stage();
    const [one] = d.reporters as [HDNodeWallet];
    const round = await lockWith(d, [one.address], 1);
    const [good] = (await signReport(d, d.tournament, round, 0n, SCORES, [one])) as [string];
    const { r, s, v } = Signature.from(good);
    for (const other of [0, 1, 2, 26, 27, 28, 29, 35, 36, 37, 38, 255]) {
      const report = d.staking.report.staticCall(d.tournament, round, 0, SCORES, 1, [
        concat([r, s, toBeHex(other, 1)]),
      ]);
      if (other === v) await report;
      else await expectError("SignatureInvalid", [0, one.address], report);
    }
  });

  it(`Q-1: make a report stand if every bit has its signature in order, and enough have (${random.label})`, async () => {
    const d = stage();
    let stood = 0;
    for (let set = 0; set < 8; ++set) {
      const count = random.pick([1, 2, 3, 7, 64]);
      const quorum = 1 + random.index(Math.min(count, 4));
      const wallets = Array.from({ length: count }, () => new d.ethers.Wallet(toBeHex(1n + random.bits(), 32)));
      const addresses = wallets.map(({ address }) => address);
      const round = await lockWith(d, addresses, quorum);
      const signed = await signReport(d, d.tournament, round, 0n, SCORES, wallets);
      for (let turn = 0; turn < 24; ++turn) {
        const { signers, signatures } = forge(random, signed, quorum, turn);
        const named = [...bitsOf(signers)];
        const stands =
          named.length >= quorum &&
          named.length === signatures.length &&
          named.every((index, at) => index < count && signatures[at] === signed[index]);
        const answer = await d.staking.report.staticCall(d.tournament, round, 0, SCORES, signers, signatures).then(
          () => true,
          () => false,
        );
        expect(answer, `${random.label}: ${count} reporters, bits ${signers.toString(2)}`).to.equal(stands);
        if (stands) ++stood;
      }
    }
    expect(stood, "the honest ones at least").to.be.at.least(8 * 3);
  });
});

/** The positions of the bits that are set, lowest first. */
function* bitsOf(word: bigint): Generator<number> {
  for (let index = 0; word >> BigInt(index) !== 0n; ++index) if ((word >> BigInt(index)) & 1n) yield index;
}

/** A bitmap and signatures, honest at first, then twisted: in seven ways by turns, and in none every eighth turn. */
function forge(random: Random, signed: readonly string[], quorum: number, turn: number) {
  let signers = 0n;
  while ([...bitsOf(signers)].length < quorum) signers |= 1n << BigInt(random.index(signed.length));
  const signatures = [...bitsOf(signers)].map((index) => signed[index] ?? "0x");
  const [bit, at] = [BigInt(random.index(256)), random.index(signatures.length)];
  const twists = [
    () => undefined,
    () => (signers ^= 1n << bit),
    () => (signers ^= 1n << (bit % BigInt(signed.length))),
    () => (signers <<= 1n),
    () => signatures.push(signed[0] ?? "0x"),
    () => signatures.pop(),
    () => signatures.reverse(),
    () => (signatures[at] = random.pick([signed[random.index(signed.length)] ?? "0x", "0x"])),
  ];
  twists[turn % twists.length]?.();
  return { signers: signers & (2n ** 256n - 1n), signatures };
}
