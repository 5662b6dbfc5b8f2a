// How tokens get to the contract.
import type { Path } from "../../src/flows/schema.ts";
import { NMR } from "./flows-world.ts";

/** What each route takes, wei. */
export const AMOUNT = 7n * NMR;

/** How tokens get there, and what the wallet is asked on the way. */
export type Route = {
  readonly path: Path;
  readonly token: "permit" | "mainnet";
  readonly batches: boolean;
  readonly allowance: bigint;
  readonly asked: readonly string[];
};

const SEND = "eth_sendTransaction";
export const ROUTES: readonly Route[] = [
  { path: "allowance", token: "permit", batches: false, allowance: AMOUNT, asked: [SEND] },
  { path: "allowance", token: "mainnet", batches: true, allowance: AMOUNT, asked: [SEND] },
  { path: "permit", token: "permit", batches: true, allowance: 0n, asked: ["eth_signTypedData_v4", SEND] },
  { path: "permit", token: "permit", batches: false, allowance: NMR, asked: ["eth_signTypedData_v4", SEND] },
  { path: "batch", token: "mainnet", batches: true, allowance: 0n, asked: ["wallet_sendCalls"] },
  { path: "batch", token: "mainnet", batches: true, allowance: NMR, asked: ["wallet_sendCalls"] },
  { path: "approve", token: "mainnet", batches: false, allowance: 0n, asked: [SEND, SEND] },
  { path: "approve", token: "mainnet", batches: false, allowance: NMR, asked: [SEND, SEND, SEND] },
];
