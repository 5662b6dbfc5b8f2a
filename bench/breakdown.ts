// Where a transaction's gas goes: what every instruction of its trace used, by what it is for.
import { present } from "../scripts/support/present.ts";
import type { Connection } from "../test/support/staking.ts";

export const PARTS = [
  "transaction",
  "calldata",
  "reads",
  "writes",
  "logs",
  "calls",
  "hashes, copies",
  "the rest",
] as const;

/** Gas by part. `calls`: the token, and recovered signatures; `the rest`: arithmetic, stack, memory, jumps. */
export type Breakdown = Record<(typeof PARTS)[number], number>;

type Instruction = { op: string; depth: number; gas: number; gasCost: number };

const TRANSACTION = 21_000;

/**
 * Breaks a transaction's gas down. Calldata comes with what the transaction pays beyond its execution because of the floor
 * of EIP-7623, where it does.
 */
export async function breakDown({ provider, ethers }: Connection, hash: string): Promise<Breakdown> {
  const options = { disableStack: true, disableMemory: true, disableStorage: true };
  const trace: unknown = await provider.request({ method: "debug_traceTransaction", params: [hash, options] });
  const { gasUsed } = present(await ethers.provider.getTransactionReceipt(hash), "receipt");
  const parts = Object.fromEntries(PARTS.map((part) => [part, 0])) as Breakdown;

  const own = (trace as { structLogs: Instruction[] }).structLogs.filter(({ depth }) => depth === 1);
  let executed = 0;
  for (const [index, { op, gas, gasCost }] of own.entries()) {
    const next = own[index + 1];
    // An instruction that calls is said to cost all the gas it hands over: what it used shows in the next one.
    const used = next === undefined ? gasCost : gas - next.gas;
    parts[partOf(op)] += used;
    executed += used;
  }
  parts.transaction = TRANSACTION;
  parts.calldata = Number(gasUsed) - TRANSACTION - executed;
  return parts;
}

function partOf(op: string): keyof Breakdown {
  if (op === "SLOAD") return "reads";
  if (op === "SSTORE") return "writes";
  if (op.startsWith("LOG")) return "logs";
  if (op === "CALL" || op === "STATICCALL") return "calls";
  if (op === "KECCAK256" || op === "CALLDATACOPY") return "hashes, copies";
  return "the rest";
}
