import { readFileSync } from "node:fs";
import Fastify, { type FastifyInstance } from "fastify";
import fc from "fast-check";
import { keccak256, toBytes } from "viem";
import { afterAll, describe, expect, it } from "vitest";
import { publishedSchemas } from "../src/feeds/neutral-schema.ts";
import { readNeutralRound, readNeutralRounds } from "../src/feeds/neutral.ts";
import { jsonOf, neutralBody, neutralListBody, neutralRoundWith, textOf } from "./feeds-bodies.ts";
import { NEUTRAL } from "./feeds-corpus-neutral.ts";
import { changed, MISSING, placesOf, put } from "./feeds-spoils.ts";

const ONE = 10n ** 9n;
const AFTER = { now: 2_000_000_000 };
const read = (...changes: [string, unknown][]) => readNeutralRound(jsonOf(changed(neutralBody(), ...changes)), AFTER);

describe("a round of any organizer's", () => {
  it("is read to the last digit, from numbers and from text", () => {
    const { round, details } = read();
    expect(round).toEqual({
      tournament: 3,
      number: 12n,
      opensAt: 1_767_700_800,
      closesAt: 1_767_704_400,
      resolvesAt: 1_770_379_200,
      status: "resolved",
      resolved: true,
      terms: { multipliers: [ONE / 2n, 2n * ONE], clip: 50_000_000n, stakeThreshold: 72_000n * ONE, exposure: ONE },
      scoreNames: ["skill", "novelty"],
    });
    expect(details.models[0]).toEqual({
      id: "66a262f2-39c1-13dd-4cc8-0d2337108916",
      name: "model_0",
      model: `0x66a262f239c113dd4cc80d2337108916${"0".repeat(32)}`,
      stake: 0n,
      settled: null,
      scores: [20_000_000n, -10_000_000n],
      raw: { "scores[0]": "0.02", "scores[1]": "-0.01", "gates[0]": "0.1", "round.gates[0].limit": "0.15" },
    });
    expect(details.models[1]).toMatchObject({
      name: "alice/first",
      model: keccak256(toBytes("alice/first")),
      scores: null,
      raw: { "scores[0]": null, "scores[1]": null },
    });
  });

  it("has no risk for a model without scores, at its limit, or with nothing measured", () => {
    expect(read().details.models.map(({ scores }) => scores)).toEqual([
      [20_000_000n, -10_000_000n],
      null,
      [100n, 0n],
      null,
      null,
    ]);
  });

  it("may have no gates and pay on one score alone", () => {
    const { round, details } = read(
      ["round.gates", MISSING],
      ["round.scoreNames[1]", ""],
      ["round.terms.multipliers[1]", 0],
      ["models", [{ id: "bob", scores: [0.5, null] }]],
    );
    expect(round.scoreNames).toEqual(["skill", ""]);
    expect(details.models).toMatchObject([{ scores: [500_000_000n, 0n], raw: { "scores[0]": "0.5" } }]);
  });

  it("is refused while its scores aren't final, where that is asked", () => {
    const open = jsonOf(changed(neutralBody(), ["round.resolved", false]));
    expect(readNeutralRound(open, AFTER).details.resolved).toBe(false);
    expect(() => readNeutralRound(open, { ...AFTER, resolved: true })).toThrow("round.resolved: false; the scores of");
  });

  it("has a digest of its values: not of their writing, their order or the gates' measures", () => {
    const { digest } = read().details;
    expect(read(["models[0].scores", ["2e-2", -0.01]]).details.digest).toBe(digest);
    expect(read(["models[0].gates[0]", 0.11]).details.digest).toBe(digest);
    expect(read(["models", neutralBody()["models"]?.toReversed()]).details.digest).toBe(digest);
    expect(read(["models[0].gates[0]", 0.2]).details.digest).not.toBe(digest);
    expect(read(["models[0].scores[0]", 0.020000001]).details.digest).not.toBe(digest);
    expect(read(["round.scoreNames[0]", "other"]).details.digest).not.toBe(digest);
    expect(read(["tournament", 4]).details.digest).not.toBe(digest);
  });

  it("is one of a list, in which a row of another kind is refused alone", () => {
    const round = neutralRoundWith();
    const odd = [7, neutralRoundWith({ number: 13, resolved: "no" })];
    const body = neutralListBody(round, neutralRoundWith({ number: 11 }), ...odd);
    const list = readNeutralRounds(jsonOf(body), AFTER);
    expect(list.rounds.map(({ number }) => number)).toEqual([11n, 12n]);
    expect(list.refused).toMatchObject([
      { number: null, fault: { field: "rounds[2]" } },
      { number: 13n, fault: { field: "rounds[3].resolved" } },
    ]);
    expect(() => readNeutralRounds(jsonOf(neutralListBody(round, round)), AFTER)).toThrow(
      "rounds[1].number: 12 is also rounds[0]",
    );
    expect(() => readNeutralRounds(jsonOf(changed(body, ["rounds", MISSING])), AFTER)).toThrow(
      "rounds: is missing; expected a list",
    );
  });
});

describe("the published schema", () => {
  const apps: FastifyInstance[] = [];
  afterAll(async () => {
    for (const app of apps) await app.close();
  });

  /** Ajv, as an organizer might use it, inside Fastify. */
  function judgeOf(name: "round" | "rounds"): (text: string) => Promise<boolean> {
    const app = Fastify({
      ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
    });
    apps.push(app);
    app.post("/", { schema: { body: publishedSchemas()[name] } }, () => "good");
    const headers = { "content-type": "application/json" };
    return async (payload) => (await app.inject({ method: "POST", url: "/", headers, payload })).statusCode === 200;
  }

  it.each(["round", "rounds"] as const)("of %s is what is checked: run npm run schemas --workspace oracle", (name) => {
    const file = new URL(`../schema/${name}.json`, import.meta.url);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(publishedSchemas()[name]);
  });

  it("takes what is good", async () => {
    expect(await judgeOf("round")(textOf(neutralBody()))).toBe(true);
    expect(await judgeOf("rounds")(textOf(neutralListBody(neutralRoundWith())))).toBe(true);
    expect(await judgeOf("rounds")(textOf(neutralBody()))).toBe(false);
  });

  it("refuses by its own what has the wrong shape; what is left has the right one and the wrong value", async () => {
    const judge = judgeOf("round");
    const passed: string[] = [];
    for (const { name, spoil } of NEUTRAL) if (await judge(spoil(neutralBody()))) passed.push(name);
    expect(NEUTRAL.length - passed.length).toBeGreaterThan(70);
    expect(passed).toContain("a model twice");
    expect(passed).not.toContain("three scores");
  });

  it("takes whatever is read: no organizer who follows it is surprised", async () => {
    const judge = judgeOf("round");
    const value = fc.oneof(fc.constantFrom("0.1", "1e-3", 0, 1, null, "", "x", true, [], {}, "2026-01-06T12:30:00Z"));
    const places = placesOf(neutralBody());
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...places), value, async (place, put_) => {
        const body = neutralBody();
        put(body, place, put_);
        try {
          readNeutralRound(jsonOf(body), AFTER);
        } catch {
          return;
        }
        taken += 1;
        expect(await judge(textOf(body))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(50);
  });
});
