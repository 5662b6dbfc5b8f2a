import { afterAll, beforeAll, expect, it } from "vitest";
import { readEvidence } from "../../src/chain/evidence.ts";
import { checkPayout, checkRound, type Evidence } from "../../src/core/check.ts";
import { honest, seen } from "./check-node.ts";
import { FIRST, LATER, playRounds, POSITIONS, startWorld, type World } from "./check-world.ts";

const NEXT = 11n;
const SHORT = 12n;

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await playRounds(world);
}, 120_000);
afterAll(() => world.chain.stop());

/** As it is now: a node of its own remembers nothing. */
const read = (round: bigint): Promise<Evidence> => readEvidence(seen(world).through(honest), { tournament: 1, round });
const told = async (round: bigint, position: number): Promise<string[]> =>
  checkPayout(await read(round), position).map(({ verdict, why }) => why ?? verdict);
/** Of every tick of the round. */
const ofRound = async (round: bigint): Promise<string[]> =>
  checkRound(await read(round)).ticks.map(({ verdict, why }) => why ?? verdict);

it("a round is followed from before its opening to its end in nothing, and never called wrong", async () => {
  const { chain, open, words, reportCall, settleCall, multicall, guardian, relayer } = world;
  const never = Array.from({ length: 5 }, () => "never opened");
  expect(await told(NEXT, 0)).toEqual(never);
  expect(await ofRound(NEXT)).toEqual(never);

  // The reporters of the opening count, and those are others now.
  const [one, two] = chain.reporters;
  const set = [one?.address, two?.address, world.wallet];
  await chain.send(chain.owner, "setReporters", 1, set, 2);
  const { closesAt, resolvesAt, settledBy } = await open(NEXT, 600);
  await open(SHORT, 600);
  expect(await told(NEXT, 0)).toEqual(["not locked", "not reported", "not settled", "not locked", "not settled"]);

  await chain.travelTo(closesAt);
  await chain.send(relayer, "lock", 1, NEXT, 0);
  expect(await told(NEXT, 0)).toEqual(["true", "not reported", "not settled", "not locked", "not settled"]);
  expect((await told(NEXT, 1_025))[0]).toBe("not locked");
  await chain.send(relayer, "lock", 1, NEXT, 1);
  expect(await told(NEXT, 1_025)).toEqual(["true", "not reported", "not settled", "true", "not settled"]);
  expect((await told(NEXT, POSITIONS + 1))[0]).toBe("no stake");
  expect((await told(NEXT, 5_000))[4]).toBe("no stake");

  await chain.travelTo(resolvesAt);
  const [zero, one_] = [words(1, 0), words(1, 1)];
  await multicall(await reportCall(NEXT, 0, 0, zero), await reportCall(NEXT, 1, 0, one_));
  await chain.send(guardian, "veto", 1, NEXT, 1);
  expect(await told(NEXT, 0)).toEqual(["true", "true", "not settled", "true", "not settled"]);
  expect((await told(NEXT, 1_024))[1]).toBe("vetoed");
  await multicall(await reportCall(NEXT, 1, 1, one_));
  await chain.travelTo((await chain.now()) + 600);
  await multicall(await settleCall(NEXT, 0, zero));
  expect(await told(NEXT, 0)).toEqual(["true", "true", "true", "true", "true"]);
  expect(await told(NEXT, 1_024)).toEqual(["true", "true", "not settled", "true", "not settled"]);
  expect(checkRound(await read(NEXT))).toMatchObject({ verdict: "unknown", differing: [] });

  await chain.travelTo(settledBy);
  await chain.send(relayer, "voidRound", 1, NEXT);
  expect(await told(NEXT, 0)).toEqual(["true", "true", "true", "true", "true"]);
  expect(await told(NEXT, 1_024)).toEqual(["true", "true", "void", "true", "void"]);
  await chain.send(relayer, "voidRound", 1, SHORT);
  expect(await ofRound(SHORT)).toEqual(["void", "void", "void", "void", "void"]);
}, 120_000);

it("a round whose batches the contract has forgotten is proved by what was signed", async () => {
  const evidence = await read(FIRST);
  const kept = evidence.kind === "read" ? evidence.round.batches.map((batch) => batch.kept) : [];
  expect(kept).toEqual([null, null]);
  for (const round of [FIRST, LATER]) expect(checkRound(await read(round)).verdict).toBe("true");
});
