import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { keccak256 } from "ethers";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import { contractsFor, deployContracts } from "../../scripts/deploy/apply.ts";
import { addressOf, salt } from "../../scripts/deploy/create2.ts";
import { siteOf } from "../../scripts/deploy/site.ts";
import { publish } from "../../scripts/deploy/verify.ts";
import { present } from "../../scripts/support/present.ts";
import userConfig from "../../hardhat.config.ts";
import { startTestChain, type TestChain, useFolder } from "../support/deployment.ts";

const SEPOLIA = 11_155_111;
const HOLDER = "0x00000000000000000000000000000000DeaDBeef";

type Solc = { version(): string; compile(input: string): string };
type Output = { contracts: Record<string, Record<string, { evm: { bytecode: { object: string } } }>> };

/**
 * An explorer of Blockscout's interface, as strict as can be: it compiles what it is sent, with nothing else at hand, and
 * asks whether code and arguments are those that the address stands for.
 */
class Explorer {
  readonly verdicts = new Map<string, boolean>();
  readonly #solc = createRequire(import.meta.url)("solc") as Solc;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        response
          .setHeader("content-type", "application/json")
          .end(JSON.stringify(this.#answer(request.url ?? "", body)));
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(url: string, body: string): { status: string; result: unknown } {
    if (url.includes("action=getsourcecode")) return { status: "0", result: "none" };
    if (url.includes("action=checkverifystatus")) {
      const guid = new URL(url, "http://localhost").searchParams.get("guid") ?? "";
      return { status: "1", result: this.verdicts.get(guid) === true ? "Pass - Verified" : "Fail - Unable to verify" };
    }
    const sent = new URLSearchParams(body);
    const field = (name: string): string => present(sent.get(name), name);
    this.verdicts.set(field("contractaddress"), this.#compile(field));
    return { status: "1", result: field("contractaddress") };
  }

  #compile(field: (name: string) => string): boolean {
    const [file = "", name = ""] = field("contractname").split(":");
    const output = JSON.parse(this.#solc.compile(field("sourceCode"))) as Output;
    const code = present(output.contracts[file]?.[name], `${file}:${name}`).evm.bytecode.object;
    const initCodeHash = keccak256(`0x${code}${field("constructorArguments")}`);
    const rightCompiler =
      field("compilerversion").replace(/^v/, "") === this.#solc.version().replace(/\.Emscripten.*/, "");
    return rightCompiler && addressOf(initCodeHash, salt()) === field("contractaddress");
  }
}

describe("publishing the sources", function () {
  this.timeout(240_000);
  const folder = useFolder();
  const explorer = new Explorer();
  let chain: TestChain;
  let url: string;
  before(async () => {
    chain = await startTestChain(SEPOLIA);
    url = await explorer.listen();
  });
  after(async () => {
    explorer.close();
    await chain.stop();
  });

  async function environment(apiUrl: string) {
    const networks = {
      ...userConfig.networks,
      sepolia: { type: "http" as const, chainId: SEPOLIA, url: chain.url, httpHeaders: { connection: "close" } },
    };
    const blockscout = { name: "Explorer", url, apiUrl };
    const chainDescriptors = { [SEPOLIA]: { name: "Sepolia", blockExplorers: { blockscout } } };
    return createHardhatRuntimeEnvironment({ ...userConfig, networks, chainDescriptors }, { network: "sepolia" });
  }

  it("sends an input that compiles, alone and anywhere, to exactly the code that the addresses stand for", async () => {
    const contracts = await contractsFor({ kind: "own", holder: HOLDER });
    await deployContracts(await siteOf(chain.connection, `${folder()}/journal`), contracts);
    expect(await publish(await environment(`${url}/api`), contracts, ["blockscout"])).to.deep.equal([]);
    const addresses = [present(contracts.token, "the token").address, contracts.staking.address];
    expect([...explorer.verdicts]).to.deep.equal(addresses.map((address) => [address, true]));
  });

  it("tells which contract an explorer has not taken, and why", async () => {
    const nowhere = await contractsFor({ kind: "existing", address: HOLDER });
    const [problem, ...others] = await publish(await environment(`${url}/api`), nowhere, ["blockscout"]);
    expect(others).to.deep.equal([]);
    expect(problem).to.match(/^blockscout, NumeraireStaking: .*0x/);
  });
});
