import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { ChainFacts, RoundFacts } from "../src/core/facts.ts";
import { modelId } from "../src/core/models.ts";
import { plan as planOf } from "../src/core/plan.ts";
import { wantedReports } from "../src/core/steps/report.ts";
import { hashWords, packStakes, POSITIONS_PER_BATCH } from "../src/core/words.ts";
import { folderFeed } from "../src/feeds/folder.ts";
import { MAX_BUNDLE_BYTES, packBundle, unpackBundle, withTurn } from "../src/service/bundle.ts";
import { feedReader } from "../src/service/feed-view.ts";
import { recordedFeed } from "../src/service/recorded-feed.ts";
import { recorder } from "../src/service/recorder.ts";
import { recordingsIn } from "../src/service/recording-folder.ts";
import { replayBundle } from "../src/service/replay.ts";
import { randomOf, uuidOf } from "../src/simulator/random.ts";
import { batch, chain, NOBODY, REPORTERS, round, SETTINGS, signedBy, START } from "./plan-world.ts";

const MODELS = 5_000;
const MOST_MS = 60_000;
const folder = mkdtempSync(join(tmpdir(), "bundle-size-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const random = randomOf("size", 1);
const IDS = Array.from({ length: MODELS }, () => uuidOf(random));

/** As the real ones of 2021 are, with all that Numerai writes of a model. */
function roundText(): string {
  const time = (seconds: number): string => new Date((START + seconds) * 1_000).toISOString();
  const shared = { tournament: 8, payoutFactor: "1.0" };
  const models = IDS.map((id, index) => ({
    id,
    modelName: `model_${index}`,
    selectedStakeValue: (5 * Math.exp(2 * random.normal())).toFixed(16),
    payoutPending: null,
    payoutSettled: random.normal().toFixed(18),
    corr: 0.03 * random.normal(),
    mmc: 0.03 * random.normal(),
    corrMultiplier: 1,
    mmcMultiplier: index % 3,
  }));
  const times = { openTime: time(-9_000), closeTime: time(0), closeStakingTime: time(0), resolveTime: time(1_000) };
  return JSON.stringify({
    round: { ...shared, ...times, number: 1, resolvedStaking: true, stakeThreshold: 300_000 },
    roundDetails: { ...shared, roundNumber: 1, roundResolved: true, models },
  });
}

function factsAt(time: number, state: "locked" | "reported", finalized: bigint): ChainFacts {
  const batches = Array.from({ length: Math.ceil(MODELS / POSITIONS_PER_BATCH) }, (_, index) => {
    const first = index * POSITIONS_PER_BATCH;
    const stakes = packStakes(IDS.slice(first, first + POSITIONS_PER_BATCH).map((id) => BigInt(`0x${id.slice(0, 8)}`)));
    const scores = state === "reported" ? stakes : [];
    return batch(index, { state, stakes, stakesHash: hashWords(stakes), scores, reportedAt: START + 1_100 });
  });
  const held: RoundFacts = round({ state: "locked", batches });
  return chain(time, [held], { models: IDS.map(modelId), hasRegistrar: false, finalized });
}

describe("a bundle of a round of 5,000 models", { timeout: 2 * MOST_MS }, () => {
  it("is at most 5 MB with all its turns, and is replayed in a minute", async () => {
    writeFileSync(join(folder, "round-1.json"), roundText());
    let now = START;
    const recorded = recordedFeed((tap) => folderFeed(folder, () => now, tap));
    const { feed, calls } = recorded;
    const readFeed = feedReader({ feed, settings: SETTINGS, timeoutMs: MOST_MS, settleSeconds: 0 });
    const domain = { chainId: 1, contract: REPORTERS[0] ?? "0x", tournament: 1 };
    const recordings = recordingsIn(join(folder, "data"), domain);
    const record = recorder(recordings, { settings: SETTINGS, source: { kind: "folder", path: folder }, calls });
    const turns: [number, "locked" | "reported", bigint, number][] = [
      [500, "locked", 1n, 0],
      [1_000, "locked", 1n, 0],
      [1_010, "locked", 4n, 0],
      [1_020, "locked", 4n, 1],
      [1_030, "locked", 4n, 2],
      [1_040, "locked", 4n, 2],
      [1_110, "reported", 4n, 2],
      [1_300, "reported", 4n, 2],
    ];
    for (const [time, state, finalized, signers] of turns) {
      now = START + time;
      const facts = factsAt(now, state, finalized);
      const view = await readFeed(facts, () => false);
      const wanted = [...wantedReports(facts, view, SETTINGS).values()].flatMap(({ reports }) => reports);
      const testimony = { ...NOBODY, attestations: signedBy(REPORTERS.slice(0, signers), wanted) };
      const plan = planOf(facts, view, testimony, SETTINGS);
      expect(await record({ facts, feed: view, testimony, plan })).toEqual([]);
    }
    const packed = await recordings.read(1n);
    if (packed === null) throw new Error("nothing was recorded");
    expect(packed.byteLength).toBeLessThan(MAX_BUNDLE_BYTES);
    const bundle = unpackBundle(packed);
    const startedAt = Date.now();
    const replayed = await replayBundle(bundle);
    expect(Date.now() - startedAt).toBeLessThan(MOST_MS);
    // Two of the eight decided nothing else than the one before.
    expect(replayed.map(({ difference }) => difference)).toEqual(Array.from({ length: 6 }, () => null));
    console.log(`bundle of ${MODELS} models: ${packed.byteLength} bytes, replayed in ${Date.now() - startedAt} ms`);

    const [turn] = bundle.turns;
    if (turn === undefined) throw new Error("there is no turn");
    const noise = (): string =>
      Array.from({ length: 2 ** 20 }, () => String.fromCharCode(33 + Math.floor(90 * random.uniform()))).join("");
    let grown = bundle;
    for (let count = 0; count < 8; count += 1) grown = withTurn(grown, { noise: noise() });
    const bounded = await packBundle(grown);
    expect(bounded.byteLength).toBeLessThan(MAX_BUNDLE_BYTES);
    const kept = unpackBundle(bounded);
    expect(kept.turns.at(-1)).toEqual(grown.turns.at(-1));
    expect(kept.turns.length).toBeLessThan(grown.turns.length);
  });

  it("forgets the oldest rounds", async () => {
    const domain = { chainId: 1, contract: REPORTERS[0] ?? "0x", tournament: 2 } as const;
    const recordings = recordingsIn(join(folder, "data"), domain);
    const record = recorder(recordings, {
      settings: SETTINGS,
      source: { kind: "folder", path: folder },
      calls: () => new Map(),
    });
    const rounds = Array.from({ length: 103 }, (_, index) => round({ number: BigInt(index + 1) }));
    const facts = chain(START - 1, rounds, { models: [] });
    const feed = { rounds: { ok: true, value: [] }, refused: [], sheets: new Map() } as const;
    expect(await record({ facts, feed, testimony: NOBODY, plan: planOf(facts, feed, NOBODY, SETTINGS) })).toEqual([]);
    expect([await recordings.read(3n), (await recordings.read(4n)) === null]).toEqual([null, false]);
    // Nothing else is decided: nothing more is written.
    const file = join(folder, "data", `rounds-1-${domain.contract}-2`, "round-103.jsonl.gz");
    const before = statSync(file).mtimeMs;
    const later = chain(START - 1, rounds, { models: [], freeReserve: 1n });
    await record({ facts: later, feed, testimony: NOBODY, plan: planOf(later, feed, NOBODY, SETTINGS) });
    expect(statSync(file).mtimeMs).toBe(before);
  });
});
