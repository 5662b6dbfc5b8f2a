// Builds for a network and deploys with graph-cli, which uploads to an IPFS and tells a graph-node or The Graph Network. Its
// own flags are passed on: --node, --ipfs, --version-label, --deploy-key, …
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { graphCli, writeProject } from "./build.ts";
import { EngineError } from "./errors.ts";
import { placeOn } from "./networks.ts";

/** Takes a flag with its value out of arguments. */
function take(args: string[], flag: string): string | undefined {
  const index = args.indexOf(flag);
  return index < 0 ? undefined : args.splice(index, 2)[1];
}

async function deploy(network: string, networks: string | undefined, args: string[]): Promise<number> {
  // Beside the sources, where their imports are found; graph-cli writes into the project that it deploys.
  const folder = join(resolve(import.meta.dirname, "../build"), `deploy-${randomUUID()}`);
  try {
    await writeProject(folder, await placeOn(network, networks));
    const cli = spawn(process.execPath, [graphCli, "deploy", "--skip-migrations", ...args], {
      cwd: folder,
      stdio: "inherit",
    });
    return await new Promise((done, reject) => {
      cli.once("error", reject);
      cli.once("close", (code) => done(code ?? 1));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const args = process.argv.slice(2);
const network = take(args, "--network");
const networks = take(args, "--networks");
if (network === undefined || args.length === 0) {
  const name = basename(process.argv[1] ?? "");
  console.error(
    `usage: ${name} --network NAME [--networks FILE] SUBGRAPH [--node URL] [--ipfs URL] [--version-label LABEL] …`,
  );
  process.exitCode = 2;
} else {
  process.exitCode = await deploy(network, networks, args).catch((error: unknown) => {
    if (!(error instanceof EngineError)) throw error;
    console.error(error.message);
    return 1;
  });
}
