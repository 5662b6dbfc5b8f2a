import { Signature } from "ethers";
import type { Deployment, Signer } from "./staking.ts";

/** A deadline that no clock reaches. */
export const NEVER = 2n ** 256n - 1n;

const PERMIT_TYPES = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/** An owner's EIP-2612 signature that lets the staking contract take so much, wei. */
export async function permit(d: Deployment, owner: Signer, value: bigint): Promise<Signature> {
  const { token, staking, ethers } = d;
  const { chainId } = await ethers.provider.getNetwork();
  const domain = { name: "Numeraire", version: "1", chainId, verifyingContract: await token.getAddress() };
  const spender = await staking.getAddress();
  const message = { owner: owner.address, spender, value, nonce: await token.nonces(owner), deadline: NEVER };
  return Signature.from(await owner.signTypedData(domain, PERMIT_TYPES, message));
}
