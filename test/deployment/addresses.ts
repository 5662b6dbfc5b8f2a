import { expect } from "chai";
import { AbiCoder, concat, Contract } from "ethers";
import { artifacts } from "hardhat";
import { type Contracts, contractsFor, deployContracts } from "../../scripts/deploy/apply.ts";
import { check } from "../../scripts/deploy/check.ts";
import { CREATE_X, planned, salt } from "../../scripts/deploy/create2.ts";
import type { Parameters, TokenChoice } from "../../scripts/deploy/parameters.ts";
import { progressOf, type Site, siteOf } from "../../scripts/deploy/site.ts";
import { requireUsable } from "../../scripts/deploy/target.ts";
import { present } from "../../scripts/support/present.ts";
import { UsageError } from "../../scripts/support/terminal.ts";
import { MAINNET_NMR, setCode, startTestChain, type TestChain, useFolder } from "../support/deployment.ts";

const HOLDER = "0x00000000000000000000000000000000DeaDBeef";
const OWN: TokenChoice = { kind: "own", holder: HOLDER };
const NMR: TokenChoice = { kind: "existing", address: MAINNET_NMR };

async function wrongOf(site: Site, contracts: Contracts): Promise<string[]> {
  const findings = await check(site, contracts, [], false);
  expect(findings).not.to.have.length(0);
  return findings.filter(({ verdict }) => verdict !== "yes").map(({ what }) => what);
}

describe("the contracts' addresses", function () {
  this.timeout(60_000);
  const folder = useFolder();
  const chains: TestChain[] = [];
  afterEach(async () => {
    for (const chain of chains.splice(0)) await chain.stop();
  });

  async function place(chainId: number, nmr = false) {
    const chain = await startTestChain(chainId, { nmr });
    chains.push(chain);
    return {
      chain,
      site: await siteOf(chain.connection, `${folder()}/${chainId}-${chains.length}-${performance.now()}`),
    };
  }

  /** Somebody else sends the very same to CreateX. */
  async function deployAsSomebody({ connection }: Site, { name, argument }: Contracts["staking"], fees = {}) {
    const somebody = present((await connection.ethers.getSigners())[5], "somebody");
    const { bytecode } = await artifacts.readArtifact(name);
    const code = concat([bytecode, AbiCoder.defaultAbiCoder().encode(["address"], [argument])]);
    const createX = new Contract(CREATE_X, ["function deployCreate2(bytes32 salt, bytes code)"], somebody);
    await createX.getFunction("deployCreate2")(salt(), code, { gasLimit: 8_000_000, ...fees });
  }

  it("are known beforehand and the same on every chain, whoever sends", async () => {
    const expected = await contractsFor(OWN);
    const found = [];
    for (const chainId of [11_155_111, 8_453]) {
      const { chain, site } = await place(chainId);
      const signers = await chain.connection.ethers.getSigners();
      const sender = present(signers[chains.length], "a sender of its own").address;
      const own = { ...site, deployer: sender };
      await deployContracts(own, await contractsFor(OWN));
      expect(await wrongOf(own, expected)).to.deep.equal([]);
      const staking = await chain.connection.ethers.getContractAt("NumeraireStaking", expected.staking.address);
      const token = await chain.connection.ethers.getContractAt("Numeraire", await staking.token());
      expect(await token.balanceOf(HOLDER)).to.equal(await token.MAX_SUPPLY());
      found.push([sender, await staking.getAddress(), await token.getAddress()]);
    }
    const [one = [], other = []] = found;
    expect(one[0]).not.to.equal(other[0]);
    expect(one.slice(1)).to.deep.equal(other.slice(1));
    expect(one.slice(1)).to.deep.equal([expected.staking.address, expected.token?.address]);
  });

  it("follow from the holder, and on mainnet from NMR", async () => {
    const mainnet = await contractsFor(NMR);
    const addresses = [
      (await contractsFor(OWN)).staking.address,
      (await contractsFor({ kind: "own", holder: MAINNET_NMR })).staking.address,
      mainnet.staking.address,
    ];
    expect(new Set(addresses).size).to.equal(3);
    expect(mainnet.token).to.equal(undefined);

    const { chain, site } = await place(1, true);
    await deployContracts(site, mainnet);
    expect(await wrongOf(site, mainnet)).to.deep.equal([]);
    const staking = await chain.connection.ethers.getContractAt("NumeraireStaking", mainnet.staking.address);
    expect([await staking.token(), await staking.burnsByMint()]).to.deep.equal([MAINNET_NMR, true]);
  });

  it("are the ones of the demonstration's chain too", async () => {
    const { site } = await place(31_337);
    const contracts = await contractsFor(OWN);
    await deployContracts(site, contracts);
    expect(await wrongOf(site, contracts)).to.deep.equal([]);
  });

  it("are ours where somebody else was first: the code is what the address stands for", async () => {
    const { site } = await place(11_155_111);
    const contracts = await contractsFor(OWN);
    await deployAsSomebody(site, present(contracts.token, "the token"));
    await deployContracts(site, contracts);
    expect(await progressOf(site, "Numeraire#Numeraire")).to.equal("unknown");
    expect(await progressOf(site, "NumeraireStaking#NumeraireStaking")).to.equal("done");
    expect(await wrongOf(site, contracts)).to.deep.equal([]);
  });

  it("are ours where somebody overtakes our transaction: the run goes on", async () => {
    const { chain, site } = await place(11_155_111);
    const contracts = await contractsFor(OWN);
    const { provider } = chain.connection;
    const call = (method: string, ...params: unknown[]) => provider.request({ method, params });
    await deployAsSomebody(site, present(contracts.token, "the token"));
    await call("evm_setAutomine", false);
    const state = { over: false };
    const run = deployContracts(site, contracts).finally(() => (state.over = true));
    while ((await chain.connection.ethers.provider.getTransactionCount(site.deployer, "pending")) === 0) {
      if (state.over) await run;
    }
    // Ours waits in the pool; theirs offers more and comes first in the block.
    const { maxFeePerGas } = await chain.connection.ethers.provider.getFeeData();
    const tip = 10n * present(maxFeePerGas, "a fee");
    await deployAsSomebody(site, contracts.staking, { maxFeePerGas: tip * 2n, maxPriorityFeePerGas: tip });
    await call("evm_mine");
    const ours = await chain.connection.ethers.provider.getTransactionCount(site.deployer);
    expect(ours, "ours was in the same block").to.equal(1);
    while (!state.over) await call("evm_mine");
    await run;
    expect(await progressOf(site, "NumeraireStaking#NumeraireStaking"), "what failed is forgotten").to.equal("unknown");
    expect(await wrongOf(site, contracts)).to.deep.equal([]);
    // A later run finds nothing in its way.
    await call("evm_setAutomine", true);
    await deployContracts(site, contracts);
    expect(await chain.connection.ethers.provider.getTransactionCount(site.deployer)).to.equal(1);
  });
});

