import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { check } from "../../scripts/prove/check.ts";
import { type Property, readProperties, sliceFor } from "../../scripts/prove/properties.ts";
import { edited } from "../../scripts/prove/sources.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/proofs.md"), "utf8");

type Row = { readonly says: string; readonly name: string; readonly of: string; readonly result: string };

/** The rows of the page's tables of properties. */
function rowsOfPage(): Row[] {
  const rows = PAGE.matchAll(/^\| (.+?) +\| `(\w+)` +\| (code|cut|restated) +\| (proved|open) +\|$/gm);
  return [...rows].map(([, says = "", name = "", of = "", result = ""]) => ({ says, name, of, result }));
}

function rowOf({ words, function: { name }, cuts, restates, open }: Property): Row {
  const cut = cuts.length > 0 ? "cut" : "code";
  return { says: words, name, of: restates.length > 0 ? "restated" : cut, result: open === null ? "proved" : "open" };
}

describe("the proofs", function () {
  this.timeout(120_000);
  let properties: readonly Property[];
  // Reading them compares every cut and every quoted line with the libraries as they are.
  before(async () => (properties = await readProperties()));

  const named = (name: string): Property => {
    const property = properties.find((each) => each.function.name === name);
    if (property === undefined) throw new Error(`there is no property ${name}`);
    return property;
  };

  it("are the ones of the page, in its words", () => {
    expect(rowsOfPage()).to.have.deep.members(properties.map(rowOf));
  });

  it("name on the page what stands in for each that is open", () => {
    const open = properties.filter((property) => property.open !== null);
    const section = PAGE.slice(PAGE.indexOf("## What is open"));
    for (const { function: each } of open) expect(section).to.match(new RegExp(`^\\| \`${each.name}\``, "m"));
  });

  it("prove that the bound is clip × exposure, and refute it of a library where it is more", async () => {
    const property = named("theBoundIsClipTimesExposure");
    const sources = sliceFor(property);
    expect((await check(property, sources, "measured")).result).to.equal("proved");
    const more = { from: "* RATE_PER_CLIP * exposure", to: "* RATE_PER_CLIP * exposure + 1" };
    const wrong = edited(sources, [{ file: "contracts/libraries/PayoutMath.sol", ...more }]);
    expect((await check(property, wrong, "measured")).result).to.equal("refuted");
  });
});
