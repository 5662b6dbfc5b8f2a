import { type Hex, RpcRequestError, toEventSelector, getAbiItem, type RpcLog } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { canonicalText } from "@numeraire-staking/oracle/core/canonical";
import { previewPayout } from "@numeraire-staking/oracle/core/payout";
import { readEvidence } from "../../src/chain/evidence.ts";
import { checkPayout, checkRound, type Evidence, type TickOf } from "../../src/core/check.ts";
import { TICKS } from "../../src/core/check-verdict.ts";
import { honest, type Lie, seen, turned } from "./check-node.ts";
import { CUT, FIRST, LATER, playRounds, POSITIONS, startWorld, type World } from "./check-world.ts";

let world: World;
let node: ReturnType<typeof seen>;
const read = (round: bigint, lie: Lie = honest, hint?: { from: bigint; to: bigint }): Promise<Evidence> =>
  readEvidence(node.through(lie), { tournament: 1, round, ...(hint === undefined ? {} : { hint }) });
const verdicts = (evidence: Evidence, position: number): string[] =>
  checkPayout(evidence, position).map(({ verdict, why }) => why ?? verdict);
const allTrue = TICKS.map(() => "true");

function tick<Id extends "locked" | "reported" | "timely" | "total" | "paid">(
  id: Id,
  evidence: Evidence,
  position: number,
) {
  const found = checkPayout(evidence, position).find((each) => each.id === id) as TickOf<Id>;
  if (found.values === null) throw new Error(`${id} has no values`);
  return { ...found, values: found.values };
}

beforeAll(async () => {
  world = await startWorld();
  await playRounds(world);
  node = seen(world);
}, 120_000);
afterAll(() => world.chain.stop());