describe("what is read back", function () {
  this.timeout(60_000);
  const folder = useFolder();
  let chain: TestChain;
  let site: Site;
  before(async () => {
    chain = await startTestChain(11_155_111);
    site = await siteOf(chain.connection, `${folder()}/journal`);
    await deployContracts(site, await contractsFor(OWN));
  });
  after(() => chain.stop());

  it("tells a contract whose code differs in one byte, an immutable's among them", async () => {
    const contracts = await contractsFor(OWN);
    const { provider } = chain.connection.ethers;
    const code = await provider.getCode(contracts.staking.address);
    const token = contracts.staking.argument.slice(2).toLowerCase();
    expect(code).to.include(token);
    const anotherToken = token.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
    for (const [from, to] of [
      [code.slice(-2), code.endsWith("00") ? "01" : "00"],
      [token, anotherToken],
    ] as const) {
      const at = code.lastIndexOf(from);
      await setCode(chain.connection, contracts.staking.address, code.slice(0, at) + to + code.slice(at + from.length));
      expect(await wrongOf(site, contracts)).to.deep.equal(["NumeraireStaking: code"]);
    }
    await setCode(chain.connection, contracts.staking.address, code);
    expect(await wrongOf(site, contracts)).to.deep.equal([]);
  });

  it("tells a contract that is not there", async () => {
    const elsewhere = await contractsFor({ kind: "own", holder: MAINNET_NMR });
    expect(await wrongOf(site, elsewhere)).to.deep.equal(["Numeraire: code", "NumeraireStaking: code"]);
  });
});

describe("a chain that can't take the contracts", function () {
  this.timeout(60_000);
  let chain: TestChain;
  before(async () => {
    chain = await startTestChain(1, { nmr: true });
  });
  after(() => chain.stop());

  const refusal = async (changes: Partial<Parameters>): Promise<string> => {
    const parameters = { chainId: 1, token: NMR, tournaments: [], ...changes };
    try {
      await requireUsable(chain, parameters);
    } catch (error) {
      if (error instanceof UsageError) return error.message;
      throw error;
    }
    return "none";
  };

  it("is told from one that can", async () => {
    expect(await refusal({})).to.equal("none");
    expect(await refusal({ token: OWN })).to.equal("none");
  });

  it("is another one than the parameters name", async () => {
    expect(await refusal({ chainId: 11_155_111 })).to.match(/^chainId: .* chain 11155111, but local is chain 1;/);
  });

  it("has no token where the parameters say", async () => {
    const { address } = await planned("Numeraire", HOLDER);
    expect(await refusal({ token: { kind: "existing", address } })).to.match(
      /^token\.address: there is no contract at/,
    );
  });

  it("has something at the token's address that is no NMR", async () => {
    expect(await refusal({ token: { kind: "existing", address: CREATE_X } })).to.match(
      /has no decimals; must be .* 18/,
    );
  });

  it("has no CreateX, or another", async () => {
    const code = await chain.connection.ethers.provider.getCode(CREATE_X);
    await setCode(chain.connection, CREATE_X, "0x");
    expect(await refusal({})).to.match(/^CreateX is missing at 0xba5E/);
    await setCode(chain.connection, CREATE_X, `${code}00`);
    expect(await refusal({})).to.match(/^CreateX has another code at 0xba5E/);
    await setCode(chain.connection, CREATE_X, code);
  });
});
