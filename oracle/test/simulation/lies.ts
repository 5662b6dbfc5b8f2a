import { numberToHex, RpcRequestError } from "viem";
import type { Chance } from "./chance.ts";

/** So often a liar says the truth, that it be believed. */
const TRUTHFUL = 0.3;

const REFUSALS = [
  "execution reverted",
  "header not found",
  "nonce too low",
  "already known",
  "replacement transaction underpriced",
  "rate limit exceeded",
  "insufficient funds for gas * price + value",
];

/** What an endpoint says that lies: of the truth, or of what was true some blocks ago. Throws where it claims a refusal. */
export function lied(chance: Chance, truth: () => unknown, past: () => unknown): unknown {
  if (chance.is(TRUTHFUL)) return truth();
  switch (chance.within(0, 5)) {
    case 0:
      return past();
    case 1:
      return null;
    case 2: {
      const message = chance.pick(REFUSALS);
      throw new RpcRequestError({ body: {}, url: "http://node", error: { code: -32_000, message } });
    }
    case 3:
      return cut(truth());
    case 4:
      return ahead(truth(), chance.within(1, 1_000));
    default:
      return flipped(truth(), chance);
  }
}

function cut(truth: unknown): unknown {
  if (Array.isArray(truth)) return truth.slice(0, -1);
  return typeof truth === "string" ? truth.slice(0, -64) : truth;
}

/** A block, or a number, that there isn't yet. */
function ahead(truth: unknown, by: number): unknown {
  if (typeof truth === "string")
    return /^0x[\da-f]{1,16}$/.test(truth) ? numberToHex(BigInt(truth) + BigInt(by)) : truth;
  if (typeof truth !== "object" || truth === null || !("number" in truth)) return truth;
  return { ...truth, number: ahead(truth.number, by) };
}

/** One digit of it is another. */
export function flipped(truth: unknown, chance: Chance): unknown {
  const text = JSON.stringify(truth);
  const digits = [...text.matchAll(/(?<=0x[\da-f]*)[\da-f]/g)].map(({ index }) => index);
  if (digits.length === 0) return truth;
  const at = chance.pick(digits);
  const other = (Number.parseInt(text[at] ?? "0", 16) ^ chance.within(1, 15)).toString(16);
  return JSON.parse(text.slice(0, at) + other + text.slice(at + 1)) as unknown;
}
