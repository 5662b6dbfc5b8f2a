import { globSync, readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { present } from "../../scripts/support/present.ts";
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

  it("try to break every invariant of docs/invariants.md, by its id, and no other", () => {
    const root = `${import.meta.dirname}/../..`;
    const list = readFileSync(`${root}/docs/invariants.md`, "utf8");
    const ids = [...list.matchAll(/^\| ([A-Z]-\d+) +\|/gm)].map(([, id]) => present(id, "an id"));
    const tests = globSync("test/{invariant,fuzz}/**/*.sol", { cwd: root })
      .map((path) => readFileSync(`${root}/${path}`, "utf8"))
      .join("\n");
    const named = [...tests.matchAll(/function test\w*?_((?:[A-Z]\d+_)+)/g)]
      .flatMap(([, names]) => present(names, "ids").split("_"))
      .filter((name) => name !== "")
      .map((name) => `${name.charAt(0)}-${name.slice(1)}`);
    const checked = [...tests.matchAll(/"([A-Z]-\d+): /g)].map(([, id]) => present(id, "an id"));
    expect(ids).to.have.length.greaterThan(0);
    expect(new Set(named), "in the names of tests").to.deep.equal(new Set(ids));
    expect(new Set(checked), "in the messages of checks").to.deep.equal(new Set(ids));
  });
});
