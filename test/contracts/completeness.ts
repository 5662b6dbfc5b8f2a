import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { declared } from "../support/errors.ts";

const own = import.meta.filename;
const sources = readdirSync(import.meta.dirname)
  .map((name) => `${import.meta.dirname}/${name}`)
  .filter((path) => path !== own)
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");

/** What stands first in the calls of a kind, in all files of this folder. */
function named(pattern: RegExp): Set<string> {
  return new Set([...sources.matchAll(pattern)].map(([, name]) => name ?? ""));
}

describe("the tests of the contracts", () => {
  it("expect every error of the interface", () => {
    const expected = named(/expectError\(\s*"(\w+)"/g);
    declared.forEachError(({ name }) => expect(expected, name).to.include(name));
  });

  it("expect every event of the interface, with its arguments", () => {
    const expected = named(/\.emit\(\s*\S*staking,\s*"(\w+)"\)\s*(?:\/\/.*\s*)*\.withArgs\(/g);
    declared.forEachEvent(({ name }) => expect(expected, name).to.include(name));
  });

  it("call every function of the interface", () => {
    const called = named(/(?:\.|"|\n\s+\.)(\w+)(?:\.staticCall)?[("]/g);
    declared.forEachFunction(({ name }) => expect(called, name).to.include(name));
  });

  it("have a manual that names every function and every error", () => {
    const manual = readFileSync(`${import.meta.dirname}/../../docs/contracts.md`, "utf8");
    const names = new Set([...manual.matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ""));
    declared.forEachFunction(({ name }) => expect(names, name).to.include(name));
    declared.forEachError(({ name }) => expect(names, name).to.include(name));
  });
});
