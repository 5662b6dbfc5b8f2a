import { expect } from "chai";
import { id, keccak256 } from "ethers";
import { everything, expectBooks } from "../support/books.ts";
import { declared, expectError } from "../support/errors.ts";
import { useFixture } from "../support/fixture.ts";
import { INTRUDED, withIntruder } from "../support/intruder.ts";
import { at } from "../support/rounds.ts";
import { type Deployment, NMR } from "../support/staking.ts";

type Stage = Deployment & Awaited<ReturnType<typeof withIntruder>>;

const MOST_GAS = { gasLimit: 16_777_216n };
const REENTERED = id("ReentrancyGuardReentrantCall()").slice(0, 10);
/** Those that move tokens; in the middle of them the token's hook is called. */
const GUARDED = ["fundReserve", "withdrawReserve", "openPosition", "increaseStake", "withdraw", "settle"];

const changing: string[] = [];
declared.forEachFunction(({ name, stateMutability }) => {
  if (stateMutability === "nonpayable") changing.push(name);
});

/** Whether a call went through, and the bytes it was answered with. */
type Outcome = { succeeded: boolean; state: unknown };

async function stateOf({ staking, token, intruder, organizer }: Stage) {
  const { answers } = await everything(staking);
  const owners = [staking, intruder, organizer];
  return [answers, await token.totalSupply(), await Promise.all(owners.map((owner) => token.balanceOf(owner)))];
}

/** The calls one after the other at the moment, and what everything is then; the chain is taken back. */
async function play(d: Stage, ...calls: string[]): Promise<Outcome> {
  const snapshot = await d.networkHelpers.takeSnapshot();
  await at(d, d.moment);
  const succeeded = await d.act(...calls).then(
    () => true,
    () => false,
  );
  const state = await stateOf(d);
  await snapshot.restore();
  return { succeeded, state };
}

/** One call at the moment, with another made by the token's hook in the middle of it. */
async function intrude(d: Stage, outer: string, inner: string, late: boolean) {
  const snapshot = await d.networkHelpers.takeSnapshot();
  await d.token.setHook(d.intruder, late);
  await d.intruder.armHook(inner);
  await at(d, d.moment);
  await d.act(outer);
  const [succeeded, outcome] = [await d.intruder.succeeded(), await d.intruder.outcome()];
  const state = await stateOf(d);
  await expectBooks(d);
  await snapshot.restore();
  return { succeeded, outcome, state };
}

describe("an intruder that may do everything at one moment", () => {
  const stage = useFixture(withIntruder);

  it("has a call of each function that changes anything, and each goes through alone", async () => {
    const d = stage();
    expect(Object.keys(d.calls)).to.have.members(changing);
    const before = await stateOf(d);
    for (const [name, call] of Object.entries(d.calls)) {
      const { succeeded, state } = await play(d, call);
      expect(succeeded, name).to.equal(true);
      if (name === "selfPermit") expect(state, name).to.deep.equal(before);
      else expect(state, name).to.not.deep.equal(before);
    }
  });

  for (const outer of GUARDED) {
    it(`re-enters ${outer} from the token, early and late: no guarded call passes, any other is as if made right after`, async () => {
      const d = stage();
      const call = d.calls[outer] ?? "";
      const alone = await play(d, call);
      expect(alone.succeeded).to.equal(true);
      for (const [name, inner] of Object.entries(d.calls)) {
        const after = GUARDED.includes(name) ? undefined : await play(d, call, inner);
        for (const late of [false, true]) {
          const nested = await intrude(d, call, inner, late);
          const label = `${name} in ${outer}, ${late ? "late" : "early"}`;
          if (after === undefined) expect(nested.outcome, label).to.equal(REENTERED);
          expect(nested.succeeded, label).to.equal(after?.succeeded ?? false);
          expect(nested.state, label).to.deep.equal(after?.succeeded === true ? after.state : alone.state);
        }
      }
    }).timeout(120_000);
  }

  it("gets into no guarded function by a multicall either", async () => {
    const d = stage();
    for (const name of GUARDED) {
      const inner = d.staking.interface.encodeFunctionData("multicall", [[d.calls[name] ?? ""]]);
      const { outcome, succeeded } = await intrude(d, d.calls["fundReserve"] ?? "", inner, true);
      expect([outcome, succeeded], name).to.deep.equal([REENTERED, false]);
    }
  });
});

describe("a wallet that strikes back when its signature is asked for", () => {
  const stage = useFixture(async (d) => {
    const set = await withIntruder(d);
    // A permit that is not needed changes nothing, so that a static call of it does no harm.
    const strikes = Object.entries(set.calls).flatMap(([name, call]) => (name === "selfPermit" ? [] : [call]));
    return { ...set, strikes };
  });

  const arm = async (d: Stage, strikes: string[], twist: (answers: string[]) => string[] = (answers) => answers) => {
    const { questions, answers } = await everything(d.staking);
    await d.intruder.armWallet(
      strikes,
      questions,
      twist(answers).map((answer) => keccak256(answer)),
    );
  };
  const report = async (d: Stage, time = d.moment) => {
    await at(d, time);
    return d.staking.connect(d.relayer).multicall([d.calls["report"] ?? ""], MOST_GAS);
  };
  const open = async (d: Stage) => {
    await at(d, d.moment);
    return d.staking.openPosition(INTRUDED, id("new"), NMR, 2n ** 64n, "0x", MOST_GAS);
  };

  it("changes nothing as a reporter, and sees the state from before the report", async () => {
    const d = stage();
    await arm(d, d.strikes);
    await expect(report(d)).to.emit(d.staking, "ScoresReported");
  });

  it("changes nothing as a registrar, and sees the state from before the position", async () => {
    const d = stage();
    await d.act(d.staking.interface.encodeFunctionData("setRegistrar", [INTRUDED, await d.intruder.getAddress()]));
    await arm(d, d.strikes);
    await expect(open(d)).to.emit(d.staking, "PositionOpened");
  });

  it("would tell if a strike went through or a view answered otherwise", async () => {
    const d = stage();
    const address = await d.intruder.getAddress();
    await arm(d, [d.calls["selfPermit"] ?? ""]);
    await expectError("SignatureInvalid", [0, address], report(d));
    await arm(d, [], ([, ...others]) => ["0x", ...others]);
    await expectError("SignatureInvalid", [0, address], report(d, d.moment + 60n));
  });
});
