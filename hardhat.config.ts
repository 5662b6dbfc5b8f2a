import { createRequire } from "node:module";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";

// The compiler comes from the lock file: nothing is downloaded, and every machine compiles the same bytes.
// viaIR and few runs: the contract has to stay under the 24,576 bytes of EIP-170.
const solc = {
  version: "0.8.37",
  path: createRequire(import.meta.url).resolve("solc/soljson.js"),
  settings: { evmVersion: "cancun", optimizer: { enabled: true, runs: 50 }, viaIR: true },
};

const GWEI = 10n ** 9n;

/** A real network. Its variables come from Hardhat's keystore, and are asked for only by who connects to it. */
function real(name: string, chainId: number) {
  return {
    type: "http" as const,
    chainType: "l1" as const,
    chainId,
    url: configVariable(`${name.toUpperCase()}_RPC_URL`),
    accounts: [configVariable("DEPLOYER_PRIVATE_KEY")],
    // A deployment is never urgent enough to pay more for its gas.
    ignition: { maxFeePerGasLimit: 100n * GWEI },
  };
}

export default defineConfig({
  plugins: [toolbox],
  paths: { sources: ["contracts", "bench/contracts"] },
  // What others do is measured, never deployed: nothing of it counts as ours.
  coverage: { skipFiles: ["bench/contracts/**"] },
  solidity: { profiles: { default: solc, production: solc } },
  networks: {
    /** The chain that `npm start` runs. */
    chain: { type: "edr-simulated", chainType: "l1" },
    /** The same, seen from a client. */
    local: { type: "http", chainType: "l1", url: "http://127.0.0.1:8545" },
    mainnet: real("mainnet", 1),
    sepolia: real("sepolia", 11_155_111),
  },
  // One test plays histories of thousands of calls, and says in a file how many of each.
  test: { solidity: { gasLimit: 2n ** 50n, fsPermissions: { dangerouslyWriteDirectory: ["./cache"] } } },
  // "NumeraireStaking" in ASCII. A part of every address: it never changes.
  ignition: {
    strategyConfig: { create2: { salt: "0x4e756d6572616972655374616b696e6700000000000000000000000000000000" } },
  },
  verify: { etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") } },
  typechain: { outDir: "./types" },
});