describe("a settled round of an honest chain", () => {
  it.each([FIRST, LATER])("is all true, to the last of its positions: %s", async (number) => {
    const evidence = await read(number);
    const { verdict, ticks, positions, differing } = checkRound(evidence);
    expect(ticks.flatMap(({ findings }) => findings).map(({ verdict: each }) => each)).toEqual(
      number === LATER ? ["note"] : [],
    );
    expect([verdict, ...ticks.map((each) => each.verdict)]).toEqual(["true", ...allTrue]);
    expect(positions.map(({ position }) => position)).toEqual(Array.from({ length: POSITIONS }, (_, index) => index));
    expect(differing).toEqual([]);
    for (const position of [0, CUT, 1_023, 1_024, POSITIONS - 1]) expect(verdicts(evidence, position)).toEqual(allTrue);
  });

  it("shows the bytes behind each tick", async () => {
    const evidence = await read(LATER);
    const { chain, wallet } = world;
    const locked = tick("locked", evidence, 1_025).values;
    expect(locked).toMatchObject({ batch: 1, word: 0, lane: 1, hash: locked.signedHash });
    expect(locked.stake).toBe(((locked.words[0] ?? 0n) >> 64n) & (2n ** 64n - 1n));
    const reported = tick("reported", evidence, 5).values;
    expect(reported).toMatchObject({ attempt: 1, quorum: 2, trueSignatures: 2, signers: 0b101n, word: 1, lane: 1 });
    expect(reported.reporters.map((each) => each.toLowerCase())).toEqual(
      [...chain.reporters.slice(0, 2).map(({ address }) => address), wallet].map((each) => each.toLowerCase()),
    );
    expect(reported.signed?.signatures.map(({ recovered, isTrue }) => [recovered, isTrue])).toEqual([
      [chain.reporters[0]?.address, true],
      [chain.reporters[2]?.address, true],
    ]);
    expect(reported.vetoed).toHaveLength(1);
    const total = tick("total", evidence, 0).values;
    expect(total.atRisk).toBe(total.contract.atRisk);
    expect(total.payoutFactor < 10n ** 18n).toBe(true);
    const paid = tick("paid", evidence, 1_026).values;
    expect(paid.due).toBe(previewPayout(total.terms, total.atRisk, paid.stake, paid.scores));
    expect(paid.derivation.payout).toBe(paid.paid);
    const timely = tick("timely", evidence, 0).values;
    expect([timely.reported.length, timely.vetoed.length]).toEqual([2, 1]);
    expect((await chain.client.getTransaction({ hash: timely.settled?.transaction as Hex })).blockNumber).toBe(
      timely.settled?.block,
    );
  });

  it("says of a burn that it was cut at what was left", async () => {
    const { values, findings } = tick("paid", await read(LATER), CUT);
    expect(values.cutAt).not.toBeNull();
    expect([values.paid, values.cutAt]).toEqual([-(values.cutAt ?? 0n), -values.paid]);
    expect(values.due < values.paid).toBe(true);
    expect(values.derivation.bounds).toContain("what was left of the stake");
    expect(findings).toMatchObject([{ verdict: "note", position: CUT }]);
  });

  it("is the same by any hint, and by a node that refuses more than a few blocks", async () => {
    const evidence = canonicalText(await read(LATER));
    const [first, last] = [0n, 9_999n];
    for (const hint of [
      { from: first, to: last },
      { from: 12n, to: last },
      { from: 5n, to: 4n },
      { from: first, to: 14n },
    ]) {
      expect(canonicalText(await read(LATER, honest, hint))).toBe(evidence);
    }
    const ranges: bigint[] = [];
    const small: Lie = (answer, { method, params }) => {
      if (method !== "eth_getLogs") return answer;
      const [{ fromBlock, toBlock }] = params as [{ fromBlock: Hex; toBlock: Hex }];
      const range = BigInt(toBlock) - BigInt(fromBlock) + 1n;
      ranges.push(range);
      if (range <= 5n) return answer;
      throw new RpcRequestError({ body: {}, url: "", error: { code: -32_005, message: "too many blocks" } });
    };
    expect(canonicalText(await read(LATER, small))).toBe(evidence);
    expect(ranges.length).toBeGreaterThan(4);
  });

  it("is asked less for where the hint is right", async () => {
    const evidence = await read(FIRST);
    if (evidence.kind !== "read") throw new Error("nothing was read");
    const { opened, batches } = evidence.round;
    node.asked.length = 0;
    const hint = { from: opened.block, to: batches[1]?.settlement?.block ?? 0n };
    expect((await read(FIRST, honest, hint)).kind).toBe("read");
    const spans = node.asked.filter(({ method }) => method === "eth_getLogs").map(({ params }) => params as [object]);
    expect(spans).toMatchObject([[{ fromBlock: `0x${hint.from.toString(16)}`, toBlock: `0x${hint.to.toString(16)}` }]]);
  });

  it("needs both nodes to agree, where there are two", async () => {
    const wanted = { tournament: 1, round: LATER };
    const [one, other] = [node.through(honest), node.through(honest)];
    expect(canonicalText(await readEvidence(one, wanted, other))).toBe(canonicalText(await read(LATER)));
    const lying = node.through(lieAt("BatchSettled", 0, 4 * 256));
    expect(await readEvidence(one, wanted, lying)).toEqual({
      kind: "unusable",
      reason: "the two nodes say different things of batches",
    });
    const dead = node.through(() => Promise.reject(new Error("https://node/key is gone")));
    for (const [first, witness, says] of [
      [one, dead, /^the second node: eth_getBlockByNumber latest: /],
      [dead, one, /^eth_getBlockByNumber latest: /],
    ] as const) {
      const { kind, reason = "" } = (await readEvidence(first, wanted, witness)) as { kind: string; reason?: string };
      expect([kind, reason]).toEqual(["unusable", expect.stringMatching(says)]);
      expect(reason).not.toContain("key");
    }
  });
});

/** Turns a bit of the data of the first events of that name that have such a one, counted from the end. */
function lieAt(
  name: "BatchLocked" | "RoundLocked" | "ScoresReported" | "BatchSettled" | "RoundSettled",
  index: number,
  bit: number,
): Lie {
  const selector = toEventSelector(getAbiItem({ abi, name }));
  return (answer, { method }) => {
    if (method !== "eth_getLogs") return answer;
    const logs = answer as RpcLog[];
    // What was locked, reported or settled in the rounds before stays as it is.
    const log = logs.filter(({ topics }) => topics[0] === selector && BigInt(topics[2] ?? 0) === LATER)[index];
    if (log !== undefined) log.data = turned(log.data, bit) as Hex;
    return answer;
  };
}

