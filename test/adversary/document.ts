import { readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect } from "chai";

const FOLDER = import.meta.dirname;
const read = (path: string) => readFileSync(`${FOLDER}/${path}`, "utf8");

/** The titles of a file's tests. What a title fills in is an ellipsis; the seed that ends one is left out. */
function titlesOf(path: string): string[] {
  const source = read(path);
  const titles = [...source.matchAll(/\bit\(\s*(["`])((?:(?!\1).)+)\1/g)].map(([, , title = ""]) =>
    title.replace(/ \(\$\{random\.label\}\)$/, "").replaceAll(/\$\{[^}]+\}/g, "…"),
  );
  expect(titles, `${path} has tests without a title to be read`).to.have.length([...source.matchAll(/\bit\(/g)].length);
  return titles;
}

/** What the document names: files, and titles in them. */
const named = [
  ...read("../../docs/adversary.md")
    .replaceAll(/\s+/g, " ")
    .matchAll(/\[[\w-]+\.ts\]\(\.\.\/test\/((?:adversary|contracts)\/[\w-]+\.ts)\): "([^"]+)"/g),
].map(([, file = "", title = ""]) => ({ file, title }));

describe("the document of attacks", () => {
  it("names tests that there are", () => {
    for (const { file, title } of named) expect(titlesOf(`../${file}`), `${file}: ${title}`).to.include(title);
  });

  it("names every test of this folder", () => {
    const own = readdirSync(FOLDER).filter((name) => name !== basename(import.meta.filename));
    for (const name of own) {
      const there = named.flatMap(({ file, title }) => (file === `adversary/${name}` ? [title] : []));
      expect(there, name).to.include.members(titlesOf(name));
    }
  });
});
