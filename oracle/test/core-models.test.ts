import fc from "fast-check";
import { keccak256, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { InputError } from "../src/core/errors.ts";
import { isUuid, modelId, uuidFromModelId } from "../src/core/models.ts";

describe("a model's id", () => {
  it("holds a UUID in its first 16 bytes, in any case, and gives it back", () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(modelId(uuid)).toBe(`0x${uuid.replaceAll("-", "")}${"0".repeat(32)}`);
        expect(modelId(uuid.toUpperCase())).toBe(modelId(uuid));
        expect(uuidFromModelId(modelId(uuid))).toBe(uuid);
      }),
    );
  });

  it("is the hash of any other name's UTF-8", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (name) => {
        expect(modelId(name)).toBe(keccak256(toHex(name)));
        expect(uuidFromModelId(modelId(name))).toBeNull();
      }),
    );
  });

  it.each([
    "66a262f239c113dd4cc80d2337108916",
    "66a262f2-39c1-13dd-4cc8-0d233710891",
    "66a262f2-39c1-13dd-4cc8-0d2337108916 ",
    "{66a262f2-39c1-13dd-4cc8-0d2337108916}",
    "66a262f239c1-13dd-4cc8-0d23-37108916",
    "g6a262f2-39c1-13dd-4cc8-0d2337108916",
  ])("takes %j for a name", (text) => {
    expect(isUuid(text)).toBe(false);
    expect(modelId(text)).toBe(keccak256(toHex(text)));
  });

  it.each(["0x", "0x1234", `0x${"0".repeat(63)}g`] as const)("refuses %s", (model) => {
    expect(() => uuidFromModelId(model)).toThrow(InputError);
    expect(() => uuidFromModelId(model)).toThrow(`model: ${model} is not 32 bytes`);
  });
});
