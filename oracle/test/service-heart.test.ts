import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type Heartbeat, heartbeatDocument, listDigest, type SignedHeartbeat } from "../src/core/heartbeat.ts";
import { askHeart } from "../src/peers/hearts.ts";
import type { HeartbeatsAnswer } from "../src/peers/wire.ts";
import { toWire } from "../src/peers/wire.ts";
import { BEAT_MS, heart, type HeartOptions } from "../src/service/heart.ts";
import { SignerTrouble } from "../src/signers/errors.ts";
import { heartSigner } from "../src/signers/heart-signer.ts";
import { localKey } from "../src/signers/local-key.ts";
import { chain, feedFor, offer, START } from "./plan-world.ts";
import { appAt, metricsOf, operators, READINESS, scrape, tickAt } from "./service-world.ts";
import { ADDRESS, CONTRACT, domain, heartbeat, KEY, scope, TOURNAMENT } from "./signers-values.ts";

const FACTS = { ...chain(START, []), tournament: TOURNAMENT };
const FEED = feedFor(FACTS, [offer()]);
const WHERE = { chainId: domain.chainId, contract: CONTRACT, tournament: TOURNAMENT };

/** A heart whose clock is the test's. */
function beating(signers: HeartOptions["signers"], urls: readonly string[] = []) {
  const clock = { now: 0 };
  const peers = { urls, domain: WHERE, timeoutMs: 500 };
  const subject = heart({ signers, peers, version: "1.2.3", now: () => clock.now });
  const look = async (after = 12_000) => {
    const faults = subject.look(FACTS, FEED);
    await new Promise((resolve) => setImmediate(resolve));
    clock.now += after;
    return faults;
  };
  return { subject, clock, look };
}

describe("a heart", () => {
  it("beats at the first look and every 45 s, with what the node knows, signed by its reporter", async () => {
    const signed: Heartbeat[] = [];
    const own = heartSigner(localKey(KEY), scope);
    const signer = {
      address: ADDRESS,
      sign: (given: Heartbeat) => {
        signed.push(given);
        return own.sign(given);
      },
    };
    const { subject, look } = beating([signer]);
    for (let turn = 0; turn < 10; turn += 1) {
      expect(await look()).toEqual([]);
      await sleep(20);
    }
    expect(signed.map(({ time }) => time)).toEqual([0, 48, 96]);
    const beat = { tournament: TOURNAMENT, time: 96, block: 5n, feedDigest: listDigest(FEED), version: "1.2.3" };
    const signature = await own.sign(beat);
    expect(subject.answer()).toEqual({
      ...WHERE,
      version: "1.2.3",
      time: 120,
      block: 5n,
      reporters: [ADDRESS],
      heartbeats: [{ ...beat, reporter: ADDRESS, signature }],
    });
  });

  it("tells of a dead signer at every turn until it signs again, and asks it at every turn", async () => {
    let asked = 0;
    let isDead = false;
    const { look, subject } = beating([
      {
        address: ADDRESS,
        sign: () => {
          asked += 1;
          return isDead ? Promise.reject(new SignerTrouble("gone")) : Promise.resolve("0x12");
        },
      },
    ]);
    await look(BEAT_MS);
    isDead = true;
    expect(await look()).toEqual([]);
    for (let turn = 0; turn < 4; turn += 1) expect(await look()).toMatchObject([{ code: "signer_down" }]);
    expect(asked).toBe(6);
    isDead = false;
    await look();
    expect(await look()).toEqual([]);
    // The last sign of life stays as it was, with its time.
    expect(subject.answer().heartbeats).toMatchObject([{ time: (BEAT_MS + 5 * 12_000) / 1_000 }]);
  });

  it("waits for no signer, asks one that hangs once, and the others all the same", async () => {
    const asked = { hanging: 0, good: 0 };
    const hanging = {
      address: CONTRACT,
      sign: () => {
        asked.hanging += 1;
        return new Promise<never>(() => undefined);
      },
    };
    const good = {
      address: ADDRESS,
      sign: () => {
        asked.good += 1;
        return Promise.resolve("0x12" as const);
      },
    };
    const { look } = beating([hanging, good]);
    for (let turn = 0; turn < 5; turn += 1) await look(BEAT_MS);
    expect(asked).toEqual({ hanging: 1, good: 5 });
  });
});

