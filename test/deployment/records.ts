import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { config } from "hardhat";
import { contractsFor } from "../../scripts/deploy/apply.ts";
import { addressOf, initCodeHashOf } from "../../scripts/deploy/create2.ts";
import { loadParameters } from "../../scripts/deploy/parameters.ts";
import { auditRecord, differing, readRecord, writeRecord } from "../../scripts/deploy/record.ts";
import { deployAll } from "../../scripts/deploy/rehearsal.ts";
import { siteOf } from "../../scripts/deploy/site.ts";
import { present } from "../../scripts/support/present.ts";
import { UsageError } from "../../scripts/support/terminal.ts";
import { parametersFor, startTestChain, useFolder, writeJson } from "../support/deployment.ts";

const HOLDER = "0x00000000000000000000000000000000DeaDBeef";
const HASH = `0x${"12".repeat(32)}`;
const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const committed = join(config.paths.ignition, "deployments");

describe("deployment records", function () {
  this.timeout(60_000);
  const folder = useFolder();
  let good: string;

  before(async () => {
    const chain = await startTestChain(8_453);
    const file = await writeJson(folder(), parametersFor(8_453, { kind: "own", holder: HOLDER }));
    const { token, tournaments } = loadParameters(file);
    good = join(folder(), "chain-8453");
    const site = await siteOf(chain.connection, good);
    const contracts = await contractsFor(token);
    await writeRecord(site, contracts, await deployAll(site, contracts, tournaments));
    await chain.stop();
  });

  const names = existsSync(committed) ? readdirSync(committed).filter((name) => /^chain-\d+$/.test(name)) : [];
  for (const name of names.filter((name) => name !== "chain-31337")) {
    it(`that are committed hold: ${name}`, async () => {
      expect(await auditRecord(join(committed, name))).to.deep.equal([]);
    });
  }

  it("hold right after a deployment", async () => {
    expect(await auditRecord(good)).to.deep.equal([]);
  });

  /** A copy of the good record with a text of it replaced everywhere. */
  function changed(name: string, from: string | RegExp, to: string): string {
    const copy = join(folder(), name);
    cpSync(good, copy, { recursive: true });
    const file = join(copy, "record.json");
    const text = readFileSync(file, "utf8");
    expect(text).to.match(new RegExp(from));
    writeFileSync(file, text.replaceAll(new RegExp(from, "g"), to));
    return copy;
  }

  it("don't hold where something in them is not what was deployed", async () => {
    const record = present(readRecord(good), "the record");
    const staking = present(record.contracts[1], "the staking contract");
    const cases: [name: string, from: string | RegExp, to: string, says: RegExp][] = [
      ["chain-1", /"network"/, '"network"', /^chainId 8453 is not the folder's$/],
      ["factory", record.factory, HOLDER, /^factory .* is not CreateX$/],
      ["salt", record.salt, HASH, /^Numeraire: address .* does not follow from its code$/],
      ["address", staking.address, HOLDER, /^NumeraireStaking: address .* does not follow/],
      ["hash", staking.initCodeHash, HASH, /^NumeraireStaking: address .* does not follow/],
      ["argument", `"constructorArgument": "${record.token}"`, `"constructorArgument": "${HOLDER}"`, /another code/],
      ["token", `"token": "${record.token}"`, `"token": "${HOLDER}"`, /^token .* is not what the staking contract/],
    ];
    for (const [name, from, to, says] of cases) {
      expect((await auditRecord(changed(name, from, to))).join("\n"), name).to.match(new RegExp(says, "m"));
    }
    expect(await auditRecord(folder())).to.deep.equal(["record.json is missing"]);
  });

  it("of other sources hold only where they name a commit", async () => {
    // As if the sources had changed since: an artifact of a code that is not today's, with the address that belongs to it.
    const record = present(readRecord(good), "the record");
    const { address, initCodeHash } = present(record.contracts[1], "the staking contract");
    for (const [commit, problems] of [
      [COMMIT, 0],
      ["none", 1],
    ] as const) {
      const copy = changed(`sources-${commit}`, /"commit": "\w+"/, `"commit": "${commit}"`);
      const artifact = join(copy, "artifacts", "NumeraireStaking#NumeraireStaking.json");
      const { bytecode } = JSON.parse(readFileSync(artifact, "utf8")) as { bytecode: string };
      const other = `${bytecode}00`;
      const hash = initCodeHashOf(other, record.token);
      writeFileSync(artifact, readFileSync(artifact, "utf8").replace(bytecode, other));
      const file = join(copy, "record.json");
      const text = readFileSync(file, "utf8").replaceAll(initCodeHash, hash);
      writeFileSync(file, text.replaceAll(address, addressOf(hash, record.salt)));
      expect(await auditRecord(copy), commit).to.have.length(problems);
    }
  });

  it("that are no JSON are refused by name", () => {
    const copy = changed("broken", /^\{/, "");
    expect(() => readRecord(copy)).to.throw(UsageError, /broken\/record\.json is not JSON/);
  });

  it("tell their sources", () => {
    const { sources } = present(readRecord(good), "the record");
    expect(sources.version).to.match(/^\d+\.\d+\.\d+$/);
    expect(sources.compiler).to.match(/^0\.8\.37\+commit\./);
    expect(sources.commit).to.match(/^([0-9a-f]{40}|none)$/);
  });

  it("of other chains tell which commit leads to the same address there", async () => {
    const contracts = await contractsFor({ kind: "own", holder: HOLDER });
    const elsewhere = join(folder(), "chain-77");
    expect(differing(elsewhere, contracts)).to.deep.equal([]);
    changed("chain-78", contracts.staking.address, `0x${"77".repeat(20)}`);
    expect(differing(elsewhere, contracts)).to.have.length(1);
    expect(differing(elsewhere, contracts)[0]).to.match(/^chain 8453 has NumeraireStaking at 0x7777.*check out/);
    const another = await contractsFor({ kind: "own", holder: contracts.staking.address });
    expect(differing(elsewhere, another)).to.deep.equal([]);
  });
});
