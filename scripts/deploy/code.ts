import { readFile } from "node:fs/promises";
import { encodeBytes32String, getBytes, hexlify, id, toBeHex, TypedDataEncoder, zeroPadValue } from "ethers";
import { artifacts } from "hardhat";
import { present } from "../support/present.ts";
import type { ContractName } from "./create2.ts";

/** What a contract's constructor kept in its code, beside what EIP-712 keeps. */
export type Kept = {
  readonly address: string;
  readonly chainId: number;
  /** Of `NumeraireStaking`. */
  readonly token?: { readonly address: string; readonly burnsByMint: boolean };
};

/** The code that a contract must have on a chain, to the byte: the compiler's, with every immutable filled in. */
export async function expectedCode(name: ContractName, kept: Kept): Promise<string> {
  const { deployedBytecode, immutableReferences = {}, buildInfoId } = await artifacts.readArtifact(name);
  const names = await immutableNames(present(buildInfoId, `the build of ${name}`), Object.keys(immutableReferences));
  const values = immutables(name, kept);
  const code = getBytes(deployedBytecode);
  for (const [node, places] of Object.entries(immutableReferences)) {
    const variable = present(names.get(node), `the declaration of immutable ${node} of ${name}`);
    const value = getBytes(present(values[variable], `the value of ${variable} of ${name}`));
    for (const { start } of places) code.set(value, start);
  }
  return hexlify(code);
}

/** Values by the names in the sources: OpenZeppelin's EIP712 and ERC20Capped, and ours. */
function immutables(name: ContractName, { address, chainId, token }: Kept): Record<string, string> {
  const version = "1";
  const domain = { name, version, chainId, verifyingContract: address };
  const maxSupply = 11_000_000n * 10n ** 18n;
  return {
    _cachedDomainSeparator: TypedDataEncoder.hashDomain(domain),
    _cachedChainId: toBeHex(chainId, 32),
    _cachedThis: zeroPadValue(address, 32),
    _hashedName: id(name),
    _hashedVersion: id(version),
    _name: shortString(name),
    _version: shortString(version),
    _cap: toBeHex(maxSupply, 32),
    ...(token && { token: zeroPadValue(token.address, 32), burnsByMint: toBeHex(token.burnsByMint ? 1 : 0, 32) }),
  };
}

/** OpenZeppelin's ShortString: the text, and its length in the last byte. */
function shortString(text: string): string {
  return toBeHex(BigInt(encodeBytes32String(text)) + BigInt(text.length), 32);
}

/** Names of the variables that stand behind the compiler's numbers. */
async function immutableNames(buildInfoId: string, nodes: readonly string[]): Promise<Map<string, string>> {
  const path = present(await artifacts.getBuildInfoOutputPath(buildInfoId), `the output of build ${buildInfoId}`);
  const { output } = JSON.parse(await readFile(path, "utf8")) as { output: { sources: Record<string, unknown> } };
  const names = new Map<string, string>();
  const wanted = new Set(nodes);
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if ("id" in node && "name" in node && "nodeType" in node && node.nodeType === "VariableDeclaration") {
      if (wanted.has(String(node.id))) names.set(String(node.id), String(node.name));
    }
    Object.values(node).forEach(visit);
  };
  if (wanted.size > 0) visit(output.sources);
  return names;
}
