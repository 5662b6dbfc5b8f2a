import { MaxUint256, ZeroAddress } from "ethers";
import { hashWords, packScores } from "../../oracle/src/core/words.ts";
import {
  CLASSIC_TERMS,
  type Deployment,
  domainOf,
  HOUR,
  NANO,
  NMR,
  OPEN_LIMITS,
  REPORT_TYPES,
  schedule,
} from "./staking.ts";

export const INTRUDED = 1n;
const BURNED = packScores([
  [-NANO, -NANO],
  [0n, 0n],
  [NANO, NANO],
]);

/**
 * A token with hooks, and a contract that is organizer, guardian, a reporter and a staker of a tournament at once. At the
 * time `moment` every function that changes anything may be called by it with success: `calls` has such a call of each.
 */
export async function withIntruder(d: Deployment) {
  const { ethers, organizer } = d;
  const token = await ethers.deployContract("HookedToken", [organizer.address]);
  const staking = await ethers.deployContract("NumeraireStaking", [await token.getAddress()]);
  const intruder = await ethers.deployContract("Intruder", [await staking.getAddress()]);
  const account = await intruder.getAddress();
  const encode = (name: string, args: readonly unknown[]) =>
    staking.interface.encodeFunctionData(name as "withdraw", args as never);
  const act = (...calls: string[]) => intruder.act(staking, calls);

  await token.transfer(account, 1_000_000n * NMR);
  await intruder.act(token, [token.interface.encodeFunctionData("approve", [await staking.getAddress(), MaxUint256])]);
  await token.approve(staking, MaxUint256);
  const reporters = [account, ...d.reporters.slice(0, 1).map(({ address }) => address)];
  const settings = ["", Object.values(OPEN_LIMITS), account, ZeroAddress, 0n, reporters, 2];
  await act(encode("createTournament", settings));
  await staking.createTournament("", OPEN_LIMITS, organizer, ZeroAddress, 0, reporters, 2);
  for (const tournament of [INTRUDED, 2n]) {
    await staking.fundReserve(tournament, 10_000n * NMR);
    await staking.openPosition(tournament, ethers.id("a bystander"), 500n * NMR, 0, "0x");
  }
  for (const model of ["a", "b", "c"]) {
    await act(encode("openPosition", [INTRUDED, ethers.id(model), 1_000n * NMR, 0n, "0x"]));
  }
  await act(encode("requestWithdrawal", [INTRUDED, 2n, 400n * NMR]), encode("transferOrganizer", [INTRUDED, account]));

  const { moment, times, stakes, signatures } = await playUntilMoment({ ...d, staking }, (...args) =>
    act(encode("openRound", args)),
  );
  const calls: Record<string, string> = {};
  for (const [name, args] of Object.entries({
    createTournament: settings,
    setReporters: [INTRUDED, [account], 1],
    setGuardian: [INTRUDED, organizer.address],
    setRegistrar: [INTRUDED, organizer.address],
    setMinStake: [INTRUDED, NMR],
    transferOrganizer: [INTRUDED, organizer.address],
    acceptOrganizer: [INTRUDED],
    fundReserve: [INTRUDED, 3n * NMR],
    withdrawReserve: [INTRUDED, 5n * NMR, account],
    openPosition: [INTRUDED, ethers.id("d"), 7n * NMR, 0n, "0x"],
    increaseStake: [INTRUDED, 1n, 11n * NMR],
    requestWithdrawal: [INTRUDED, 1n, 13n * NMR],
    cancelWithdrawal: [INTRUDED, 2n],
    withdraw: [INTRUDED, 2n, organizer.address],
    openRound: [INTRUDED, 6n, Object.values(CLASSIC_TERMS), Object.values(times)],
    lock: [INTRUDED, 4n, 0n],
    report: [INTRUDED, 2n, 0n, BURNED, 0b11n, signatures],
    veto: [INTRUDED, 3n, 0n],
    settle: [INTRUDED, 1n, 0n, stakes, BURNED],
    voidRound: [INTRUDED, 5n],
    selfPermit: [1n, 0n, 27, ethers.ZeroHash, ethers.ZeroHash],
    multicall: [[encode("requestWithdrawal", [INTRUDED, 3n, 17n * NMR]), encode("lock", [INTRUDED, 4n, 0n])]],
  })) {
    calls[name] = encode(name, args);
  }
  return { staking, token, intruder, act, calls, moment, stakes, signatures };
}

/** Rounds 1 to 5: to be settled, reported, vetoed, locked and voided at one moment. */
async function playUntilMoment(
  d: Pick<Deployment, "ethers" | "networkHelpers" | "staking" | "reporters">,
  openRound: (...args: unknown[]) => Promise<unknown>,
) {
  const { staking } = d;
  const { time } = d.networkHelpers;
  const closesAt = BigInt(await time.latest()) + 2n * HOUR;
  const moment = closesAt + 3n * HOUR;
  const early = { closesAt, resolvesAt: closesAt + HOUR, disputeWindow: 0n };
  const plans = [early, early, { ...early, disputeWindow: 24n * HOUR }, { closesAt: moment }, early];
  for (const [index, plan] of plans.entries()) {
    const times = await schedule(d as Deployment, plan);
    await openRound(INTRUDED, BigInt(index + 1), Object.values(CLASSIC_TERMS), Object.values(times));
  }
  await time.increaseTo(closesAt);
  const stakes = [...(await staking.stakesOf(INTRUDED, 0))];
  for (const round of [1, 2, 3]) await staking.lock(INTRUDED, round, 0);
  await time.increaseTo(early.resolvesAt);
  const scoresHash = hashWords(BURNED);
  const { stakesHash } = await staking.batchOf(INTRUDED, 1, 0);
  const domain = await domainOf(d as Deployment);
  const sign = async (round: bigint) => {
    const message = { tournament: INTRUDED, round, batch: 0n, attempt: 0n, stakesHash, scoresHash };
    return ["0x", (await d.reporters[0]?.signTypedData(domain, REPORT_TYPES, message)) ?? "0x"];
  };
  for (const round of [1n, 3n]) await staking.report(INTRUDED, round, 0, BURNED, 0b11, await sign(round));
  const times = await schedule(d as Deployment, { closesAt: moment + 2n * HOUR });
  return { moment, times, stakes, signatures: await sign(2n) };
}
