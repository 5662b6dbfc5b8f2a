import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeAbiParameters, type Hex, parseAbiParameters, toEventSelector } from "viem";
import { numeraireStakingAbi as abi } from "../src/chain/generated/abi.ts";
import { previewPayout } from "../src/core/payout.ts";
import { formatNmr } from "../src/core/units.ts";
import { packPayouts } from "../src/core/words.ts";
import { freePort, MAIN, oracle } from "./service-process.ts";
import { proxyOf, type Proxy } from "./reconciler-proxy.ts";
import { buildWorld, score, uuid, type World } from "./reconciler-world.ts";

const HOUR = 3_600;
const POSITIONS = 5;
const NANO = 10n ** 9n;

/** A round at each of its stages, in one life: the tests stand in its order. */
describe("commands on a round's way", { timeout: 120_000 }, () => {
  let world: World;
  let proxy: Proxy;
  beforeAll(async () => {
    world = await buildWorld({ positions: POSITIONS });
    proxy = await proxyOf(world.url);
  }, 60_000);
  afterAll(() => {
    proxy.close();
    return world.close();
  });

  const turn = async (): Promise<void> => {
    const { failures } = await world.oracle().reconciler.tick();
    expect(failures).toEqual([]);
  };
  const proxied = (): string => world.writeConfig("proxied.json", { rpcUrls: [proxy.url] });
  const expected = (position: number): bigint => {
    const first = BigInt(Math.round(Number(score(position)) * 1e9));
    const terms = {
      multipliers: [500_000_000n, 2_000_000_000n],
      clip: 50_000_000n,
      stakeThreshold: 72_000n * NANO,
      exposure: NANO,
    } as const;
    return previewPayout(terms, BigInt(POSITIONS) * NANO, NANO, [first, first / 10n]);
  };

  it("before the round opens: explain tells what is due, preview that there is nothing yet", async () => {
    const page = await oracle("explain", "5", "--config", world.configFile);
    expect(page.code).toBe(0);
    expect(page.out).toContain("Round 5 is not opened yet; the feed announces it.");
    expect(page.out).toMatch(/Due now: open round 5 \(until .*Z\); send it with: oracle tick/);
    const preview = await oracle("preview", "5", "--config", world.configFile);
    expect(preview).toMatchObject({ code: 1, err: expect.stringContaining("5 was never opened") as string });
    expect(await oracle("explain", "77", "--config", world.configFile)).toMatchObject({
      code: 1,
      out: "",
      err: "oracle: round 77 was never opened, and the feed doesn't announce it\n",
    });
  });

  it("while the round runs: preview projects each payout, status says what is waited for", async () => {
    await turn();
    await world.moveTo(world.times.closesAt);
    await turn();
    const { code, out } = await oracle("preview", "5", "--config", world.configFile, "--json");
    expect(code).toBe(0);
    const said = JSON.parse(out) as { isFinal: boolean; positions: { position: number; payout: string }[] };
    expect(said.isFinal).toBe(false);
    expect(said.positions.map(({ payout }) => BigInt(payout))).toEqual(
      Array.from({ length: POSITIONS }, (_, position) => expected(position)),
    );
    const table = await oracle("preview", "5", "--config", world.configFile);
    const row = table.out.split("\n").find((line) => line.includes(uuid(3)));
    expect(row?.trim().split(/ +/)).toEqual(["3", uuid(3), "m3", "1", "0.011", "0.0011", formatNmr(expected(3))]);
    const status = await oracle("status", "--config", world.configFile);
    expect(status.code).toBe(0);
    expect(status.out).toMatch(/^from chain and feed: no service answers/);
    expect(status.out).toMatch(/^5 +locked +1\/0\/0 of 1 +round 5 resolves later \(until .*Z\)$/m);
    expect(await oracle("audit", "5", "--config", world.configFile)).toMatchObject({
      code: 3,
      out: expect.stringContaining("is locked, not settled") as string,
    });
  });

  it("once scores are final: explain names who must sign, until when, and what if not", async () => {
    await world.moveTo(world.times.resolvesAt);
    const { code, out } = await oracle("explain", "5", "--config", world.configFile, "--position", "4");
    expect(code).toBe(0);
    expect(out).toMatch(/Nobody has signed anything of it that is known here\./);
    expect(out).toMatch(/signatures_missing: round 5 batch 0 has 0 of the 2 signatures that it needs/);
    expect(out).toMatch(/If it isn't reported by .*Z and settled by .*Z: anybody may void it/);
    expect(out).toMatch(/rate += \S+ × 1 = 0\.0336\n/);
    expect(out).toMatch(/ = 0\.0336 NMR\n +no bound bit/);
    const byModel = await oracle("explain", "5", "--config", world.configFile, "--model", uuid(0), "--json");
    const { positions } = JSON.parse(byModel.out) as {
      positions: { position: number; derivation: { bounds: string[] } }[];
    };
    expect(positions.map(({ position, derivation }) => [position, derivation.bounds])).toEqual([[0, ["clip"]]]);
  });

  it("beside a running service: status is the service's own word, explain shows who has signed", async () => {
    const port = await freePort();
    const { keys } = world.configuration;
    // One of the two signatures that are needed, so that the round waits.
    const half = { port, keys: { ...keys, reporters: keys.reporters.slice(0, 1) } };
    const config = world.writeConfig("half.json", half);
    const service = spawn(process.execPath, [MAIN, "run", "--config", config], { stdio: "ignore" });
    try {
      await until(async () => (await fetch(`http://127.0.0.1:${port}/v1/attestations?round=5`)).ok);
      await until(async () =>
        (await (await fetch(`http://127.0.0.1:${port}/rounds`)).text()).includes("signatures_missing"),
      );
      const status = await oracle("status", "--config", config);
      expect(status.out).toContain(`from the service at http://127.0.0.1:${port}\nnot ready: `);
      expect(status.out).toMatch(/^ {2}signatures_missing: round 5 batch 0 has 1 of the 2 signatures/m);
      expect(status.code).toBe(3);
      const page = await oracle("explain", "5", "--config", config);
      expect(page.out).toMatch(
        /batch 0 attempt 0: 1 of 2 needed, scores 0x\w{64}, signed by 0x\w{40}; not by 0x\w{40}, 0x\w{40}/,
      );
    } finally {
      service.kill("SIGKILL");
      await once(service, "exit");
    }
  });

  it("after the settlement: audit is clean, explain tells who signed, in which transactions", async () => {
    await turn();
    await world.moveTo(world.times.resolvesAt + HOUR + 60);
    await turn();
    const { code, out } = await oracle("audit", "--config", world.configFile);
    expect(out).toMatch(/^clean +round 5 +5 positions +0 differences\n$/);
    expect(code).toBe(0);
    const page = await oracle("explain", "5", "--config", world.configFile, "--position", "0");
    expect(page.code).toBe(0);
    expect(page.out).toMatch(/batch 0 was reported at \S+Z in 0x[0-9a-f]{64}, attempt 0, signed by 0x\w{40}, 0x\w{40}/);
    expect(page.out).toMatch(/clipped to -0\.05 .*\n.*= -0\.05 NMR\n +bounds that bit: clip/);
  });

  it("audit names position, model, field and both values where the feed says something else now", async () => {
    world.writeRound((file) => ({
      ...file,
      roundDetails: {
        ...file.roundDetails,
        models: file.roundDetails.models.map((model, index) => (index === 2 ? { ...model, mmc: 0.5 } : model)),
      },
    }));
    const { code, out } = await oracle("audit", "5", "--config", world.configFile);
    world.writeRound();
    expect(code).toBe(1);
    const lines = out
      .trim()
      .split("\n")
      .filter((line) => line.startsWith("difference"));
    const reported = Number(score(2)) / 10;
    expect(lines).toEqual([
      expect.stringMatching(
        new RegExp(
          `round 5 batch 0 position 2, model m2 \\(0x\\w+\\), mmc \\(the feed's text: 0\\.5\\): ${reported} was reported, the feed gives 0\\.5$`,
        ),
      ) as string,
    ]);
  });

  it("audit finds a node that lies about payouts, stakes, scores or the schedule", async () => {
    const paid = Array.from({ length: POSITIONS }, (_, position) => expected(position));
    const selectors = {
      opened: selectorOf("RoundOpened"),
      locked: selectorOf("BatchLocked"),
      reported: selectorOf("ScoresReported"),
      settled: selectorOf("BatchSettled"),
    };
    const otherDigit = (data: Hex): Hex => `${data.slice(0, -1)}${data.endsWith("1") ? "2" : "1"}` as Hex;
    const lies: [string, (topic: Hex, data: Hex) => Hex | null, RegExp][] = [
      [
        "payouts",
        (topic, data) => {
          if (topic !== selectors.settled) return null;
          const forged = packPayouts(paid.map((payout, position) => (position === 1 ? payout + 1n : payout)));
          const amounts = data.slice(0, 2 + 2 * 64);
          const words = encodeAbiParameters(parseAbiParameters("uint256, uint256, uint256[]"), [0n, 0n, forged]);
          return `${amounts}${words.slice(2 + 2 * 64)}` as Hex;
        },
        /position 1, payout: \S+ NMR was settled, the formula gives \S+$/m,
      ],
      [
        "stakes",
        (topic, data) => (topic === selectors.locked ? otherDigit(data) : null),
        /stakes word 1: 0x\w+ in the lock's event, 0x\w+ in the settlement/,
      ],
      [
        "scores",
        (topic, data) => (topic === selectors.reported ? otherDigit(data) : null),
        /position 4, model m4 \(0x\w+\), mmc \(the feed's text: 0\.0048\d*\): \S+ was reported, the feed gives 0\.0048$/m,
      ],
      [
        "schedule",
        (topic, data) => (topic === selectors.opened ? otherDigit(data) : null),
        /schedule: the events say .*, the contract says /,
      ],
    ];
    for (const [name, lie, line] of lies) {
      proxy.fault = (request, answer) => {
        if (request.method !== "eth_getLogs" || !("result" in answer)) return undefined;
        const logs = answer.result as { topics: Hex[]; data: Hex }[];
        return { result: logs.map((log) => ({ ...log, data: lie(log.topics[0] ?? "0x", log.data) ?? log.data })) };
      };
      const { code, out } = await oracle("audit", "5", "--config", proxied());
      expect(out, name).toMatch(line);
      expect(code, name).toBe(1);
    }
    proxy.fault = null;
  });

  it("answers 3 where chain or feed is away, 2 to what is no question", async () => {
    const nobody = world.writeConfig("nobody.json", { rpcUrls: ["http://127.0.0.1:9/secret-canary"] });
    const feed = { kind: "numerai", url: "http://127.0.0.1:9/secret-canary", tournament: 8 };
    const feedless = world.writeConfig("feedless.json", { feed });
    for (const args of [
      ["audit", "5", "--config", nobody],
      ["audit", "5", "--config", feedless],
      ["preview", "5", "--config", nobody],
      ["status", "--config", nobody],
    ]) {
      const { code, out, err } = await oracle(...args);
      expect([args[0], code]).toEqual([args[0], 3]);
      expect(out + err).not.toContain("secret-canary");
    }
    for (const args of [
      ["audit", "0"],
      ["audit", "5", "--all"],
      ["preview", "five"],
      ["explain", "5", "--position", "99"],
      ["explain", "5", "--model", "nobody"],
    ]) {
      const { code, err } = await oracle(...args, "--config", world.configFile);
      expect([args, code, err.trim().split("\n").length]).toEqual([args, 2, 1]);
    }
    writeFileSync(join(world.folder, "no-bundle"), "nothing");
    expect(await oracle("replay", "--bundle", join(world.folder, "no-bundle"))).toMatchObject({ code: 1 });
    expect(await oracle("replay", "--bundle", join(world.folder, "none"))).toMatchObject({ code: 2 });
  });
});

async function until(reached: () => Promise<boolean>): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while (!(await reached().catch(() => false))) {
    if (Date.now() > giveUpAt) throw new Error("the service doesn't come to it");
    await sleep(100);
  }
}

function selectorOf(name: "RoundOpened" | "BatchLocked" | "ScoresReported" | "BatchSettled"): Hex {
  const item = abi.find((each) => each.type === "event" && each.name === name);
  if (item?.type !== "event") throw new Error(`no event ${name}`);
  return toEventSelector(item);
}
