import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { artifacts, network } from "hardhat";
import type { NetworkConnection } from "hardhat/types/network";
import { Wallet } from "ethers";
import { contractsFor, deployContracts } from "../../scripts/deploy/apply.ts";
import { CREATE_X } from "../../scripts/deploy/create2.ts";
import { siteOf } from "../../scripts/deploy/site.ts";
import { present } from "../../scripts/support/present.ts";

export const MAINNET_NMR = "0x1776e1F26f98b1A5dF9cD347953a26dd3Cb46671";

/** A chain behind JSON-RPC that has CreateX, as real ones do. */
export type TestChain = {
  readonly url: string;
  readonly connection: NetworkConnection<string>;
  stop(): Promise<void>;
};

let createX: string | undefined;

/** CreateX's code. Ignition brings it to chain 31337 alone, so it is taken from there. */
async function createXCode(): Promise<string> {
  if (createX !== undefined) return createX;
  const connection = await network.create();
  const folder = await mkdtemp(join(tmpdir(), "deployment-test-"));
  const site = await siteOf(connection, folder);
  await deployContracts(site, await contractsFor({ kind: "own", holder: site.deployer }));
  createX = await connection.ethers.provider.getCode(CREATE_X);
  await connection.close();
  await rm(folder, { recursive: true });
  return createX;
}

/** Starts a chain of this id. With `nmr` the replica of NMR stands where it does on mainnet. */
export async function startTestChain(chainId: number, { nmr = false, key = "" } = {}): Promise<TestChain> {
  const accounts = key === "" ? {} : { accounts: [{ privateKey: key, balance: 10n ** 20n }] };
  const override = { chainId, ...accounts };
  const server = await network.createServer({ network: "chain", override }, "127.0.0.1", 0);
  const { port } = await server.listen();
  const url = `http://127.0.0.1:${port}`;
  // A kept connection may be closed by the server in the very moment of the next request.
  const httpHeaders = { connection: "close" };
  const connection = await network.create({ network: "local", override: { url, httpHeaders } });
  await setCode(connection, CREATE_X, await createXCode());
  if (nmr) {
    const { deployedBytecode } = await artifacts.readArtifact("MainnetNumeraire");
    await setCode(connection, MAINNET_NMR, deployedBytecode);
  }
  return {
    url,
    connection,
    async stop() {
      await connection.close();
      await server.close();
    },
  };
}

export async function setCode({ provider }: NetworkConnection<string>, address: string, code: string): Promise<void> {
  await provider.request({ method: "hardhat_setCode", params: [address, code] });
}

/** Everything that a transaction would change: the latest block and the account's nonce. */
export async function standOf({ ethers }: NetworkConnection<string>, account: string): Promise<[number, number]> {
  return [await ethers.provider.getBlockNumber(), await ethers.provider.getTransactionCount(account, "pending")];
}

export const presetPath = (name: string): string => join(import.meta.dirname, `../../ignition/presets/${name}.json`);

/** Parameters as a file holds them, all addresses made up. */
export function parametersFor(chainId: number, token: object, presets: readonly string[] = ["classic"]) {
  const address = (): string => Wallet.createRandom().address;
  const tournaments = presets.map((preset) => ({
    preset: presetPath(preset),
    organizer: address(),
    guardian: address(),
    registrar: null as string | null,
    reporters: [address(), address(), address()],
    quorum: 2,
  }));
  return { chainId, token, tournaments };
}

/** A folder of its own, removed at the end of the `describe`. */
export function useFolder(): () => string {
  let folder: string | undefined;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "deployment-test-"));
  });
  after(() => rm(present(folder, "a folder, from `before` on"), { recursive: true }));
  return () => present(folder, "a folder, from `before` on");
}

export async function writeJson(folder: string, content: unknown): Promise<string> {
  const file = join(folder, `${randomUUID()}.json`);
  await writeFile(file, JSON.stringify(content));
  return file;
}
