import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalText, fromPlain, toPlain } from "../src/core/canonical.ts";

const keys = fc.string().filter((key) => key !== "__proto__" && key !== "#map");
const leaves = fc.oneof(
  fc.bigInt(),
  fc.string(),
  fc.constantFrom("#", "#12", "##", "#map", "12n"),
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
);
const { value: values } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    leaves,
    fc.array(tie("value")),
    fc.dictionary(keys, tie("value"), { noNullPrototype: true }),
    fc.array(fc.tuple(leaves, tie("value"))).map((entries) => new Map(entries)),
  ),
}));

describe("canonical text", () => {
  it("gives the value back, through JSON's own parser", () => {
    fc.assert(
      fc.property(values, (value) => {
        const again = fromPlain(JSON.parse(canonicalText(value)) as ReturnType<typeof toPlain>);
        expect(again).toEqual(value);
        expect(canonicalText(again)).toBe(canonicalText(value));
      }),
    );
  });

  it("is the same whatever order members were written in, and another one for another value", () => {
    expect(canonicalText({ b: 1n, a: undefined, c: new Map([[2n, "x"]]) })).toBe(
      '{"b":"#1","c":{"#map":[["#2","x"]]}}',
    );
    fc.assert(
      fc.property(fc.dictionary(keys, leaves, { noNullPrototype: true }), (members) => {
        const turned = Object.fromEntries(Object.entries(members).reverse());
        expect(canonicalText(turned)).toBe(canonicalText(members));
      }),
    );
    fc.assert(
      fc.property(leaves, leaves, (a, b) => {
        fc.pre(!Object.is(a, b) && !(a === 0 && b === 0));
        expect(canonicalText(a)).not.toBe(canonicalText(b));
      }),
    );
  });

  it.each([NaN, Infinity, () => 1, Symbol("s"), undefined])("refuses %s", (value) => {
    expect(() => canonicalText(value)).toThrow(/has no canonical text/);
  });

  it("takes what no value has as its text for what it says", () => {
    expect(fromPlain({ "#map": 5 })).toEqual({ "#map": 5 });
    expect(fromPlain({ "#map": [5] })).toEqual(new Map([[null, null]]));
    expect(fromPlain("#x")).toBe("x");
  });
});
