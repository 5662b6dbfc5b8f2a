import * as fc from "fast-check";
import { encodeFunctionData, type Hex, padHex, parseAbi } from "viem";
import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import { describe, expect, it } from "vitest";
import type { Call } from "../../src/chain/row.ts";
import { takenBy } from "../../src/flows/acts.ts";
import { callsOf, type Material } from "../../src/flows/build.ts";
import { faultIn, isSameDeed, type Purpose } from "../../src/flows/judge.ts";
import type { Act, Request } from "../../src/flows/schema.ts";

const court = { contract: padHex("0xc0", { size: 20 }), token: padHex("0x70", { size: 20 }) };

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each): Hex => `0x${Buffer.from(each).toString("hex")}`);
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const amount = fc.bigInt({ min: 1n, max: 2n ** 200n });
const place = { tournament: uint32, position: uint32 };
const taking = fc.oneof(
  fc.record<Act & { kind: "openPosition" }>({
    ...{ kind: fc.constant("openPosition"), tournament: uint32, model: bytes(32), amount },
    ...{ deadline: fc.bigInt({ min: 0n, max: 2n ** 40n }), grant: fc.integer({ min: 0, max: 70 }).chain(bytes) },
  }),
  fc.record<Act & { kind: "increaseStake" }>({ kind: fc.constant("increaseStake"), ...place, amount }),
);
const plannable = fc.oneof(
  taking,
  fc.record<Act & { kind: "requestWithdrawal" }>({ kind: fc.constant("requestWithdrawal"), ...place, amount }),
  fc.record<Act & { kind: "cancelWithdrawal" }>({ kind: fc.constant("cancelWithdrawal"), ...place }),
);
const anyRequest: fc.Arbitrary<Request> = fc.oneof(
  plannable,
  fc.record<Act & { kind: "withdraw" }>({
    kind: fc.constant("withdraw"),
    ...place,
    to: bytes(20),
  }),
  fc.record<Request & { kind: "exit" }>({
    ...{ kind: fc.constant("exit"), ...place, to: bytes(20) },
    rounds: fc.uniqueArray(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), { minLength: 1, maxLength: 5 }),
  }),
  fc
    .uniqueArray(plannable, {
      minLength: 1,
      maxLength: 20,
      selector: (act) => JSON.stringify([act.kind, act.tournament]),
    })
    .map((acts) => ({ kind: "stakePlan" as const, acts })),
);
const anyPermit = fc.record({
  deadline: fc.bigInt({ min: 0n, max: 2n ** 40n }),
  r: bytes(31),
  s: bytes(31),
  odd: fc.boolean(),
});

/** A request, the way its tokens go, and what both sides are told. */
const anyCase = fc.record({
  request: anyRequest,
  kind: fc.constantFrom("reset" as const, "approve" as const, "stake" as const, "batch" as const),
  permit: fc.option(anyPermit),
  resets: fc.boolean(),
});

function built({ request, kind, permit, resets }: typeof anyCase extends fc.Arbitrary<infer Case> ? Case : never) {
  const taken = takenBy(request);
  const isPermitted = kind === "stake" && permit !== null;
  const signature = permit && (`0x01${permit.r.slice(2)}01${permit.s.slice(2)}${permit.odd ? "1b" : "1c"}` as Hex);
  const signed = isPermitted && signature ? { value: taken, nonce: 0n, deadline: permit.deadline, signature } : null;
  const material: Material = { ...court, request, permit: signed, resets };
  const purpose: Purpose = { kind, request, taken, permits: signed !== null, resets };
  return { calls: callsOf(kind, material), purpose };
}

describe("the judge", () => {
  it("reads back what was asked for, whatever was", () => {
    fc.assert(
      fc.property(anyCase, (each) => {
        const { calls, purpose } = built(each);
        expect(faultIn(calls, purpose, court)).toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it("refuses any other bytes: one changed, one more, one less, a call more, less or twice", () => {
    const spoil = fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }), which: fc.nat() });
    fc.assert(
      fc.property(anyCase, spoil, ({ ...each }, { at, by, which }) => {
        // The signature is no part of what a call does: it is left out here.
        const { calls, purpose } = built({ ...each, permit: null });
        const index = which % calls.length;
        const lies: Call[][] = [
          calls.map((call, n) => (n === index ? { ...call, data: flipped(call.data, at, by) } : call)),
          calls.map((call, n) => (n === index ? { ...call, data: `${call.data}00` as Hex } : call)),
          calls.map((call, n) => (n === index ? { ...call, data: call.data.slice(0, -2) as Hex } : call)),
          calls.map((call, n) => (n === index ? { ...call, to: flipped(call.to, at, by) } : call)),
          calls.toSpliced(index, 1),
          [...calls, calls[index] as Call],
        ];
        for (const lie of lies) expect(faultIn(lie, purpose, court)).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });

  it("refuses what a request never asks for, also deep inside", () => {
    const request: Request = { kind: "cancelWithdrawal", tournament: 1, position: 2 };
    const purpose: Purpose = { kind: "stake", request, taken: 0n, permits: false, resets: false };
    const [cancel] = callsOf("stake", { ...court, request, permit: null, resets: false });
    if (cancel === undefined) throw new Error("no call");
    const many = (...data: Hex[]): Call => ({
      to: court.contract,
      data: encodeFunctionData({ abi, functionName: "multicall", args: [data] }),
    });
    expect(faultIn([many(many(cancel.data).data)], purpose, court)).toBeNull();
    const settle = encodeFunctionData({ abi, functionName: "voidRound", args: [1, 2n] });
    const transfer = encodeFunctionData({
      abi: parseAbi(["function transfer(address,uint256)"]),
      args: [court.contract, 1n],
    });
    const give = encodeFunctionData({ abi, functionName: "transferOrganizer", args: [1, court.token] });
    for (const extra of [settle, transfer, give, "0x" as const, cancel.data]) {
      expect(faultIn([many(cancel.data, extra)], purpose, court)).not.toBeNull();
      expect(faultIn([many(many(cancel.data).data, many(extra).data)], purpose, court)).not.toBeNull();
    }
    expect(faultIn([{ to: court.token, data: transfer }], purpose, court)).not.toBeNull();
  });

  it("tells the same deed from another, whatever the permit's signature", () => {
    fc.assert(
      fc.property(anyRequest, anyPermit, anyPermit, (request, a, b) => {
        const [first] = built({ request, kind: "stake", permit: a, resets: false }).calls;
        const [second] = built({ request, kind: "stake", permit: b, resets: false }).calls;
        const [plain] = built({ request, kind: "stake", permit: null, resets: false }).calls;
        if (!first || !second || !plain) throw new Error("no call");
        expect(isSameDeed(first, second, court)).toBe(true);
        expect(isSameDeed(first, plain, court)).toBe(false);
        expect(isSameDeed({ ...first, to: court.token }, { ...first, to: court.token }, court)).toBe(false);
      }),
    );
  });
});

function flipped<Text extends Hex>(data: Text, at: number, by: number): Text {
  const raw = Buffer.from(data.slice(2), "hex");
  const index = at % raw.length;
  raw[index] = (raw[index] ?? 0) ^ by;
  return `0x${raw.toString("hex")}` as Text;
}
