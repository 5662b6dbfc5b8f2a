import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../src/service/config.ts";
import { buildOracle, type Oracle } from "../src/service/oracle.ts";
import { oracle } from "./service-process.ts";
import { buildWorld, type World } from "./reconciler-world.ts";

const HOUR = 3_600;

describe("a recorded round", { timeout: 120_000 }, () => {
  let world: World;
  const elsewhere = mkdtempSync(join(tmpdir(), "replay-"));
  const file = join(elsewhere, "round-5.bundle");
  const recording = { dataFolder: "data" };

  beforeAll(async () => {
    world = await buildWorld({ positions: 1_030, unlisted: 7 });
    const turn = async (node: Oracle): Promise<void> => {
      const { failures } = await node.reconciler.tick();
      expect(failures).toEqual([]);
    };
    const node = world.oracle(recording);
    await turn(node);
    await turn(node);
    await world.moveTo(world.times.closesAt);
    await turn(node);
    await world.moveTo(world.times.resolvesAt);
    world.writeRound((round) => ({ ...round, roundDetails: { ...round.roundDetails, models: "none" } }));
    await turn(node);
    world.writeRound();
    // Another life, with a setting of its own; half of the keys, so that nobody can report yet.
    const { keys } = world.configuration;
    const half = world.oracle({
      ...recording,
      repeatVetoed: true,
      keys: { ...keys, reporters: keys.reporters.slice(1) },
    });
    await turn(half);
    await turn(half);
    const last = world.oracle(recording);
    await turn(last);
    await world.moveTo(world.times.resolvesAt + HOUR + 60);
    await turn(last);
    await turn(last);
    const config = world.writeConfig("recorded.json", recording);
    const { code, out } = await oracle("bundle", "5", "--config", config, "--out", file);
    expect(out).toMatch(/turns of round 5, \d+ bytes, from the recording in config\.dataFolder\n$/);
    expect(code).toBe(0);
  }, 120_000);
  afterAll(() => {
    rmSync(elsewhere, { recursive: true });
    return world.close();
  });

  it("is replayed in another process, without configuration, chain or feed: the same to the byte", async () => {
    const { code, out } = await oracle("replay", "--bundle", file, "--json");
    expect(code).toBe(0);
    const { isSame, turns } = JSON.parse(out) as {
      isSame: boolean;
      turns: { digest: string | null; decisions: string; difference: string | null }[];
    };
    expect(isSame).toBe(true);
    const kinds = turns.map(({ decisions }) => {
      const { actions, waiting } = JSON.parse(decisions) as {
        actions: { kind: string }[];
        waiting: { code: string }[];
      };
      return actions[0]?.kind ?? waiting[0]?.code;
    });
    expect(kinds).toEqual(["open", "round_open", "lock", "feed_refused", "signatures_missing", "report", "settle"]);
    expect(turns.filter(({ digest }) => digest !== null).length).toBeGreaterThanOrEqual(2);
  });

  it("keeps no key and no address of a node", () => {
    const text = gunzipSync(readFileSync(file)).toString();
    const { keys } = world.configuration;
    for (const name of [...keys.reporters, keys.relayer, keys.organizer]) {
      const secret = readFileSync(join(world.folder, JSON.stringify(name).match(/[\w-]+(?="\}?$)/)?.[0] ?? ""), "utf8");
      expect(text).not.toContain(secret.trim().slice(2));
    }
    expect(text).not.toContain(world.url);
  });

  it("shows every flipped byte", async () => {
    const packed = readFileSync(file);
    const text = gunzipSync(packed);
    const at = [0.1, 0.5, 0.9].map((part) => Math.floor(text.byteLength * part));
    const flipped = [
      ...at.map((place) => gzipSync(withFlip(text, place))),
      withFlip(packed, Math.floor(packed.byteLength / 2)),
      packed.subarray(0, packed.byteLength - 20),
    ];
    for (const bytes of flipped) {
      writeFileSync(join(elsewhere, "flipped"), bytes);
      const { code, out } = await oracle("replay", "--bundle", join(elsewhere, "flipped"));
      expect(out).toMatch(/^differs {2}bundle/);
      expect(code).toBe(1);
    }
  });
});

describe("without a recording", { timeout: 60_000 }, () => {
  let world: World;
  afterEach(() => world.close());

  it("a bundle holds what would be decided now, and is replayed as well", async () => {
    world = await buildWorld({ positions: 3 });
    for (const time of [null, world.times.closesAt]) {
      if (time !== null) await world.moveTo(time);
      await world.oracle().reconciler.tick();
    }
    await world.moveTo(world.times.resolvesAt);
    const out = join(world.folder, "now.bundle");
    const made = await oracle("bundle", "5", "--config", world.configFile, "--out", out);
    expect(made).toMatchObject({ code: 0, out: expect.stringContaining("1 turns of round 5") as string });
    const { code, out: said } = await oracle("replay", "--bundle", out);
    expect(said).toMatch(/all 1 turns are the same to the byte/);
    expect(code).toBe(0);
    expect(await oracle("bundle", "6", "--config", world.configFile, "--out", out)).toMatchObject({ code: 1 });
  });

  it("a data folder that can't be written is said, and stops nothing", async () => {
    world = await buildWorld({ positions: 3 });
    writeFileSync(join(world.folder, "data"), "a file, not a folder");
    const config = parseConfig({ ...world.configuration, dataFolder: "data" }, world.folder);
    const { done, failures } = await buildOracle(config, pino({ level: "silent" })).reconciler.tick();
    expect(done.map(({ action }) => action.kind)).toEqual(["open"]);
    expect(failures.map(({ code }) => code)).toEqual(["data_folder"]);
  });
});

function withFlip(bytes: Uint8Array, place: number): Uint8Array {
  return bytes.map((byte, index) => (index === place ? byte ^ 1 : byte));
}
