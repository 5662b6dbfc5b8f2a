// A node that lies in one bit, between the real one and the page.
import { numeraireStakingAbi as abi } from "@numeraire-staking/oracle/abi";
import type { BrowserContext } from "playwright-core";
import { type Hex, numberToHex, toEventSelector } from "viem";
import { getAbiItem } from "viem/utils";

type EventName = "BatchLocked" | "RoundLocked" | "ScoresReported" | "BatchSettled";
type Log = { topics: Hex[]; data: Hex };

/** Which bit: of the data's words counted from `word`, below zero from the end, that bit from the lowest on. */
export type Turned = { readonly event: EventName; readonly round: bigint; readonly word: number; readonly bit: bigint };

/** From here on the page is served this event of the round with one bit turned; returns how often it was. */
export async function turnBit(context: BrowserContext, rpcUrl: string, turned: Turned): Promise<() => number> {
  let times = 0;
  const selector = toEventSelector(getAbiItem({ abi, name: turned.event }));
  const round = numberToHex(turned.round, { size: 32 });
  const tamper = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(tamper);
    else if (typeof value === "object" && value !== null) {
      const { topics, data } = value as Partial<Log>;
      if (topics?.[0] === selector && topics[2] === round && data !== undefined) {
        (value as Log).data = withBit(data, turned);
        times++;
      } else Object.values(value).forEach(tamper);
    }
  };
  await context.route(
    (asked) => asked.href.startsWith(new URL(rpcUrl).href),
    async (route) => {
      const response = await route.fetch();
      const answer = (await response.json()) as unknown;
      tamper(answer);
      await route.fulfill({ response, json: answer });
    },
  );
  return () => times;
}

function withBit(data: Hex, { word, bit }: Turned): Hex {
  const words: string[] = data.slice(2).match(/.{64}/g) ?? [];
  const at = word < 0 ? words.length + word : word;
  const turned = BigInt(`0x${words[at] ?? ""}`) ^ (1n << bit);
  return `0x${words.with(at, turned.toString(16).padStart(64, "0")).join("")}`;
}
