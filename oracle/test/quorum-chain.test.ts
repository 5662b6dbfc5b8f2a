import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Attestation } from "../src/core/attestation.ts";
import type { Tick } from "../src/service/tick.ts";
import { buildOperators, drive, keyFile, type Operator } from "./quorum-world.ts";
import { buildWorld, score, type World } from "./reconciler-world.ts";

const [OPEN, LOCKED, SETTLED] = [1, 3, 4];
const HOUR = 3_600;

type Served = { readonly attestations: readonly Attestation[] };
type Shown = {
  readonly disagreements: readonly {
    readonly count: number | null;
    readonly message: string;
    readonly theirs: { readonly reporters: readonly string[]; readonly isReported: boolean };
    readonly differences: readonly object[];
  }[];
};

const codesOf = ({ plan }: Tick): string[] => [...plan.waiting, ...plan.notes].map(({ code }) => code);
const kindsOf = (ticks: readonly Tick[]): string[] =>
  ticks.flatMap(({ done }) => done.filter(({ outcome }) => outcome.kind === "done").map(({ action }) => action.kind));

describe("operators of a quorum on a real chain", { timeout: 120_000 }, () => {
  let world: World;
  afterEach(() => world.close());

  const build = async (quorum: number, changes: object = {}, positions = 6): Promise<Operator[]> => {
    world = await buildWorld({ positions, quorum });
    return buildOperators(world, 3, changes);
  };
  const state = (wanted: number) => async () => (await world.round()).state === wanted;
  const reported = async (): Promise<boolean> =>
    (await world.round()).reportedBatches === (await world.round()).batches;
  const toResolution = async (operators: readonly Operator[]): Promise<Tick[]> => {
    const opening = await drive(world, operators, state(OPEN));
    await world.moveTo(world.times.closesAt);
    const locking = await drive(world, operators, state(LOCKED));
    await world.moveTo(world.times.resolvesAt);
    return [...opening, ...locking];
  };
  const toSettlement = async (operators: readonly Operator[]): Promise<Tick[]> => {
    await world.moveTo(Number((await world.chain.getBlock()).timestamp) + HOUR);
    return drive(world, operators, state(SETTLED));
  };
  const signedOf = async (operators: readonly Operator[]): Promise<Attestation[]> =>
    (await Promise.all(operators.map(({ get }) => get<Served>("/v1/attestations?round=5")))).flatMap(
      ({ attestations }) => attestations,
    );

  it.each([2, 3])("bring a round to its end that needs %i of them, each step once", async (quorum) => {
    const operators = await build(quorum, {}, 1_030);
    const ticks = [
      ...(await toResolution(operators)),
      ...(await drive(world, operators, reported)),
      ...(await toSettlement(operators)),
    ];
    expect(kindsOf(ticks).toSorted()).toEqual(["lock", "lock", "open", "report", "report", "settle", "settle"]);
    expect(ticks.flatMap(({ failures }) => failures)).toEqual([]);
    expect(codesOf(ticks[0] as Tick)).not.toContain("disagreement");
  });

  it("bring it to its end with one of them dead, and say which", async () => {
    const [a, b, c] = (await build(2)) as [Operator, Operator, Operator];
    c.die();
    const ticks = [
      ...(await toResolution([a, b])),
      ...(await drive(world, [a, b], reported)),
      ...(await toSettlement([a, b])),
    ];
    expect(kindsOf(ticks).toSorted()).toEqual(["lock", "open", "report", "settle"]);
    const notes = ticks.flatMap(({ plan }) => plan.notes).filter(({ code }) => code === "peer_down");
    expect(notes[0]?.message).toContain(`1 of 2 peers can't be asked: ${new URL(c.url).host}`);
  });

  it("say that the quorum can't be reached with two of three dead, and report as soon as one is back", async () => {
    const [a, b, c] = (await build(2)) as [Operator, Operator, Operator];
    await toResolution([a, b, c]);
    b.die();
    c.die();
    expect(codesOf(await a.tick())).toContain("quorum_unreachable");
    b.restart();
    await drive(world, [a, b], reported);
  });

  it("name the field in which one of them was told something else, and sign nothing wrong", async () => {
    const operators = (await build(2)) as [Operator, Operator, Operator];
    const [a, , c] = operators;
    c.write(3, "mmc", "0.001234567");
    await toResolution(operators);
    await drive(world, operators, reported);
    await Promise.all(operators.map(({ tick }) => tick()));
    const { scoresHash } = await world.batch(0);
    const [mine] = (await a.get<{ evidence: { scoresHash: string }[] }>("/v1/rounds/5/evidence")).evidence;
    expect(scoresHash).toBe(mine?.scoresHash);
    const difference = {
      batch: 0,
      lane: 3,
      position: 3,
      field: "mmc",
      mine: "0.001234567",
      theirs: String(Number(score(3)) / 10),
      cause: "text",
    };
    const shown = await c.get<Shown>("/v1/rounds/5/disagreement");
    expect(shown.disagreements).toMatchObject([{ count: 1, differences: [difference], theirs: { isReported: true } }]);
    expect(shown.disagreements[0]?.message).toContain("mmc: mine 0.001234567, theirs ");
    const other = await a.get<Shown>("/v1/rounds/5/disagreement");
    expect(other.disagreements).toMatchObject([
      { differences: [{ ...difference, mine: difference.theirs, theirs: difference.mine }] },
    ]);
    expect(other.disagreements[0]?.theirs).toMatchObject({ reporters: [world.reporters[2]], isReported: false });
    expect(codesOf(await c.tick())).toContain("disagreement");
  });

  it("are compared even by one who comes when all is reported, while the guardian may still veto", async () => {
    const [a, b, c] = (await build(2)) as [Operator, Operator, Operator];
    c.write(3, "mmc", "0.001234567");
    c.die();
    await toResolution([a, b]);
    await drive(world, [a, b], reported);
    c.restart();
    await c.tick();
    expect(codesOf(await c.tick())).toContain("disagreement");
    const { disagreements } = await c.get<Shown>("/v1/rounds/5/disagreement");
    expect(disagreements).toMatchObject([{ count: 1, differences: [{ position: 3, field: "mmc", cause: "text" }] }]);
    expect((await signedOf([c])).map(({ reporter }) => reporter)).not.toContain(world.reporters[2]);
  });

  it("report nothing where the quorum needs the one who disagrees, until it is told the same", async () => {
    const operators = (await build(3)) as [Operator, Operator, Operator];
    const [a, , c] = operators;
    c.write(0, "v2Corr20", "0.5");
    await toResolution(operators);
    for (let turn = 0; turn < 3; turn += 1) await Promise.all(operators.map(({ tick }) => tick()));
    const stuck = await a.tick();
    expect(stuck.plan.waiting.map(({ code }) => code)).toEqual(["signatures_missing", "disagreement"]);
    expect(stuck.plan.waiting[1]?.message).toMatch(/1 difference, the first at position 0 \(lane 0\), model 0x0{8}\w+/);
    expect(await reported()).toBe(false);
    // What C signed it has signed: mending the feed doesn't make it sign again.
    c.write(0, "v2Corr20", score(0));
    expect(codesOf(await c.tick())).toContain("equivocation_guard");
    expect(
      new Set((await signedOf(operators)).map(({ reporter, scoresHash }) => `${reporter} ${scoresHash}`)).size,
    ).toBe(3);
  });

  it.each<[string, object, (operators: readonly Operator[]) => void]>([
    ["its peers", {}, () => undefined],
    [
      "its folder",
      { dataFolder: "kept" },
      (operators) => {
        operators.slice(1).forEach(({ restart }) => restart());
      },
    ],
  ])("sign no second time after a restart and another answer of the feed, as %s tell", async (_, changes, forget) => {
    const operators = (await build(3, changes)) as [Operator, Operator, Operator];
    const [a, b, c] = operators;
    await toResolution(operators);
    await a.tick();
    await b.tick();
    const before = (await signedOf([a])).filter(({ reporter }) => reporter === world.reporters[0]);
    expect(before).toHaveLength(1);
    forget(operators);
    a.write(1, "mmc", "0.25");
    a.restart();
    const tick = await a.tick();
    expect(codesOf(tick)).toContain("equivocation_guard");
    const guard = tick.plan.waiting.find(({ code }) => code === "equivocation_guard");
    expect(guard?.message).toContain(before[0]?.scoresHash);
    expect(guard?.message).toContain(before[0]?.feedDigest);
    await c.tick();
    const after = (await signedOf(operators)).filter(({ reporter }) => reporter === world.reporters[0]);
    expect(new Set(after.map(({ signature }) => signature))).toEqual(new Set([before[0]?.signature]));
  });

  it("sign the same once more where folder and peers forgot and the feed did not change", async () => {
    const operators = (await build(3, { dataFolder: "kept" })) as [Operator, Operator, Operator];
    await toResolution(operators);
    await Promise.all(operators.map(({ tick }) => tick()));
    const before = await signedOf(operators);
    rmSync(join(world.folder, "kept"), { recursive: true });
    operators.forEach(({ restart }) => restart());
    await Promise.all(operators.map(({ tick }) => tick()));
    const text = (said: readonly Attestation[]) => said.map(({ signature }) => signature).toSorted();
    expect(text(await signedOf(operators))).toEqual(text(before));
    await drive(world, operators, reported);
  });

  it("may sign alone and relay alone: who relays needs neither a reporter's key nor a feed", async () => {
    const [a, b, c] = (await build(2)) as [Operator, Operator, Operator];
    a.restart({ keys: { reporters: [keyFile("reporter-0")], organizer: keyFile("organizer") } });
    b.restart({ keys: { reporters: [keyFile("reporter-1")] } });
    c.restart({ keys: { relayer: keyFile("relayer-2") }, feed: { kind: "folder", path: "nowhere" } });
    await toResolution([a, b, c]);
    const ticks = await drive(world, [a, b, c], reported);
    expect(kindsOf(ticks)).toEqual(["report"]);
    expect(codesOf(await a.tick())).not.toContain("disagreement");
    await toSettlement([a, b, c]);
  });
});
