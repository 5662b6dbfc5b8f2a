import { AbiCoder, concat, getCreate2Address, keccak256 } from "ethers";
import { artifacts, config } from "hardhat";
import { UsageError } from "../support/terminal.ts";

/** CreateX: one address on every chain it is on. Ignition's strategy `create2` deploys through it. */
export const CREATE_X = "0xba5Ed099633D3B313e4D5F7bdc1305d3c28ba5Ed";

export type ContractName = "Numeraire" | "NumeraireStaking";

/** A contract before it is there: where it will be, and the code and arguments that decide it. */
export type Planned = {
  readonly name: ContractName;
  readonly address: string;
  /** The constructor's only argument: holder or token. */
  readonly argument: string;
  readonly initCodeHash: string;
};

/** The salt that Ignition is configured with; the same for every contract. */
export function salt(): string {
  const configured = config.ignition.strategyConfig?.create2?.salt;
  if (configured === undefined)
    throw new UsageError("hardhat.config.ts: ignition.strategyConfig.create2.salt is missing");
  return configured;
}

/** Where a contract goes. It depends on the compiled code, the argument and the salt, and on nothing else: not on who sends. */
export async function planned(name: ContractName, argument: string): Promise<Planned> {
  const { bytecode } = await artifacts.readArtifact(name);
  const initCodeHash = initCodeHashOf(bytecode, argument);
  return { name, argument, initCodeHash, address: addressOf(initCodeHash, salt()) };
}

export function initCodeHashOf(bytecode: string, argument: string): string {
  return keccak256(concat([bytecode, AbiCoder.defaultAbiCoder().encode(["address"], [argument])]));
}

/** CreateX hashes a salt that doesn't begin with its caller's address, so that it can't collide with one that does. */
export function addressOf(initCodeHash: string, usedSalt: string): string {
  return getCreate2Address(CREATE_X, keccak256(usedSalt), initCodeHash);
}
