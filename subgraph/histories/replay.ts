// Plays a recorded history on a real chain: all that happened in one second is one block.
import { EngineError } from "../engine/errors.ts";
import type { Anvil, Call } from "./anvil.ts";
import type { History, Step } from "./record.ts";

/** The most that a transaction may use (EIP-7825). */
const GAS = "0x1000000";

export interface Second {
  time: number;
  steps: Step[];
}

const hex = (value: number | bigint): string => `0x${value.toString(16)}`;

export function secondsOf({ steps }: History): Second[] {
  const seconds: Second[] = [];
  for (const step of steps) {
    const last = seconds.at(-1);
    if (last?.time === step.time) last.steps.push(step);
    else seconds.push({ time: step.time, steps: [step] });
  }
  return seconds;
}

/** The chain goes back to the beginning of the history's time, and its contracts will get their addresses. */
export async function begin(chain: Anvil, { deployer, nonce, steps }: History): Promise<void> {
  await chain.rpc("anvil_setNonce", deployer, hex(nonce));
  await chain.rpc("evm_setTime", (steps[0]?.time ?? 1) - 1);
}

/**
 * Makes one block. Its time may be that of the block before.
 * @returns Which of the calls went well, in their order.
 */
export async function mine(chain: Anvil, { time, steps }: Second): Promise<boolean[]> {
  await chain.rpc("evm_setTime", time - 1);
  const hashes = await chain.batch<string>(await transactionsOf(chain, steps));
  await chain.rpc("evm_mine", { timestamp: time });
  const receipts = await chain.rpc<{ transactionHash: string; status: string }[]>("eth_getBlockReceipts", "latest");
  const went = new Map(receipts.map(({ transactionHash, status }) => [transactionHash, status === "0x1"]));
  return hashes.map((hash) => {
    const ok = went.get(hash);
    if (ok === undefined) throw new EngineError(`anvil did not mine transaction ${hash}`);
    return ok;
  });
}

/** anvil takes what comes at once in any order, and mines by price: the first pays most. */
async function transactionsOf(chain: Anvil, steps: readonly Step[]): Promise<Call[]> {
  const senders = [...new Set(steps.map(({ from }) => from))];
  const counts = await chain.batch<string>(
    senders.map((sender) => ({ method: "eth_getTransactionCount", params: [sender, "latest"] })),
  );
  await chain.batch(senders.map((sender) => ({ method: "anvil_setBalance", params: [sender, hex(2n ** 96n)] })));
  const nonces = new Map(senders.map((sender, index) => [sender, BigInt(counts[index] ?? 0)]));
  return steps.map(({ from, to, data }, index) => {
    const nonce = nonces.get(from) ?? 0n;
    nonces.set(from, nonce + 1n);
    const gasPrice = hex(steps.length - index);
    return {
      method: "eth_sendTransaction",
      params: [{ from, data, gas: GAS, gasPrice, nonce: hex(nonce), ...(to !== undefined && { to }) }],
    };
  });
}

/** Plays all of it; every call must go as it went when it was recorded. */
export async function replay(chain: Anvil, history: History): Promise<{ first: number; last: number }> {
  await begin(chain, history);
  const first = Number(await chain.rpc<string>("eth_blockNumber")) + 1;
  for (const second of secondsOf(history)) {
    const went = await mine(chain, second);
    const failed = went.indexOf(false);
    if (failed !== -1) {
      const { to, data } = second.steps[failed] ?? { data: "" };
      throw new EngineError(`refused on the chain at ${second.time}: ${data.slice(0, 10)} to ${to ?? "nobody"}`);
    }
  }
  return { first, last: Number(await chain.rpc<string>("eth_blockNumber")) };
}
