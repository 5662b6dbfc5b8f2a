// The queries of the README, with rows in every answer, and what the README says about them.
import { readFile } from "node:fs/promises";
import type { Hex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as client from "../client/index.ts";
import { queriesOf } from "../client/generator/generate.ts";
import { playFirstHalf } from "./history.ts";
import { startWorld, type World } from "./world.ts";

const ONE = 10n ** 9n; // 1 as an integer of 1e-9
const sum = (amounts: string[]): bigint => amounts.reduce((total, amount) => total + BigInt(amount), 0n);

describe("the queries of the README", () => {
  let world: World;
  let index: client.Subgraph;
  let early: client.Block;
  let bob: Hex;
  const asked = new Set<string>();

  /** A document of the client, noted as asked. */
  function ask<Name extends keyof typeof client>(name: Name): (typeof client)[Name] {
    asked.add(name);
    return client[name];
  }

  beforeAll(async () => {
    world = await startWorld();
    index = world.index;
    early = await world.indexed();
    await playFirstHalf(world.chain);
    await world.indexed();
    bob = (world.chain.accounts[2] ?? "0x").toLowerCase() as Hex;
  }, 120_000);

  afterAll(() => world.stop());

  it("tell how far the index is", async () => {
    const { _meta: meta } = await index.ask(ask("head"));
    const block = await world.chain.client.getBlock();
    expect(meta).toEqual({
      block: { number: Number(block.number), hash: block.hash, timestamp: Number(block.timestamp) },
      hasIndexingErrors: false,
    });
  });

  it("tell what somebody has, and what of it is at risk in which round", async () => {
    const { positions } = await index.ask(ask("positionsOf"), { staker: bob });
    expect(positions.map(({ id }) => id)).toEqual(["1-1", "1-4"]);
    for (const { id, activeWei, pendingWei, stakes } of positions) {
      const chain = await world.chain.read<[bigint, bigint]>("stakeOf", 1, Number(id.slice(2)));
      expect([BigInt(activeWei), BigInt(pendingWei)]).toEqual(chain);
      // Round 7 is settled, round 9 isn't.
      expect(stakes.map(({ round }) => [round.id, round.state])).toEqual([["1-9", "LOCKED"]]);
      for (const { stakeWei, atRiskWei } of stakes) {
        expect(BigInt(atRiskWei)).toBe((BigInt(stakeWei) * 900_000_001n) / ONE);
      }
    }
  });

  it("tell when a withdrawal is free", async () => {
    const { position } = await index.ask(ask("withdrawal"), { position: "1-1" });
    const states = position?.heldBy.map(({ id, state }) => [id, state]);
    expect(Object.fromEntries(states ?? [])).toEqual({ "1-7": "SETTLED", "1-9": "LOCKED" });
    const { schedule } = await world.chain.read<{ schedule: { settledBy: number } }>("roundOf", 1, 9n);
    expect(position?.withdrawableBy).toBe(String(schedule.settledBy));
    expect(BigInt(position?.pendingWei ?? 0)).toBeGreaterThan(0n);
  });

  it("explain a payout: everything that its formula needs", async () => {
    const clips = [];
    for (const id of ["1-7-0", "1-7-1", "1-7-2", "1-7-3", "1-7-4", "1-7-5"]) {
      const { payout } = await index.ask(ask("payoutExplained"), { payout: id });
      if (!payout) throw new Error(`no payout ${id}`);
      const { round } = payout;
      const weighted =
        BigInt(round.multiplier0) * BigInt(payout.score0) + BigInt(round.multiplier1) * BigInt(payout.score1);
      const rate = weighted * BigInt(round.payoutFactor ?? 0);
      const bound = BigInt(round.clip) * 10n ** 27n;
      const clipped = rate > bound ? bound : rate < -bound ? -bound : rate;
      const stake = BigInt(payout.stakeWei) / ONE; // nano-NMR, as the contracts count
      expect(BigInt(payout.dueWei), id).toBe(((stake * BigInt(round.exposure) * clipped) / 10n ** 45n) * ONE);
      expect(payout.clipped, id).toBe(clipped !== rate);
      expect(payout.batch.report?.signers).toHaveLength(2);
      clips.push(payout.clipped);
    }
    expect(new Set(clips)).toEqual(new Set([true, false]));
  });

  it("tell the weights of a round, the same before and after it settles", async () => {
    for (const [round, state] of [
      ["1-7", "SETTLED"],
      ["1-9", "LOCKED"],
    ] as const) {
      const answer = await index.ask(ask("stakeWeights"), { round });
      expect(answer.round?.state).toBe(state);
      expect(answer.roundStakes).toHaveLength(answer.round?.stakeCount ?? 0);
      expect(sum(answer.roundStakes.map(({ stakeWei }) => stakeWei))).toBe(BigInt(answer.round?.stakedWei ?? 0));
    }
    const { roundStakes, round } = await index.ask(client.stakeWeights, { round: "1-7" });
    for (const { id, stakeWei } of roundStakes) {
      const { payout } = await index.ask(client.payoutExplained, { payout: id });
      const weight = (BigInt(stakeWei) * 10n ** 18n) / BigInt(round?.stakedWei ?? 0);
      expect(payout?.weight).toBe(`0.${String(weight).padStart(18, "0").replace(/0+$/, "")}`);
    }
  });

  it("rank positions and stakers over each window", async () => {
    for (const by of ["returnLast20", "returnLast60", "returnLast250", "returnAllTime"] as const) {
      const { positions } = await index.ask(ask("positionLeaderboard"), { tournament: "1", by });
      const { tournamentStakers: stakers } = await index.ask(ask("stakerLeaderboard"), { tournament: "1", by });
      expect(positions).toHaveLength(6);
      expect(stakers).toHaveLength(3);
      for (const rows of [positions, stakers]) {
        const returns = rows.map((row) => Number(row[by]));
        expect(returns).toEqual(returns.toSorted((a, b) => b - a));
        expect(new Set(returns).size).toBeGreaterThan(1);
      }
    }
  });

  it("tell where a round stands", async () => {
    const { round } = await index.ask(ask("roundState"), { round: "1-9" });
    const chain = await world.chain.read<{ schedule: Record<string, number> }>("roundOf", 1, 9n);
    for (const name of ["closesAt", "lockedBy", "resolvesAt", "settledBy", "disputeWindow"] as const) {
      expect(round?.[name]).toBe(String(chain.schedule[name]));
    }
    expect(round).toMatchObject({
      state: "LOCKED",
      batchCount: 1,
      lockedBatches: 1,
      reportedBatches: 0,
      settledBatches: 0,
    });
    expect(round?.batches).toEqual([{ number: 0, state: "LOCKED", attempt: 0, stakeCount: 6 }]);
    expect(round?.reporterSet).toMatchObject({ quorum: 2 });
  });

  it("tell who signed what, and what was vetoed", async () => {
    const { reports } = await index.ask(ask("reports"), { round: "1-7" });
    const signers = world.chain.reporters.slice(0, 2).map(({ address }) => address.toLowerCase());
    expect(reports.map(({ id, attempt, veto }) => [id, attempt, veto !== null])).toEqual([
      ["1-7-0-0", 0, true],
      ["1-7-0-1", 1, false],
    ]);
    for (const report of reports) expect(report.signers).toEqual(signers);
    expect(reports[0]?.veto?.guardian).toBe(world.chain.accounts[4]?.toLowerCase());
  });

  it("tell the burns with their transactions", async () => {
    const { burns } = await index.ask(ask("burns"), { tournament: "1" });
    expect(burns).toHaveLength(1);
    const { logs } = await world.chain.client.getTransactionReceipt({ hash: burns[0]?.transaction ?? "0x" });
    const burn = logs.find(
      ({ address, topics }) => address === world.chain.tokenAddress.toLowerCase() && BigInt(topics[2] ?? 1) === 0n,
    );
    expect(BigInt(burn?.data ?? 0)).toBe(BigInt(burns[0]?.amountWei ?? 0));
  });

  it("tell what a tournament can pay, now and at an older block", async () => {
    const { tournament } = await index.ask(ask("reserve"), { tournament: "1" });
    const [reserve, earmarked] = await world.chain.read<[bigint, bigint]>("reserveOf", 1);
    expect([BigInt(tournament?.reserveWei ?? 0), BigInt(tournament?.earmarkedWei ?? 0)]).toEqual([reserve, earmarked]);
    expect(sum((tournament?.rounds ?? []).map(({ earmarkedWei }) => earmarkedWei))).toBe(earmarked);
    expect(tournament?.reserveChanges).toHaveLength(1);
    for (const block of [{ number: early.number }, { hash: early.hash }]) {
      expect((await index.ask(client.reserve, { tournament: "1", block })).tournament).toBeNull();
    }
  });

  it("tell a staker's whole history", async () => {
    const { rows: payouts } = await index.all(ask("payoutHistory"), { staker: bob });
    expect(payouts.map(({ id }) => id)).toEqual(["1-7-1", "1-7-4"]);
    const { rows: changes } = await index.all(ask("stakeHistory"), { staker: bob });
    expect(changes.map(({ id, kind }) => [id, kind])).toEqual([
      ["1-1-0", "OPENED"],
      ["1-1-1", "WITHDRAWAL_REQUESTED"],
      ["1-1-2", "WITHDRAWAL_CANCELLED"],
      ["1-1-3", "WITHDRAWAL_REQUESTED"],
      ["1-4-0", "OPENED"],
    ]);
  });

  it("tell a tournament's days", async () => {
    const { chain } = world;
    await chain.travelTo((await chain.now()) + 86_400);
    await chain.send(chain.owner, "fundReserve", 1, ONE);
    await world.indexed();
    const { tournamentStats_collection: days } = await index.ask(ask("tournamentByDay"), { tournament: "1" });
    const { tournament } = await index.ask(client.reserve, { tournament: "1" });
    const last = days.at(-1);
    expect(days.length).toBeGreaterThan(1);
    expect(days.some(({ burnedNmr }) => burnedNmr !== "0")).toBe(true);
    expect(Number(last?.stakedNmr)).toBeCloseTo(Number(tournament?.activeNmr) + Number(tournament?.pendingNmr), 9);
    expect(last).toMatchObject({ reserveNmr: tournament?.reserveNmr, atRiskNmr: tournament?.atRiskNmr, stakers: 3 });
    expect(last).toMatchObject({ burnedNmr: "0", rewardedNmr: "0" });
    const today = await index.ask(client.tournamentByDay, { tournament: "1", from: last?.timestamp ?? "0" });
    expect(today.tournamentStats_collection).toEqual([last]);
  });

  it("are all asked here", async () => {
    const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
    expect([...asked].toSorted()).toEqual(
      queriesOf(readme)
        .map(({ name }) => name)
        .toSorted(),
    );
    expect(readme.match(/^### \d+\. /gm)).toHaveLength(10);
  });
});
