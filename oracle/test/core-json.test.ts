import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import { type Json, JsonNumber, parseJson, refuseNonNumbers, showJson } from "../src/core/json.ts";

/** Back to plain values, to compare with JSON.parse. */
function plain(value: Json): unknown {
  if (value instanceof JsonNumber) return JSON.parse(value.source);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(plain);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
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
  ])("names the field of the non-number in %s", (text, field, shown) => {
    const body = parseJson(text, "body");
    expect(() => refuseNonNumbers(body, "")).toThrow(InputError);
    expect(() => refuseNonNumbers(body, "")).toThrow(`${field}: ${shown} is not a number`);
  });

  it("leaves NaN inside a string alone", () => {
    const body = parseJson('{"name":"NaN","other":[Infinity]}', "body");
    expect(body).toEqual({ name: "NaN", other: [new JsonNumber("Infinity")] });
  });

  it.each(["", "{", '{"a":1', "<html>", "[1,]", "NaN,", "{a:NaN}", "[undefined]", "[".repeat(200_000)])(
    "refuses %.20s",
    (text) => {
      expect(() => parseJson(text, "the file")).toThrow(InputError);
      expect(() => parseJson(text, "the file")).toThrow("the file: is not JSON (");
    },
  );

  it("shows values shortly", () => {
    const values: (Json | undefined)[] = [
      undefined,
      null,
      true,
      new JsonNumber("1e9"),
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
      '"a"',
      "a list of 1",
      "an object",
      `"${"x".repeat(79)}…`,
    ]);
  });
});
