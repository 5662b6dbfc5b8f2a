import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isCalm, KNOBS, knobsOf, simpler } from "./simulation/knobs.ts";
import { isFound, judgeMutant, MUTANTS } from "./simulation/mutants.ts";
import { runSchedule } from "./simulation/schedule.ts";
import { tallyOf } from "./simulation/tally.ts";

// The short form of `npm run soak:simulation`: docs/simulation.md.

const QUICK = 200;
const DEADLINES = 10;
/** Each fault at each endpoint. */
const RUNS = 36;
const REPLAYED = 20;

describe("whole nodes under a virtual clock", () => {
  it("report and settle every batch once, whatever the schedule", async () => {
    const tally = await tallyOf({ kind: "all", first: 1, end: 1 + QUICK, step: 1, mostFailures: 1 }, () => undefined);
    expect(tally.failures).toEqual([]);
    expect(tally.schedules).toBe(QUICK);
    const { kills, reorgs, vetoes, reports, settlements } = tally;
    for (const count of [kills, reorgs, vetoes, reports, settlements]) expect(count).toBeGreaterThan(QUICK / 20);
  });

  it("miss no deadline with two of five dead, an endpoint that lies and one that hangs for each, and no feed", async () => {
    const share = { kind: "deadlines", first: 1, end: 1 + DEADLINES, step: 1, mostFailures: 1 } as const;
    const tally = await tallyOf(share, () => undefined);
    expect(tally.failures).toEqual([]);
    expect(tally.settlements).toBeGreaterThanOrEqual(DEADLINES);
    for (const what of ["dead", "lies", "hangs", "awaySeconds", "dearBlocks", "reorgs"] as const)
      expect(tally[what], what).toBeGreaterThan(0);
    // A tenth of the window, at the least, is still left.
    expect(tally.latest).toBeLessThan(90);
  });

  it("lose at most one turn to each of twelve faults at one of three endpoints, and sign nothing wrong", async () => {
    const share = { kind: "rpc", first: 1, end: 1 + RUNS, step: 1, mostFailures: 1 } as const;
    const tally = await tallyOf(share, () => undefined);
    expect(tally.failures).toEqual([]);
    for (const what of ["schedules", "signatures", "reports", "settlements"] as const) expect(tally[what]).toBe(RUNS);
    // One of three is worth no time either: the second reading of the feed is what takes a tenth of the window.
    expect(tally.latest).toBeLessThan(20);
    const faults = Array.from({ length: RUNS }, (_, index) => KNOBS.rpc(index + 1).fault);
    expect(new Set(faults.map((fault) => `${String(fault?.name)} at ${String(fault?.at)}`)).size).toBe(RUNS);
  });

  it("are decided again from their recordings, byte for byte", async () => {
    const share = { kind: "replay", first: 1, end: 1 + REPLAYED, step: 1, mostFailures: 1 } as const;
    const tally = await tallyOf(share, () => undefined);
    expect(tally.failures).toEqual([]);
    expect(tally.replayedRounds).toBeGreaterThan(REPLAYED);
    expect(tally.replayedTurns).toBeGreaterThan(5 * tally.replayedRounds);
  });

  it("without any fault are among them: there nothing may be sent in vain", () => {
    const calm = Array.from({ length: QUICK }, (_, index) => knobsOf(index + 1)).filter(isCalm);
    expect(calm.length).toBeGreaterThan(0);
  });

  it("do the same from the same seed, and something else from another", async () => {
    const seeds = Array.from({ length: 10 }, (_, index) => 500 + index);
    const hashes = async (): Promise<number[]> => {
      const found: number[] = [];
      for (const seed of seeds) found.push((await runSchedule(seed, knobsOf(seed))).hash);
      return found;
    };
    const first = await hashes();
    expect(await hashes()).toEqual(first);
    expect(new Set(first).size).toBe(seeds.length);
  });

  it("tell what happened, without a change to it", async () => {
    const silent = await runSchedule(7, knobsOf(7));
    const told = await runSchedule(7, knobsOf(7), true);
    expect(silent.trace).toEqual([]);
    expect(told.hash).toBe(silent.hash);
    expect(told.trace.some((line) => line.includes("publishes number 0"))).toBe(true);
  });

  it("are tried with fewer faults only where those are fewer", () => {
    for (let seed = 1; seed < 200; seed += 1) {
      const knobs = knobsOf(seed);
      for (const less of simpler(knobs)) {
        expect(less).not.toEqual(knobs);
        expect(less.dead + less.liars).toBeLessThanOrEqual(less.operators - less.quorum);
        expect(less.kills).toBeLessThanOrEqual(knobs.kills);
      }
    }
  });

  it.each(MUTANTS.filter(({ schedules }) => schedules <= QUICK).map((mutant) => [mutant.name, mutant] as const))(
    "are found out where one %s",
    (_, mutant) => {
      const judged = judgeMutant(mutant);
      expect(isFound(mutant, judged), judged.text).toBe(true);
      expect(judged.text).toMatch(/^needs: \{/m);
    },
  );

  it("aren't run with options that make no sense", () => {
    const main = join(import.meta.dirname, "simulation/main.ts");
    const { status, stderr } = spawnSync(process.execPath, [main, "--schedules", "0"], { encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toMatch(/^--schedules is 0, but takes a whole number from 1 on; usage: /);
  });
});
