import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import { isObject, type Json, JsonFault, JsonNumber, parseJson, refuseFaults, showJson } from "../src/core/json.ts";

/** Back to plain values, to compare with JSON.parse. */
function plain(value: Json): unknown {
  if (value instanceof JsonNumber) return JSON.parse(value.source);
  if (value === null || typeof value !== "object") return value;
  if (value instanceof JsonFault) throw new Error(value.reason);
  if (Array.isArray(value)) return (value as readonly Json[]).map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

function outcomeOf(call: () => string): { value?: string; error?: Error } {
  try {
    return { value: call() };
  } catch (error) {
    return { error: error as Error };
  }
}

describe("parseJson", () => {
  it("is JSON.parse, but for numbers kept as written", () => {
    fc.assert(
      fc.property(fc.json({ noUnicodeString: false }), (text) => {
        expect(JSON.stringify(plain(parseJson(text, "body")))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it.each(["0.1234567890123456789", "1e-7", "1E+400", "-0", "123456789012345678901234567890"])("keeps %s", (source) => {
    expect(parseJson(`[${source}]`, "body")).toEqual([new JsonNumber(source)]);
  });

  it.each([
    ['{"a":{"b":[1,{"corr":NaN}]}}', "a.b[1].corr", "NaN"],
    ['{"x":"NaN, \\" Infinity","y":-Infinity}', "y", "-Infinity"],
    ['[0, Infinity , "a"]', "[1]", "Infinity"],
    ['{"NaN":NaN}', "NaN", "NaN"],
    ["NaN", "body", "NaN"],
  ])("names the field of the non-number in %s", (text, field, shown) => {
    const body = parseJson(text, "body");
    expect(() => refuseFaults(body, "")).toThrow(InputError);
    expect(() => refuseFaults(body, "")).toThrow(`${field}: ${shown} is not a number`);
  });

  it("leaves NaN inside a string alone", () => {
    const body = parseJson('{"name":"NaN","other":[Infinity]}', "body");
    expect(body).toEqual({ name: "NaN", other: [new JsonFault("Infinity is not a number")] });
  });

  it.each([
    ['{"a":1,"b":2,"a":1}', "a", "is there twice"],
    ['{"rounds":[{},{"x":{"mmc":1,"m\\u006dc":2}}]}', "rounds[1].x.mmc", "is there twice"],
    ['{"__proto__":1,"__proto__":{}}', "__proto__", "is there twice"],
    ['[{"name":"\\ud83e"}]', "[0].name", "half of a surrogate pair"],
    ['{"name":"\ud83e"}', "name", "half of a surrogate pair"],
    ['{"a":{"\\udd8a":1}}', "a.\udd8a", "half of a surrogate pair in its name"],
  ])("names the field of what nobody can tell the meaning of: %s", (text, field, reason) => {
    expect(() => refuseFaults(parseJson(text, "body"), "")).toThrow(expect.objectContaining({ field }) as Error);
    expect(() => refuseFaults(parseJson(text, "body"), "")).toThrow(reason);
  });

  it("keeps a member called __proto__ a member", () => {
    const body = parseJson('{"__proto__":{"mmc":1}}', "body");
    expect(isObject(body) && body["mmc"]).toBe(undefined);
    expect(JSON.stringify(plain(body))).toBe('{"__proto__":{"mmc":1}}');
  });

  it("keeps a whole surrogate pair, and every escape", () => {
    expect(parseJson('["\\ud83e\\udd8a","🦊","\\\\\\"\\/\\b\\f\\n\\r\\t"]', "body")).toEqual([
      "🦊",
      "🦊",
      '\\"/\b\f\n\r\t',
    ]);
  });

  it("takes 64 levels and no more", () => {
    const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
    expect(() => parseJson(nested(65), "body")).not.toThrow();
    for (const levels of [66, 200_000]) {
      expect(() => parseJson(nested(levels), "body")).toThrow("body: is nested deeper than 64 levels");
    }
  });

  it("refuses what JSON.parse refuses, and by the field that it was given", () => {
    // Too few pieces for an object with the same member twice.
    const pieces = [
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      '"a"',
      '"',
      "\\",
      "1",
      "-",
      "0",
      ".5",
      "e9",
      "true",
      "nul",
      " ",
      "\n",
      "\u00a0",
    ];
    let refused = 0;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (parts) => {
        const text = parts.join("");
        const expected = outcomeOf(() => JSON.stringify(JSON.parse(text)));
        const seen = outcomeOf(() => JSON.stringify(plain(parseJson(text, "the file"))));
        if (expected.error !== undefined) refused += 1;
        expect(seen.error === undefined).toBe(expected.error === undefined);
        if (seen.error !== undefined)
          expect(seen.error.message).toMatch(/^the file: is not JSON \(.* at character \d+\)$/);
        else expect(seen.value).toBe(expected.value);
      }),
      { numRuns: 5_000 },
    );
    expect(refused).toBeGreaterThan(1_000);
  });

  it.each([
    "",
    "{",
    '{"a":1',
    "<html>",
    "[1,]",
    "NaN,",
    "{a:NaN}",
    "[undefined]",
    "01",
    "+1",
    "1.",
    ".5",
    "1e",
    "--1",
    "\ufeff1",
    "'a'",
    '"\n"',
    '"\\x"',
    '"\\u12"',
    '{"a" 1}',
    '{"a":1,}',
    "{1:2}",
    "[1 2]",
    "1 2",
    "tru",
    "TRUE",
    "1_000",
    "0x1",
    "[1]//",
  ])("refuses %j", (text) => {
    expect(() => parseJson(text, "the file")).toThrow(InputError);
    expect(() => parseJson(text, "the file")).toThrow("the file: is not JSON (");
  });

  it("shows values shortly", () => {
    const values: (Json | undefined)[] = [
      undefined,
      null,
      true,
      new JsonNumber("1e9"),
      new JsonFault("is there twice"),
      "a",
      [null],
      {},
      "x".repeat(500),
    ];
    expect(values.map(showJson)).toEqual([
      "nothing",
      "null",
      "true",
      "1e9",
      "a value that is there twice",
      '"a"',
      "a list of 1",
      "an object",
      `"${"x".repeat(79)}…`,
    ]);
  });
});
