// The compiled interface is the only source of the ABI; viem takes its types from a literal, so it becomes a module.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "artifacts/contracts/interfaces/INumeraireStaking.sol/INumeraireStaking.json");
const target = join(root, "oracle/src/chain/generated/abi.ts");

const { abi } = JSON.parse(readFileSync(source, "utf8")) as { abi: unknown };
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, `export const numeraireStakingAbi = ${JSON.stringify(abi, null, 2)} as const;\n`);
