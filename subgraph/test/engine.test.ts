import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeFunctionData, type Hex, zeroAddress } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkIndex } from "../check/check.ts";
import { buildSubgraph } from "../engine/build.ts";
import { type Engine, startEngine } from "../engine/engine.ts";
import { indexedBlock, queryAll, waitForBlock } from "../engine/query.ts";
import { NANO, NMR, type OwnChain, scoresWords, startChain } from "./chain.ts";
import {
  createTournament,
  DISPUTE_WINDOW,
  lockAll,
  lockedStakes,
  modelOf,
  openPositions,
  openRound,
  scheduleOf,
  playFirstHalf,
  playManyPositions,
  playSecondHalf,
} from "./history.ts";

/** The block in which the staking contract came to be. */
const FIRST = 2n;

describe("subgraph on a real graph-node", () => {
  let chain: OwnChain;
  let engine: Engine;
  let folder: string;
  let manifest: string;
  let firstHalf: bigint;

  const start = (): Promise<Engine> =>
    startEngine({
      dataDir: join(folder, "data"),
      rpcUrl: chain.rpcUrl,
      manifest,
      log: process.env.LOG ? console.log : () => undefined,
    });
  const indexed = async (): Promise<bigint> => {
    const block = await chain.client.getBlockNumber();
    await waitForBlock(engine.graphqlUrl, block);
    return block;
  };
  const compareAt = async (block: bigint) => {
    const { graphqlUrl } = engine;
    return (await checkIndex({ graphqlUrl, rpcUrl: chain.rpcUrl, address: chain.address, block })).differences;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "subgraph-test-"));
    chain = await startChain();
    manifest = await buildSubgraph({
      address: chain.address,
      startBlock: 0,
      network: "local",
      outDir: join(folder, "build"),
    });
    engine = await start();
  }, 60_000);

  afterAll(async () => {
    await engine.stop();
    await chain.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("agrees with the chain after a round with a veto, a leaver and a burn", async () => {
    await playFirstHalf(chain);
    firstHalf = await indexed();
    expect(await compareAt(firstHalf)).toEqual([]);
  }, 60_000);

  it("resumes after a restart and agrees after cut burns and void rounds", async () => {
    await engine.stop();
    await playSecondHalf(chain);
    engine = await start();
    expect(await compareAt(await indexed())).toEqual([]);
  }, 60_000);

  it("shows what was really applied: rewards of a leaver, burns over both parts of a stake, burns cut short", async () => {
    const fields = "position { number activeWei pendingWei rewardedWei burnedWei } stakeWei payoutWei score0 score1";
    interface Row {
      position: { number: number; activeWei: string; pendingWei: string; rewardedWei: string; burnedWei: string };
      stakeWei: string;
      payoutWei: string;
      score0: number;
      score1: number;
    }
    const payoutsOf = (round: string): Promise<Row[]> =>
      queryAll<Row>(engine.graphqlUrl, "payouts", fields, { where: `round: "${round}"`, block: firstHalf });
    const settled = await payoutsOf("1-7");
    const leaver = settled.find(({ position }) => position.number === 0)?.position;
    expect(leaver).toMatchObject({ activeWei: "0", burnedWei: "0" });
    expect(BigInt(leaver?.pendingWei ?? 0)).toBe(111n * NMR + 3n * NANO + BigInt(leaver?.rewardedWei ?? 0));
    expect(BigInt(leaver?.rewardedWei ?? 0)).toBeGreaterThan(0n);
    const burned = settled.find(({ position }) => position.number === 1)?.position;
    expect(burned?.activeWei).toBe("0");
    expect(BigInt(burned?.burnedWei ?? 0)).toBeGreaterThan(NMR + 7n * NANO); // more than what was active

    const { terms, atRisk } = await chain.read<{ terms: object; atRisk: bigint }>("roundOf", 1, 9n);
    const later = await queryAll<Row>(engine.graphqlUrl, "payouts", fields, { where: 'round: "1-9"' });
    const cut = [];
    for (const { position, stakeWei: stake, payoutWei: payout, score0, score1 } of later) {
      const word = scoresWords([[score0, score1]], 1)[0];
      const preview = await chain.read<bigint>("previewPayout", terms, atRisk / NANO, BigInt(stake) / NANO, word);
      if (preview * NANO !== BigInt(payout)) {
        cut.push(position.number);
        expect(BigInt(payout)).toBeLessThanOrEqual(0n);
        expect(preview * NANO).toBeLessThan(BigInt(payout));
      }
    }
    expect(cut).not.toHaveLength(0);
  });

  it("agrees on rounds over two batches that positions join while they lock", async () => {
    await playManyPositions(chain);
    expect(await compareAt(await indexed())).toEqual([]);
  }, 60_000);

  it("answers about every older block", async () => {
    for (let block = FIRST; block <= firstHalf; block++) expect(await compareAt(block)).toEqual([]);
  }, 120_000);

  it("takes back what a reorganisation of the chain took back", async () => {
    const { client, accounts, send } = chain;
    const ann = accounts[1] as Hex;
    const id = await client.snapshot();
    await send(ann, "openPosition", 2, modelOf("lost"), 20n * NMR, 0n, "0x");
    await send(ann, "increaseStake", 2, 0, NMR);
    await indexed();
    await client.revert({ id });
    await send(ann, "openPosition", 2, modelOf("kept"), 30n * NMR, 0n, "0x");
    await client.mine({ blocks: 3 });
    const { number, hash } = await client.getBlock();
    await expect.poll(async () => (await indexedBlock(engine.graphqlUrl))?.hash, { timeout: 20_000 }).toBe(hash);
    expect(await compareAt(number)).toEqual([]);
  }, 60_000);

  it("takes the largest numbers there are", async () => {
    const guardian = chain.accounts[4] as Hex;
    await createTournament(chain, "Extremes", guardian);
    await chain.send(chain.owner, "fundReserve", 4, 100n * NMR);
    await openPositions(chain, 4, 0, 5);
    const multipliers = [-(2n ** 63n), 2n ** 63n - 1n];
    const terms = { multipliers, clip: 10n ** 9n, stakeThreshold: 2n ** 64n - 1n, exposure: 10n ** 9n };
    await openRound(chain, 4, 2n ** 64n - 1n, 0, { terms });
    await lockAll(chain, 4, 2n ** 64n - 1n);
    await chain.travelTo((await scheduleOf(chain, 4, 2n ** 64n - 1n)).resolvesAt);
    const stakes = await lockedStakes(chain, 4, 2n ** 64n - 1n, 0);
    const scores = [2n ** 256n - 1n, 2n ** 255n + 2n ** 63n - 1n]; // also on lanes without a position
    await chain.report(guardian, 4, 2n ** 64n - 1n, 0, 0, stakes, scores);
    await chain.travelTo((await chain.now()) + DISPUTE_WINDOW);
    await chain.send(guardian, "settle", 4, 2n ** 64n - 1n, 0, stakes, scores);
    expect(await compareAt(await indexed())).toEqual([]);
    const payouts = await queryAll<{ score0: number; score1: number }>(engine.graphqlUrl, "payouts", "score0 score1", {
      where: `round: "4-${2n ** 64n - 1n}"`,
    });
    expect(payouts.map(({ score0, score1 }) => [score0, score1])).toEqual([
      ...Array.from({ length: 4 }, () => [-1, -1]),
      [2 ** 31 - 1, -1],
    ]);
  }, 60_000);

  it("takes any name", async () => {
    const { owner, staking, address, client, reporters } = chain;
    const limits = {
      maxClip: 0n,
      maxExposure: 0n,
      maxRoundsInFlight: 65_535,
      maxDuration: 2 ** 40 - 1,
      minDisputeWindow: 0,
    };
    const signers = reporters.map((reporter) => reporter.address);
    const names = ["", "\0a\0", "x".repeat(20_000), "'; drop schema public cascade; --", "\u{10ffff}\u202e\ufeff"];
    for (const name of names)
      await chain.send(owner, "createTournament", name, limits, zeroAddress, zeroAddress, 0n, signers, 3);
    // Bytes that are no UTF-8: a contract does not look into its strings.
    const args = ["placeholder", limits, zeroAddress, zeroAddress, 0n, signers, 3];
    const data = encodeFunctionData({ abi: staking.abi, functionName: "createTournament", args });
    const spoilt = data.replace(Buffer.from("placeholder").toString("hex"), "ff00c328a0a1e28228fc80") as Hex;
    const hash = await client.sendTransaction({ account: owner, to: address, data: spoilt });
    expect((await client.waitForTransactionReceipt({ hash })).status).toBe("success");

    expect(await compareAt(await indexed())).toEqual([]);
    const found = await queryAll<{ number: number; name: string }>(engine.graphqlUrl, "tournaments", "number name");
    const byNumber = new Map(found.map(({ number, name }) => [number, name]));
    expect(found).toHaveLength(4 + names.length + 1);
    expect(names.map((_, index) => byNumber.get(5 + index))).toEqual(names.map((name) => name.replaceAll("\0", "")));
  }, 60_000);

  it("lets go of a round that ends before one that was locked earlier", async () => {
    const { owner, send } = chain;
    await createTournament(chain, "Out of order", chain.accounts[4] as Hex);
    const tournament = await chain.read<number>("tournaments");
    await send(owner, "fundReserve", tournament, 100n * NMR);
    await openPositions(chain, tournament, 0, 5);
    await openRound(chain, tournament, 1n, 0.1);
    await chain.travelTo((await chain.now()) + 60);
    await openRound(chain, tournament, 2n, 0.1);
    await lockAll(chain, tournament, 2n);
    await lockAll(chain, tournament, 1n);
    await chain.travelTo((await scheduleOf(chain, tournament, 1n)).settledBy);
    await send(owner, "voidRound", tournament, 1n);
    await send(owner, "requestWithdrawal", tournament, 3, NMR);

    expect(await compareAt(await indexed())).toEqual([]);
    const fields = "roundsInFlight { number }";
    const where = `tournament: "${tournament}"`;
    const ranges = await queryAll<{ roundsInFlight: { number: string }[] }>(
      engine.graphqlUrl,
      "positionRanges",
      fields,
      {
        where,
      },
    );
    expect(ranges.map(({ roundsInFlight }) => roundsInFlight)).toEqual([[{ number: "2" }]]);
  }, 60_000);
});
