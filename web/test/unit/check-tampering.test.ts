import { canonicalText } from "@numeraire-staking/oracle/core/canonical";
import fc from "fast-check";
import type { RpcLog } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEvidence } from "../../src/chain/evidence.ts";
import { checkPayout, checkRound, type Evidence } from "../../src/core/check.ts";
import { honest, type Lie, seen, turned } from "./check-node.ts";
import { CUT, LATER, playRounds, startWorld, type World } from "./check-world.ts";

let world: World;
let node: ReturnType<typeof seen>;
const read = (lie: Lie): Promise<Evidence> => readEvidence(node.through(lie), { tournament: 1, round: LATER });

beforeAll(async () => {
  world = await startWorld();
  await playRounds(world);
  node = seen(world);
}, 120_000);
afterAll(() => world.chain.stop());

/** A bit of a field of one of the logs or transactions that are served, by fractions of what there is of each. */
const place = fc.record({
  question: fc.nat(1_000),
  item: fc.nat(1_000),
  field: fc.nat(1_000),
  bit: fc.nat(1_000_000),
});
type Place = typeof place extends fc.Arbitrary<infer T> ? T : never;

const LOG_FIELDS = [
  "data",
  "data",
  "data",
  "address",
  "blockNumber",
  "blockHash",
  "transactionHash",
  "logIndex",
] as const;

function flipped(hex: string, bit: number): string {
  return hex === "0x" ? hex : turned(hex, bit % ((hex.length - 2) * 4));
}

function inLog(log: RpcLog, { field, bit }: Place): object {
  const fields = [...LOG_FIELDS, ...log.topics.map((_, index) => index)];
  const name = fields[field % fields.length];
  if (typeof name !== "number") return name === undefined ? log : { ...log, [name]: flipped(String(log[name]), bit) };
  return { ...log, topics: log.topics.map((topic, index) => (index === name ? flipped(topic, bit) : topic)) };
}

/** Lies once, in the given place. */
function lieIn(method: string, where: Place, questions: readonly string[], change: (answer: unknown) => unknown): Lie {
  const chosen = questions[where.question % questions.length];
  return (answer, question) =>
    question.method === method && JSON.stringify(question) === chosen ? change(answer) : answer;
}

/** Every question that a check asks, by its method. */
async function questions(method: string): Promise<string[]> {
  node.asked.length = 0;
  await read(honest);
  return [...new Set(node.asked.filter((each) => each.method === method).map((each) => JSON.stringify(each)))];
}

/** What remains of the evidence without what only repeats the rest: the words that a settlement brought. */
function essence(evidence: Evidence): string {
  if (evidence.kind !== "read") return evidence.kind;
  const batches = evidence.round.batches.map((batch) => ({
    ...batch,
    settlement: batch.settlement && { ...batch.settlement, brought: null },
  }));
  return canonicalText({ ...evidence.round, batches });
}

const isProved = (evidence: Evidence): boolean => checkRound(evidence).verdict === "true";

describe("one bit turned anywhere", () => {
  it("in the events that are served is found out, or changes nothing of what was proved", async () => {
    const clean = canonicalText(await read(honest));
    const asked = await questions("eth_getLogs");
    let found = 0;
    await fc.assert(
      fc.asyncProperty(place, async (where) => {
        const lie = lieIn("eth_getLogs", where, asked, (answer) => {
          const logs = answer as RpcLog[];
          return logs.map((log, index) => (index === where.item % logs.length ? inLog(log, where) : log));
        });
        const evidence = await read(lie);
        if (!isProved(evidence)) found += 1;
        else expect(canonicalText(evidence) === clean).toBe(true);
      }),
      { numRuns: 200 },
    );
    // What changes nothing: most bits of the other rounds' words, which only tell what was left of one position.
    expect(found).toBeGreaterThan(40);
  }, 240_000);

  it("in the transactions is found out, or changes nothing but what repeats the events", async () => {
    const clean = essence(await read(honest));
    const asked = await questions("eth_getTransactionByHash");
    let found = 0;
    await fc.assert(
      fc.asyncProperty(place, async (where) => {
        const lie = lieIn("eth_getTransactionByHash", where, asked, (answer) => {
          const transaction = answer as { input: string };
          return { ...transaction, input: flipped(transaction.input, where.bit) };
        });
        const evidence = await read(lie);
        if (!isProved(evidence)) found += 1;
        else expect(essence(evidence) === clean).toBe(true);
      }),
      { numRuns: 120 },
    );
    expect(found).toBeGreaterThan(50);
  }, 240_000);
});

describe("an answer that is none", () => {
  const garbage = fc.oneof(
    fc.constantFrom(null, "", "0x", "0x0", "latest", {}, [], [null], [{}], 0, true, "0xzz", `0x${"ff".repeat(5_000)}`),
    fc.jsonValue(),
    fc.uint8Array({ maxLength: 2_000 }).map((bytes) => `0x${Buffer.from(bytes).toString("hex")}`),
  );

  it("is never taken for a proof of something else, throws nothing, and is named where it can't be used", async () => {
    const clean = essence(await read(honest));
    node.asked.length = 0;
    await read(honest);
    const all = [...new Set(node.asked.map((each) => JSON.stringify(each)))];
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000), garbage, async (which, answer) => {
        const chosen = all[which % all.length];
        const evidence = await read((real, question) => (JSON.stringify(question) === chosen ? answer : real));
        const ticks = checkPayout(evidence, CUT);
        if (evidence.kind === "unusable") {
          expect(evidence.reason).toMatch(/^(eth_\w+|roundOf|batchOf|block|transaction|no round|the )/);
          expect(ticks.map(({ why }) => why)).toEqual(ticks.map(() => "unusable"));
        } else if (isProved(evidence)) expect(essence(evidence) === clean).toBe(true);
      }),
      { numRuns: 150 },
    );
  }, 240_000);
});
