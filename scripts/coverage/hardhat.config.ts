// The project's own settings, with instrumented sources and a place of their own for what is built from them.
import { defineConfig } from "hardhat/config";
import project from "../../hardhat.config.ts";

export default defineConfig({
  ...project,
  plugins: [
    ...(project.plugins ?? []),
    { id: "numeraire-staking-coverage", hookHandlers: { solidity: () => import("./hooks.ts") } },
  ],
  paths: { artifacts: "coverage/artifacts", cache: "coverage/cache" },
  typechain: { dontOverrideCompile: true },
  // Hardhat collects what the probes send; its own, which know no branches, are left out.
  coverage: { skipFiles: ["**"] },
  // What is covered must not hang on luck.
  test: { ...project.test, solidity: { ...project.test?.solidity, fuzz: { seed: "0x1", runs: 256 } } },
});
