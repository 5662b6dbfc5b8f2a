import { mined } from "../../scripts/support/mined.ts";
import type { Say } from "../../scripts/support/terminal.ts";
import { gasOf } from "./gas.ts";
import { lockRounds } from "./many-rounds.ts";
import { NEVER, permit } from "./permit.ts";
import { at, lockRound, reportRound } from "./rounds.ts";
import * as support from "./staking.ts";

const { NMR, NANO, DAY } = support;

/** How many rounds are in flight while somebody moves stake. */
export const IN_FLIGHT = [0, 1, 30, 64, 200] as const;
/** What stakers do to a position that they have. */
export const MOVES = ["increase", "request", "cancel", "withdraw"] as const;

type Gas = Record<string, bigint>;
type Sending = Parameters<typeof gasOf>[0];
type Stage = support.Deployment & { readonly tournament: bigint };

/** A move's name among the measures. */
export function moveName(move: (typeof MOVES)[number], inFlight: number): string {
  return `${move}, rounds in flight: ${inFlight}`;
}

/** Gas of what people do, by name, each in a transaction of its own and from the same state. */
export async function measureUsers(connection: support.Connection, say: Say = () => undefined): Promise<Gas> {
  const d = await support.deployStaking("Numeraire", connection);
  const tournament = await support.createTournament(d, { limits: { maxRoundsInFlight: 1_000n } });
  // Two of the four lanes of the first word.
  await support.openPositions(d, d.alice, tournament, [100n * NANO, 100n * NANO]);
  await mined(d.staking.connect(d.alice).requestWithdrawal(tournament, 0, 40n * NMR));
  const stage = { ...d, tournament };
  const gas: Gas = {};
  for (const part of [measureOrganizer, measureOpening, measureMoves]) Object.assign(gas, await part(stage, say));
  return gas;
}

/** Measures one by one, and takes each back. */
function measurer({ networkHelpers }: Stage) {
  const gas: Gas = {};
  const measure = async (name: string, send: () => Sending): Promise<void> => {
    const snapshot = await networkHelpers.takeSnapshot();
    gas[name] = await gasOf(send());
    await snapshot.restore();
  };
  return { gas, measure };
}

async function measureOrganizer(stage: Stage): Promise<Gas> {
  const { staking, tournament, guardian, reporters, relayer, networkHelpers } = stage;
  const { gas, measure } = measurer(stage);
  const snapshot = await networkHelpers.takeSnapshot();
  const named = reporters.map(({ address }) => address);
  await measure("createTournament, 3 reporters", () =>
    staking.createTournament("Crypto", support.OPEN_LIMITS, guardian, relayer, NMR, named, 2),
  );
  await measure("fundReserve", () => staking.fundReserve(tournament, 1_000n * NMR));
  await measure("withdrawReserve", () => staking.withdrawReserve(tournament, 1_000n * NMR, guardian));
  const times = await support.schedule(stage, { closesAt: await midnight(stage, 2n) });
  await measure("openRound", () => staking.openRound(tournament, 1n, support.CLASSIC_TERMS, times));

  const locked = await lockRound(stage, tournament, 1n, { times: { closesAt: times.closesAt } });
  await reportRound(stage, tournament, 1n, locked, []);
  await measure("veto", () => staking.connect(guardian).veto(tournament, 1n, 0));
  await at(stage, times.settledBy);
  await measure("voidRound", () => staking.connect(relayer).voidRound(tournament, 1n));
  await snapshot.restore();
  return gas;
}

async function measureOpening(stage: Stage): Promise<Gas> {
  const { staking, token, tournament, alice, mallory, networkHelpers } = stage;
  const { gas, measure } = measurer(stage);
  const snapshot = await networkHelpers.takeSnapshot();
  await mined(token.transfer(mallory, 10n * NMR));
  const model = stage.ethers.id("the staker's first model");
  const newWord = (): Promise<void> => support.openPositions(stage, alice, tournament, [NANO, NANO]);
  const withPermit = async (name: string): Promise<void> => {
    const { v, r, s } = await permit(stage, mallory, NMR);
    const calls = [
      staking.interface.encodeFunctionData("selfPermit", [NMR, NEVER, v, r, s]),
      staking.interface.encodeFunctionData("openPosition", [tournament, model, NMR, 0n, "0x"]),
    ];
    await measure(`open, ${name}`, () => staking.connect(mallory).multicall(calls));
  };
  await measure("open, allowance there, word in use", () =>
    staking.connect(alice).openPosition(tournament, model, NMR, 0n, "0x"),
  );
  await withPermit("first permit, word in use");
  const unused = await networkHelpers.takeSnapshot();
  await newWord();
  await withPermit("first permit, new word");
  await unused.restore();
  const { v, r, s } = await permit(stage, mallory, 0n);
  await mined(token.permit(mallory, staking, 0n, NEVER, v, r, s));
  await withPermit("permit, word in use");
  await newWord();
  await withPermit("permit, new word");
  await snapshot.restore();
  return gas;
}

async function measureMoves(stage: Stage, say: Say): Promise<Gas> {
  const { staking, tournament, alice, networkHelpers } = stage;
  const { gas, measure } = measurer(stage);
  for (const inFlight of IN_FLIGHT) {
    say(`stakers, ${inFlight} rounds in flight`);
    const snapshot = await networkHelpers.takeSnapshot();
    await lockRounds(stage, tournament, 1n, BigInt(inFlight));
    const mine = staking.connect(alice);
    // Position 1 has nothing pending yet; what position 0 has pending was asked for before the rounds locked, and is free.
    const moves = {
      increase: () => mine.increaseStake(tournament, 1, NMR),
      request: () => mine.requestWithdrawal(tournament, 1, 50n * NMR),
      cancel: () => mine.cancelWithdrawal(tournament, 0),
      withdraw: () => mine.withdraw(tournament, 0, alice),
    };
    for (const move of MOVES) await measure(moveName(move, inFlight), moves[move]);
    await snapshot.restore();
  }
  return gas;
}

/** Midnight, UTC, so many days on: what is measured doesn't hang on the second. */
async function midnight({ networkHelpers }: Stage, days: bigint): Promise<bigint> {
  return (BigInt(await networkHelpers.time.latest()) / DAY + days) * DAY;
}
