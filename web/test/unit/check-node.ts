// A node between a check and the real one, which can lie about what it is asked.
import { createClient, custom } from "viem";
import { hardhat } from "viem/chains";
import type { Chain } from "../../src/chain/client.ts";
import type { World } from "./check-world.ts";

export type Question = { readonly method: string; readonly params?: unknown };
/** What is answered instead; the answer itself where it is left alone. */
export type Lie = (answer: unknown, question: Question) => unknown;

export const honest: Lie = (answer) => answer;

/** The chain, seen through a node that remembers its answers, so that a lie costs no question. */
export function seen({ chain }: World): { through(lie: Lie): Chain; readonly asked: Question[] } {
  const asked: Question[] = [];
  const answers = new Map<string, Promise<unknown>>();
  const ask = (question: Question): Promise<unknown> => {
    asked.push(question);
    const key = JSON.stringify(question);
    const answer = answers.get(key) ?? chain.client.request(question as Parameters<typeof chain.client.request>[0]);
    answers.set(key, answer);
    return answer;
  };
  return {
    asked,
    through(lie) {
      const request = async (question: Question): Promise<unknown> =>
        lie(structuredClone(await ask(question)), question);
      const client = createClient({ transport: custom({ request }, { retryCount: 0 }), cacheTime: 0 });
      return { client, id: hardhat.id, contract: chain.address, deploymentBlock: 0n };
    },
  };
}

/** The same with one bit of a text of hexadecimal turned, counted from its end. */
export function turned(hex: string, bit: number): string {
  const value = BigInt(hex) ^ (1n << BigInt(bit));
  return `0x${value.toString(16).padStart(hex.length - 2, "0")}`;
}
