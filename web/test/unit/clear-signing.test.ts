import { readdirSync, readFileSync } from "node:fs";
import { numeraireStakingAbi } from "@numeraire-staking/oracle/abi";
import { CONTRACT } from "@numeraire-staking/oracle/core/report";
import { type Abi, type AbiFunction, parseAbiItem, toFunctionSelector } from "viem";
import { describe, expect, it } from "vitest";
import * as z from "zod";

const FOLDER = new URL("../../clear-signing/", import.meta.url);

// What version 2 of ERC-7730 allows of what these files use.
const visible = z.enum(["always", "never", "optional"]).optional();
const named = { path: z.string().regex(/^[a-z0-9]+(\.\[\])?$/i), label: z.string().min(1), visible };
const field = z.discriminatedUnion("format", [
  z.strictObject({ ...named, format: z.literal("raw") }),
  z.strictObject({ ...named, format: z.literal("date"), params: z.strictObject({ encoding: z.literal("timestamp") }) }),
  z.strictObject({
    ...named,
    format: z.literal("unit"),
    params: z.strictObject({ base: z.string(), decimals: z.int() }),
  }),
  z.strictObject({
    ...named,
    format: z.literal("calldata"),
    params: z.strictObject({ calleePath: z.literal("@.to") }),
  }),
  z.strictObject({
    ...{ ...named, format: z.literal("addressName") },
    params: z.strictObject({ types: z.array(z.enum(["wallet", "eoa", "contract", "token", "collection"])).min(1) }),
  }),
  z.strictObject({
    ...{ ...named, format: z.literal("tokenAmount") },
    params: z.strictObject({
      tokenPath: z.literal("@.to"),
      threshold: z.string().regex(/^0x[0-9a-f]{64}$/),
      message: z.string(),
    }),
  }),
]);
const deployments = z.array(z.strictObject({ chainId: z.int(), address: z.string().regex(/^0x[0-9a-fA-F]{40}$/) }));
const domain = z.strictObject({ name: z.string(), version: z.string() });
const descriptor = z.strictObject({
  $schema: z.literal("https://eips.ethereum.org/assets/eip-7730/erc7730-v2.schema.json"),
  context: z.union([
    z.strictObject({ $id: z.string(), contract: z.strictObject({ deployments }) }),
    z.strictObject({ $id: z.string(), eip712: z.strictObject({ domain, deployments }) }),
  ]),
  metadata: z.strictObject({
    owner: z.string(),
    contractName: z.string(),
    token: z.strictObject({ name: z.string(), ticker: z.string(), decimals: z.int() }).optional(),
  }),
  display: z.strictObject({
    formats: z.record(
      z.string(),
      z.strictObject({
        intent: z.string().max(60),
        interpolatedIntent: z.string().optional(),
        fields: z.array(field).min(1),
      }),
    ),
  }),
});

const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
const read = (name: string) => descriptor.parse(JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")));
const formats = files.flatMap((name) =>
  Object.entries(read(name).display.formats).map(([key, format]) => ({ name, key, ...format })),
);

/** The values of a signature, "type name" each. */
const valuesOf = (key: string): [string, string][] =>
  key
    .slice(key.indexOf("(") + 1, -1)
    .split(",")
    .map((value) => value.split(" ") as [string, string]);

function functionsOf(path: string): AbiFunction[] {
  const file = new URL(`../../../artifacts/contracts/${path}.json`, import.meta.url);
  const { abi } = JSON.parse(readFileSync(file, "utf8")) as { abi: Abi };
  return abi.filter((item) => item.type === "function");
}

describe("clear signing", () => {
  it("covers what a staker signs", () => {
    expect(formats.map(({ key }) => key.slice(0, key.indexOf("("))).sort()).toEqual(
      [
        ...["openPosition", "increaseStake", "requestWithdrawal", "cancelWithdrawal", "withdraw"],
        ...["multicall", "selfPermit", "voidRound", "approve", "Grant", "Permit"],
      ].sort(),
    );
  });

  it.each(formats)("$key shows or leaves out each value once", ({ key, fields, interpolatedIntent = "" }) => {
    const names = valuesOf(key).map(([, name]) => name);
    expect(fields.map(({ path }) => path.replace(".[]", "")).sort()).toEqual(names.sort());
    const shown = fields.filter(({ visible: rule }) => rule !== "never").map(({ path }) => path);
    for (const [, name = ""] of interpolatedIntent.matchAll(/\{(.+?)\}/g)) expect(shown).toContain(name);
    // Left out is only what a signature is made of.
    const hidden = names.filter((name) => !shown.map((path) => path.replace(".[]", "")).includes(name));
    expect(["v", "r", "s", "grant", "nonce"]).toEqual(expect.arrayContaining(hidden));
  });

  it.each(formats)("$key shows values as what they are", ({ name, key, fields }) => {
    const types = new Map(valuesOf(key).map(([type, value]) => [value, type]));
    for (const each of fields) {
      const type = types.get(each.path.replace(".[]", ""));
      if (type === "address") expect(each.format).toBe("addressName");
      if (each.path === "deadline") expect(each.format).toBe("date");
      if (each.path === "amount" || each.path === "value") expect(["unit", "tokenAmount"]).toContain(each.format);
      if (each.format === "unit") expect(each.params).toEqual({ base: "NMR", decimals: 18 });
      if (each.format === "tokenAmount")
        expect(read(name).metadata.token).toEqual({ name: "Numeraire", ticker: "NMR", decimals: 18 });
    }
  });

  it.each([
    ["calldata-NumeraireStaking.json", [...numeraireStakingAbi].filter((item) => item.type === "function")],
    ["calldata-Numeraire.json", functionsOf("Numeraire.sol/Numeraire")],
    ["calldata-Numeraire.json", functionsOf("mocks/MainnetNumeraire.sol/MainnetNumeraire")],
  ])("%s has signatures of the contract's", (name, functions: readonly AbiFunction[]) => {
    for (const key of Object.keys(read(name).display.formats)) {
      const ours = parseAbiItem(`function ${key}`) as AbiFunction;
      const theirs = functions.find((each) => each.name === ours.name);
      expect(theirs).toBeDefined();
      if (theirs === undefined) continue;
      expect(toFunctionSelector(ours)).toBe(toFunctionSelector(theirs));
      expect(ours.inputs.map((input) => input.name)).toEqual(theirs.inputs.map((input) => input.name));
    }
  });

  it("has the documents that the contracts hash", () => {
    const source = readFileSync(new URL("../../../contracts/core/Stakes.sol", import.meta.url), "utf8");
    const grant = read("eip712-NumeraireStaking-Grant.json");
    expect(Object.keys(grant.display.formats)).toEqual([/"(Grant\(.+?\))"/.exec(source)?.[1]]);
    expect(grant.context).toMatchObject({ eip712: { domain: CONTRACT } });
    const permit = read("eip712-Numeraire-Permit.json");
    const ask = functionsOf("Numeraire.sol/Numeraire").find(({ name }) => name === "permit")?.inputs ?? [];
    const signed = [...ask.slice(0, 3), { name: "nonce", type: "uint256" }, ...ask.slice(3, 4)];
    const values = signed.map(({ name = "", type }) => `${type} ${name}`);
    expect(Object.keys(permit.display.formats)).toEqual([`Permit(${values.join(",")})`]);
    expect(permit.context).toMatchObject({ eip712: { domain: { name: "Numeraire", version: "1" } } });
  });
});
