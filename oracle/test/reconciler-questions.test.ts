import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pino from "pino";
import { numberToHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStub, type Stub } from "../../bench/oracle/stub.ts";
import { CHAIN_ID, CONTRACT, REPORTER_KEY, TOURNAMENT } from "../../bench/oracle/stub-chain.ts";
import { parseConfig } from "../src/service/config.ts";
import { buildOracle } from "../src/service/oracle.ts";

const MOST_QUESTIONS = 30;
const ROUNDS = 64;
/** As many as the largest of Numerai's rounds had: five batches. */
const POSITIONS = 4_910;

describe("a turn with nothing to do", { timeout: 120_000 }, () => {
  let stub: Stub;
  let folder: string;
  beforeAll(async () => {
    stub = await startStub({ positions: POSITIONS, rounds: ROUNDS, inFlight: ROUNDS, reported: 0 });
    folder = mkdtempSync(join(tmpdir(), "oracle-questions-"));
  });
  afterAll(() => {
    stub.close();
    rmSync(folder, { recursive: true });
  });

  it(`asks a node at most ${MOST_QUESTIONS} questions with ${ROUNDS} rounds in flight`, async () => {
    const secret = (name: string, key: string) => {
      writeFileSync(join(folder, name), key, { mode: 0o600 });
      return { kind: "file", file: name };
    };
    const config = {
      rpcUrls: [stub.url],
      chainId: CHAIN_ID,
      contract: CONTRACT,
      tournament: TOURNAMENT,
      feed: { kind: "http", url: stub.url, tournament: TOURNAMENT },
      keys: {
        reporters: [secret("reporter", REPORTER_KEY)],
        relayer: secret("relayer", numberToHex(0xb1, { size: 32 })),
      },
    };
    const { reconciler } = buildOracle(parseConfig(config, folder), pino({ level: "silent" }));
    const cold = await reconciler.tick();
    expect([cold.failures, cold.facts?.rounds.length]).toEqual([[], ROUNDS]);
    await stub.asked();
    stub.mine();
    const tick = await reconciler.tick();
    expect([tick.failures, tick.done, tick.facts?.rounds.length]).toEqual([[], [], ROUNDS]);
    const { questions } = await stub.asked();
    console.log(`questions a turn, ${ROUNDS} rounds in flight: ${questions} (at most ${MOST_QUESTIONS})`);
    expect(questions).toBeLessThanOrEqual(MOST_QUESTIONS);
  });
});
