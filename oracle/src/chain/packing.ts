import { setImmediate as turn } from "node:timers/promises";
import {
  type Address,
  decodeFunctionResult,
  encodeFunctionData,
  getAbiItem,
  type Hex,
  isHex,
  size,
  slice,
  toFunctionSelector,
} from "viem";
import type { EndpointOptions } from "./endpoint.ts";
import { numeraireStakingAbi as abi } from "./generated/abi.ts";
import { meaningIn } from "./refusals.ts";

type Ask = EndpointOptions["ask"];
/** How the node is asked, and how where an answer may be too large to travel with others. */
type Asks = { readonly ask: Ask; readonly askAlone: Ask };
type Call = { readonly to: Address; readonly data: Hex };

/** A view that somebody waits for. `block` is as the question says it. */
type Asked = Call & {
  readonly block: unknown;
  readonly gas: number;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
};

/** Gas of the views that are asked for in numbers, each at its dearest: 64 reporters, 1,024 stakes. */
export const VIEW_GAS = {
  tournamentOf: 30_000,
  reserveOf: 15_000,
  reportersOf: 250_000,
  roundOf: 40_000,
  batchOf: 15_000,
  stakesOf: 800_000,
} as const;
const GAS_OF: ReadonlyMap<Hex, number> = new Map(
  (Object.keys(VIEW_GAS) as (keyof typeof VIEW_GAS)[]).map((name) => [
    toFunctionSelector(getAbiItem({ abi, name })),
    VIEW_GAS[name],
  ]),
);
/** A node must be able to try a transaction, which may use 16,777,216. */
const MOST_GAS = 12_000_000;

/** What is refused because of what is asked for, and not whatever it is. */
const OF_THE_CALL: ReadonlySet<unknown> = new Set(["reverts", "gas", "size", "range"]);

/**
 * Puts the contract's views that are asked for in the same turn, at the same block, into one question to the node, through
 * the contract's `multicall`. Each gets an answer of its own, so that each is voted on, and named where nodes differ.
 */
export function packing(asks: Asks): Ask {
  let waiting: Asked[] = [];
  return (method, params) => {
    const view = method === "eth_call" ? viewIn(params) : null;
    if (view === null) return asks.ask(method, params);
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) {
        setImmediate(() => {
          void answerAll(waiting, asks);
          waiting = [];
        });
      }
      waiting.push({ ...view, resolve, reject });
    });
  };
}

/** A call of one of the views and nothing else: without a sender, or a state of its own. */
function viewIn(params: unknown): Pick<Asked, "to" | "data" | "block" | "gas"> | null {
  const [call, block, ...more] = params as readonly [Call, unknown, ...unknown[]];
  const { to, data, ...others } = call;
  const gas = isHex(data) && size(data) > 4 ? GAS_OF.get(slice(data, 0, 4)) : undefined;
  if (gas === undefined || more.length > 0 || Object.keys(others).length > 0) return null;
  return { to, data, block, gas };
}

function packsOf(waiting: readonly Asked[]): Asked[][] {
  const packs: Asked[][] = [];
  const open = new Map<string, { readonly pack: Asked[]; gas: number }>();
  for (const each of waiting) {
    const key = JSON.stringify([each.to, each.block]);
    let found = open.get(key);
    if (found === undefined || found.gas + each.gas > MOST_GAS) {
      found = { pack: [], gas: 0 };
      packs.push(found.pack);
      open.set(key, found);
    }
    found.pack.push(each);
    found.gas += each.gas;
  }
  return packs;
}

/**
 * One pack after the other: the work on one's answers must not be taken for the node's delay with the next. A node that
 * fails with one is not asked for the others.
 */
async function answerAll(all: readonly Asked[], asks: Asks): Promise<void> {
  try {
    for (const pack of packsOf(all)) {
      await answer(pack, asks);
      await turn();
    }
  } catch (error) {
    // Those that have their answer keep it.
    for (const { reject } of all) reject(error);
  }
}

/** Where the node refuses the whole, since it is too much for it or one of them reverts, it is asked for each half. */
async function answer(pack: readonly Asked[], asks: Asks): Promise<void> {
  const [first] = pack;
  if (first === undefined) return;
  try {
    const answers = await answersTo(first, pack, asks);
    pack.forEach(({ resolve }, place) => resolve(answers[place]));
  } catch (error) {
    if (!OF_THE_CALL.has(meaningIn(error))) throw error;
    if (pack.length === 1) {
      first.reject(error);
      return;
    }
    const middle = Math.ceil(pack.length / 2);
    await answer(pack.slice(0, middle), asks);
    await answer(pack.slice(middle), asks);
  }
}

async function answersTo({ to, data, block }: Asked, pack: readonly Asked[], asks: Asks): Promise<readonly unknown[]> {
  if (pack.length === 1) return [await asks.ask("eth_call", [{ to, data }, block])];
  const calls = encodeFunctionData({ abi, functionName: "multicall", args: [pack.map((each) => each.data)] });
  return unpacked(await asks.askAlone("eth_call", [{ to, data: calls }, block]), pack.length);
}

/** What can't be unpacked is the node's answer to each all the same: what it is worth, the vote decides. */
function unpacked(whole: unknown, count: number): readonly unknown[] {
  try {
    const answers = decodeFunctionResult({ abi, functionName: "multicall", data: whole as Hex });
    if (answers.length === count) return answers;
  } catch {
    // Nonsense, or a lie.
  }
  return Array.from({ length: count }, () => whole);
}
