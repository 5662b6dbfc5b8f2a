import {
  type Address,
  concatHex,
  type Hex,
  hexToBigInt,
  hexToNumber,
  isHex,
  numberToHex,
  padHex,
  size,
  slice,
} from "viem";
import { call } from "viem/actions";
import type { Chain } from "./client.ts";

/** A call of a contract. */
export type Call = { readonly to: Address; readonly data: Hex };

/** What a call in a row came to: what it returned, or what it reverted with. */
export type Answer = { readonly succeeds: boolean; readonly data: Hex };

/**
 * Calls in a row, each on what the one before left behind, as if the account sent them on top of the block. Nothing is sent.
 * Null where the node can do it neither way.
 */
export async function row(
  chain: Chain,
  from: Address,
  calls: readonly Call[],
  blockNumber: bigint,
): Promise<readonly Answer[] | null> {
  return (await simulated(chain, from, calls, blockNumber)) ?? (await played(chain, from, calls, blockNumber));
}

/** By `eth_simulateV1`; null where the node hasn't got it. */
export async function simulated(
  { client }: Chain,
  from: Address,
  calls: readonly Call[],
  blockNumber: bigint,
): Promise<readonly Answer[] | null> {
  const blockStateCalls = [{ calls: calls.map(({ to, data }) => ({ from, to, input: data })) }];
  const request = client.request as (args: { method: string; params: unknown[] }) => Promise<unknown>;
  try {
    const blocks = await request({ method: "eth_simulateV1", params: [{ blockStateCalls }, numberToHex(blockNumber)] });
    return answersIn(blocks, calls.length);
  } catch {
    return null;
  }
}

function answersIn(blocks: unknown, expected: number): readonly Answer[] | null {
  const [block] = blocks as { calls: { status: Hex; returnData: Hex; error?: { data?: unknown } }[] }[];
  if (block?.calls.length !== expected) return null;
  return block.calls.map(({ status, returnData, error }) => {
    const succeeds = hexToNumber(status) === 1;
    return { succeeds, data: !succeeds && isHex(error?.data) ? error.data : returnData };
  });
}

// Most nodes can replace an account's code for the length of one eth_call. The account then plays a contract that makes the
// calls in a row. Its input is, for each call, the address (20 bytes), the length (12 bytes) and the data; its output whether
// the call succeeded (32 bytes), the length (32 bytes) and what came back. Memory: 0x00 where the input is read, 0x20 where
// the output goes on, from 0x40 the output.
const PLAYER = concatHex([
  "0x6040602052", //             output starts at 0x40
  "0x5b365f5110601657", //       loop: while there is input, go to body
  "0x6040602051036040f3", //     return the output
  "0x5b5f51358063ffffffff16", // body: word, length
  "0x805f5160200160205137", //   the call's data to where its output will be
  "0x5f5f826020515f8660601c5af1", // call
  "0x60205152", //               whether it succeeded
  "0x3d60206020510152", //       length of what came back
  "0x3d5f6040602051013e", //     what came back
  "0x3d60400160205101602052", // go on behind it
  "0x6020015f51015f5250", //     next input
  "0x600556",
]);

/** By an `eth_call` in which the account plays a contract; null where the node can't replace code. */
export async function played(
  { client }: Chain,
  from: Address,
  calls: readonly Call[],
  blockNumber: bigint,
): Promise<readonly Answer[] | null> {
  const input = concatHex(
    calls.flatMap(({ to, data }) => [padHex(to, { size: 20 }), numberToHex(size(data), { size: 12 }), data]),
  );
  try {
    const stateOverride = [{ address: from, code: PLAYER }];
    const { data = "0x" } = await call(client, { account: from, to: from, data: input, blockNumber, stateOverride });
    return unpacked(data, calls.length);
  } catch {
    return null;
  }
}

function unpacked(output: Hex, expected: number): readonly Answer[] | null {
  const answers: Answer[] = [];
  let at = 0;
  while (at < size(output)) {
    const succeeds = hexToBigInt(slice(output, at, at + 32)) === 1n;
    const length = hexToNumber(slice(output, at + 32, at + 64));
    answers.push({ succeeds, data: length === 0 ? "0x" : slice(output, at + 64, at + 64 + length) });
    at += 64 + length;
  }
  return answers.length === expected ? answers : null;
}
