import { expect } from "chai";
import { buildSchemata, findMutants, type Sources } from "../../scripts/mutate/compiler.ts";
import { describeChange } from "../../scripts/mutate/mutation.ts";

const ROOT = `${import.meta.dirname}/../..`;

/** A library whose one function has this body. */
function sample(body: string, signature = "uint256 a, uint256 b"): Sources {
  const head = "// SPDX-License-Identifier: MIT\npragma solidity ^0.8.28;\n";
  const members =
    "uint256 private constant MOST = 7; event Seen(uint256 a, uint256 b); error Wrong(uint256 a, uint256 b);";
  const code = `library Sample { ${members} function f(${signature}) internal returns (uint256 c) { ${body} } }`;
  return new Map([["contracts/libraries/Sample.sol", `${head}${code}`]]);
}

/** What can be done to a body; every mutant must compile. */
function changesOf(body: string, signature?: string): string[] {
  const sources = sample(body, signature);
  const { found } = findMutants(sources, ROOT);
  const { invalid } = buildSchemata(sources, found, ROOT);
  expect([...invalid], "mutants that don't compile").to.deep.equal([]);
  return found.flatMap(({ mutants }) => mutants).map((one) => `${one.operator}: ${describeChange(one)}`);
}

describe("the operators of mutation testing", () => {
  it("change arithmetic, comparisons and conditions", () => {
    expect(changesOf("if (a < b) c = a - b;")).to.have.members([
      "condition: a < b → true",
      "condition: a < b → false",
      "boundary: a < b → a <= b",
      "comparison: a < b → a >= b",
      "deletion: c = a - b; → (nothing)",
      "arithmetic: a - b → a + b",
    ]);
  });

  it("change logic clause by clause", () => {
    expect(changesOf("return a > b || a == 0 ? a : b;")).to.include.members([
      "logical: a > b || a == 0 → (a > b) && (a == 0)",
      "clause: a > b || a == 0 → (a > b)",
      "clause: a > b || a == 0 → (a == 0)",
      "return: a > b || a == 0 ? a : b → uint256(0)",
      "number: 0 → 1",
    ]);
  });

  it("change numbers, constants, bits and steps", () => {
    expect(changesOf("c = ~a & (b << MOST); c += 2; ++c;")).to.include.members([
      "unary: ~a → a",
      "bitwise: ~a & (b << MOST) → ~a | (b << MOST)",
      "shift: b << MOST → b >> MOST",
      "constant: MOST → MOST + 1",
      "constant: MOST → MOST - 1",
      "step: c += 2; → c -= 2;",
      "number: 2 → 3",
      "number: 2 → 1",
      "number: 2 → 0",
      "step: ++c; → --c;",
      "deletion: ++c; → (nothing)",
    ]);
  });

  it("change arguments, events and errors", () => {
    expect(changesOf("emit Seen(a, b); if (a == b) revert Wrong(a, b);")).to.include.members([
      "swap: emit Seen(a, b); → emit Seen(b, a);",
      "deletion: emit Seen(a, b); → (nothing)",
      "swap: revert Wrong(a, b); → revert Wrong(b, a);",
    ]);
  });

  it("change assembly", () => {
    const body =
      'assembly ("memory-safe") { let d := shl(1, add(a, b)) if slt(d, 0) { d := sdiv(d, 3) } mstore(0, d) c := MOST }';
    expect(changesOf(body)).to.include.members([
      "initial: shl(1, add(a, b)) → 0",
      "shift: shl(1, add(a, b)) → shr(1, add(a, b))",
      "arithmetic: add(a, b) → sub(a, b)",
      "condition: slt(d, 0) → 1",
      "boundary: slt(d, 0) → iszero(sgt(d, 0))",
      "deletion: d := sdiv(d, 3) → (nothing)",
      "arithmetic: sdiv(d, 3) → div(d, 3)",
      "number: 3 → 4",
      "swap: mstore(0, d) → mstore(d, 0)",
      "deletion: mstore(0, d) → (nothing)",
      "constant: MOST → add(MOST, 1)",
    ]);
  });

  it("give ids that stay when other functions change", () => {
    const idsOf = (sources: Sources) =>
      findMutants(sources, ROOT).found.flatMap(({ mutants }) => mutants.map(({ id }) => id));
    const [path, text] = [...sample("c = a + b;")][0] ?? ["", ""];
    const more = text.replace(
      "function f",
      "function e(uint256 a) internal pure returns (uint256) { return a + 1; } function f",
    );
    const ids = idsOf(new Map([[path, text]]));
    expect(ids).to.include("Sample.f.arithmetic.1");
    expect(idsOf(new Map([[path, more]]))).to.include.members(ids);
  });
}).timeout(60_000);
