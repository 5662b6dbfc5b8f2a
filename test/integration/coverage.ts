import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { expect } from "chai";
import hre, { network } from "hardhat";
import { instrument, type Probe, PROBE_SOURCE, withoutPure } from "../../scripts/coverage/instrument.ts";
import { reportOf } from "../../scripts/coverage/report.ts";

/** Every construct, some of them without braces, and characters of more than a byte before them. */
const SAMPLE = `
pragma solidity ^0.8.28;
/// Σ · ≤
contract Sample {
    function ifs(uint256 x) external pure returns (uint256 y) {
        if (x == 1) y = 10;
        else if (x > 1 && !(x == 5 || x == 6)) return 20;
        else { y = x == 5 ? 30 : 40; }
    }
    function loops(uint256 x) external pure returns (uint256 y) {
        while (y < x) ++y;
        for (uint256 i = 0; i < x; ++i) if (i == 2) break;
        do y += 1; while (y < 3);
        unchecked { y += 100; }
    }
    function yul(uint256 x) external pure returns (uint256 y) {
        assembly ("memory-safe") {
            function twice(a) -> b {
                b := mul(a, 2)
                if gt(b, 8) { leave }
                b := add(b, 1)
            }
            mstore(0, 7)
            for { let i := 0 } lt(i, x) { i := add(i, 1) } { y := add(y, twice(i)) }
            y := add(y, mload(0))
        }
    }
}`;

type Artifact = { abi: []; evm: { bytecode: { object: string } } };
const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };

function compile(source: string): Record<string, Artifact> {
  const probe = readFileSync(new URL("../../scripts/coverage/Probe.sol", import.meta.url), "utf8");
  const input = {
    language: "Solidity",
    sources: { "Sample.sol": { content: source }, [PROBE_SOURCE]: { content: probe } },
    settings: { evmVersion: "cancun", outputSelection: { "*": { "*": ["abi", "evm.bytecode"] } } },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as {
    contracts?: Record<string, Record<string, Artifact>>;
    errors?: { severity: string; formattedMessage: string }[];
  };
  const faults = (output.errors ?? []).filter(({ severity }) => severity === "error");
  expect(faults.map(({ formattedMessage }) => formattedMessage)).to.deep.equal([]);
  return output.contracts?.["Sample.sol"] ?? {};
}

type Call = readonly ["ifs" | "loops" | "yul", number];

describe("coverage", () => {
  const seen = new Set<string>();
  const collect = {
    onCoverageData: (_context: unknown, tags: string[]) => {
      for (const tag of tags) seen.add(tag);
      return Promise.resolve();
    },
  };
  let call: (which: Call) => Promise<bigint>;
  let plain: (which: Call) => Promise<bigint>;
  let close: () => Promise<void>;
  let probes: Map<string, Probe[]>;

  before(async () => {
    hre.hooks.registerHandlers("network", collect);
    const connection = await network.create();
    const [signer] = await connection.ethers.getSigners();
    const deploy = async (source: string) => {
      const { abi, evm } = compile(source)["Sample"] as Artifact;
      const sample = await new connection.ethers.ContractFactory(abi, evm.bytecode.object, signer).deploy();
      return async ([name, x]: Call) => (await sample.getFunction(name)(x)) as bigint;
    };
    const { source, probes: own } = instrument("Sample.sol", SAMPLE);
    probes = new Map([["Sample.sol", own]]);
    call = await deploy(source);
    plain = await deploy(SAMPLE);
    close = () => connection.close();
  });
  after(async () => {
    hre.hooks.unregisterHandlers("network", collect);
    await close();
  });

  /** What the calls leave out, as "line what: code". */
  async function lacksAfter(...calls: Call[]): Promise<string[]> {
    seen.clear();
    for (const which of calls) expect(await call(which), String(which)).to.equal(await plain(which));
    return reportOf(probes, seen).lacks.map(({ line, what, text }) => `${line} ${what}: ${text}`);
  }

  const ALL: readonly Call[] = [
    ...[0, 1, 2, 5, 6].map((x) => ["ifs", x] as const),
    ...[0, 1, 5].map((x) => ["loops", x] as const),
    ...[0, 9].map((x) => ["yul", x] as const),
  ];

  it("is whole where every statement was run and every part of a condition was true and false", async () => {
    expect(await lacksAfter(...ALL)).to.deep.equal([]);
    const [file] = reportOf(probes, seen).files;
    expect(file).to.deep.equal({
      file: "Sample.sol",
      lines: { covered: 14, total: 14 },
      branches: { covered: 22, total: 22 },
    });
  });

  it("names what is missing: each part of a condition, each outcome, bodies without braces, assembly", async () => {
    const without = (name: string, ...left: number[]) =>
      lacksAfter(...ALL.filter(([own, x]) => own !== name || left.includes(x)));
    expect(await without("ifs", 0, 1, 2, 5)).to.deep.equal(["7 never true: x == 6"]);
    expect(await without("ifs", 1, 5, 6)).to.have.members([
      "7 never false: x > 1",
      "7 never false: x == 6",
      "7 never run: return 20",
    ]);
    expect(await without("loops", 0, 1)).to.have.members(["12 never run: break", "12 never true: i == 2"]);
    expect(await without("yul", 0)).to.have.members([
      "19 never run: b := mul(a, 2)",
      "20 never true: gt(b, 8)",
      "20 never false: gt(b, 8)",
      "20 never run: leave",
      "21 never run: b := add(b, 1)",
      "24 never true: lt(i, x)",
      "24 never run: i := add(i, 1)",
      "24 never run: y := add(y, twice(i))",
    ]);
  });

  it("compiles callers without probes, and changes nothing in them but the word", () => {
    const caller = "contract C { function f(uint256 pureNot) external pure returns (uint256) { return pureNot; } }";
    expect(withoutPure("C.sol", caller)).to.equal(caller.replace(" pure ", " view "));
  });

  it("refuses branches that it knows no probe for", () => {
    const body = (code: string) => `contract C { function f(uint256 x) external { ${code} } }`;
    expect(() => instrument("C.sol", body("try this.f(x) {} catch {}"))).to.throw("TryStatement");
    expect(() => instrument("C.sol", body("assembly { switch x case 0 {} default {} }"))).to.throw("YulSwitch");
  });
});