describe("one bit turned in what the node shows", () => {
  const word = 256;
  const lastWord = 0;
  const inInput =
    (round: bigint, change: (input: string) => string): Lie =>
    (answer, { method }) => {
      if (method !== "eth_getTransactionByHash") return answer;
      const transaction = answer as { input: string };
      const shown = transaction.input.includes(round.toString(16).padStart(64, "0"));
      return shown ? { ...transaction, input: change(transaction.input) } : transaction;
    };
  // Batch 0 is first of locks and settlements; its standing report is the third. Its last lane is position 1,023.
  it.each<[string, Lie, string[]]>([
    ["stakes", lieAt("BatchLocked", 0, lastWord + 192 + 40), ["false", "true", "true", "follows", "follows"]],
    ["scores", lieAt("ScoresReported", 2, lastWord + 192), ["true", "false", "true", "true", "follows"]],
    ["payouts", lieAt("BatchSettled", 0, lastWord + 192), ["true", "true", "true", "true", "false"]],
    ["the bitmap of signers", lieAt("ScoresReported", 2, (256 + 2) * word), ["true", "false", "true", "true", "true"]],
    [
      "a signer who isn't told",
      lieAt("ScoresReported", 2, (256 + 2) * word + 1),
      ["true", "false", "true", "true", "true"],
    ],
    ["the attempt", lieAt("ScoresReported", 2, (256 + 3) * word), ["true", "false", "true", "true", "true"]],
    ["the batch's rewards", lieAt("BatchSettled", 0, (256 + 3) * word + 40), ["true", "true", "true", "true", "false"]],
    ["the batch's burns", lieAt("BatchSettled", 0, (256 + 2) * word + 40), ["true", "true", "true", "true", "false"]],
    ["the round's total at risk", lieAt("RoundLocked", 0, word + 40), ["true", "true", "true", "false", "true"]],
    ["the payout factor", lieAt("RoundLocked", 0, 50), ["true", "true", "true", "false", "follows"]],
    ["the round's rewards", lieAt("RoundSettled", 0, word + 40), ["true", "true", "true", "true", "false"]],
    ["the round's burns", lieAt("RoundSettled", 0, 40), ["true", "true", "true", "true", "false"]],
  ])("of %s turns one tick false, and what is made from it unknown", async (_, lie, expected) => {
    expect(verdicts(await read(LATER, lie), 1_023)).toEqual(expected);
  });

  it("of a signature turns the report's tick false", async () => {
    const evidence = await read(LATER);
    const signature = tick("reported", evidence, 0).values.signed?.signatures[0]?.signature ?? "0x";
    const lie = inInput(LATER, (input) => input.replace(signature.slice(2), turned(signature, 100).slice(2)));
    const tampered = await read(LATER, lie);
    expect(verdicts(tampered, 0)).toEqual(["true", "false", "true", "true", "true"]);
    expect(tick("reported", tampered, 0).findings[0]?.message).toMatch(/did not sign these words$/);
  });

  it("of another batch leaves a position's own words alone", async () => {
    const lie = lieAt("BatchLocked", 1, 40);
    expect(verdicts(await read(LATER, lie), 0)).toEqual(["true", "true", "true", "follows", "true"]);
    const { verdict, ticks } = checkRound(await read(LATER, lie));
    expect([verdict, ...ticks.map((each) => each.verdict)]).toEqual([
      "false",
      "false",
      "true",
      "true",
      "unknown",
      "unknown",
    ]);
  });

  it("of one payout names that position", async () => {
    const { differing, verdict } = checkRound(await read(LATER, lieAt("BatchSettled", 0, 10 * word + 64)));
    expect(verdict).toBe("false");
    expect(differing.map(({ position, verdict: each }) => [position, each])).toEqual([[4 * 245 + 1, "false"]]);
  });

  it("makes an event that is missing the tick's fault", async () => {
    const without = (name: "BatchLocked" | "BatchSettled" | "ScoresVetoed"): Lie => {
      const selector = toEventSelector(getAbiItem({ abi, name }));
      return (answer, { method }) =>
        method === "eth_getLogs" ? (answer as RpcLog[]).filter(({ topics }) => topics[0] !== selector) : answer;
    };
    expect(verdicts(await read(LATER, without("BatchLocked")), 0)[0]).toBe("false");
    expect(verdicts(await read(LATER, without("BatchSettled")), 0)).toContain("false");
    expect(verdicts(await read(LATER, without("ScoresVetoed")), 0)[1]).toBe("false");
  });

  it("leaves what a forgotten transaction would show unknown", async () => {
    const forgetful: Lie = (answer, { method }) => (method === "eth_getTransactionByHash" ? null : answer);
    expect(verdicts(await read(LATER, forgetful), 0)).toEqual(["true", "unproved", "true", "true", "true"]);
  });
});