describe("another node's heart", () => {
  let server: Server | null = null;
  afterEach(() => server?.close());

  async function serving(answer: Partial<HeartbeatsAnswer>): Promise<string> {
    const now = 1_790_000_100;
    const whole = { ...WHERE, version: "9.9.9", time: now, block: 7n, reporters: [ADDRESS], heartbeats: [], ...answer };
    server = createServer((_, response) => response.end(toWire(whole))).listen(0, "127.0.0.1");
    await once(server, "listening");
    return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  }
  const asked = async (answer: Partial<HeartbeatsAnswer>, ahead = 0) => {
    const url = await serving(answer);
    return askHeart(url, { domain: WHERE, timeoutMs: 500 }, () => (1_790_000_100 - ahead) * 1_000);
  };
  const signed = async (changes: Partial<SignedHeartbeat> = {}): Promise<SignedHeartbeat> => {
    const signature = await localKey(KEY).signHeartbeat(heartbeatDocument(domain, heartbeat));
    return { ...heartbeat, reporter: ADDRESS, signature, ...changes };
  };

  it("is told with its version, its clock, and whose keys can sign", async () => {
    const other = `0x${"77".repeat(20)}` as const;
    const answer = { reporters: [ADDRESS, other], heartbeats: [await signed()] };
    expect(await asked(answer, 2)).toMatchObject({
      version: "9.9.9",
      clockOffset: 2,
      block: 7n,
      beating: [ADDRESS],
      silent: [other],
      fault: null,
    });
  });

  it.each<[string, Partial<SignedHeartbeat>, RegExp | null]>([
    ["by another key", { reporter: CONTRACT }, /is not by 0x/],
    ["of another block", { block: 1n }, /is not by 0x/],
    ["that is no signature", { signature: `0x${"00".repeat(65)}` }, /is not by 0x/],
    ["of three minutes ago", { time: heartbeat.time - 100 }, null],
    ["of another tournament", { tournament: 9 }, null],
  ])("is silent with a heartbeat %s", async (_, changes, fault) => {
    const told = await asked({ heartbeats: [await signed(changes)] });
    expect(told).toMatchObject({ beating: [], silent: [ADDRESS] });
    if (fault === null) expect(told.fault).toBeNull();
    else expect(told.fault).toMatch(fault);
  });

  it("is none where it serves something else, or nothing", async () => {
    expect((await asked({ tournament: 9 })).fault).toMatch(/^it serves tournament 9 of/);
    expect((await asked({ version: "x".repeat(65) })).fault).toMatch(/^version: /);
    const dead = await askHeart("http://127.0.0.1:9", { domain: WHERE, timeoutMs: 500 }, () => 0);
    expect(dead).toMatchObject({ version: null, clockOffset: null, beating: [], silent: [] });
    expect(dead.fault).not.toBeNull();
  });

  it("is asked beside the turns, measured, and shown", async () => {
    const url = await serving({ heartbeats: [await signed()], time: 30 });
    const { subject, look } = beating([], [url]);
    await look(0);
    while (subject.peers.length === 0) await sleep(10);
    const { host } = new URL(url);
    expect(subject.peers).toMatchObject([{ host, version: "9.9.9", clockOffset: 30 }]);
    const series = await scrape(metricsOf({ hearts: () => subject.peers }));
    const value = (name: string) => series.find((each) => each.name === name);
    expect(value("oracle_operator_version_info")).toMatchObject({ labels: { version: "9.9.9" }, value: 1 });
    expect(value("oracle_operator_clock_offset_seconds")?.value).toBe(30);
    expect(value("oracle_operator_silent_keys")?.value).toBe(0);
    const tick = tickAt();
    const app = appAt(tick, READINESS, tick, {
      heart: { ...subject, peers: subject.peers },
      attester: operators([], [{ host, reporters: [], fault: null }]),
    });
    expect((await app.inject("/status")).json()).toMatchObject({
      peers: [{ host, up: true, version: "9.9.9", clockOffsetSeconds: 30, beating: [ADDRESS], silent: [] }],
    });
    expect((await app.inject("/v1/heartbeats")).json()).toMatchObject({ ...WHERE, block: "5", version: "1.2.3" });
  });
});
