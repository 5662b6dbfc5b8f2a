// The facts of a chain the way one would read them first: the library reads and decodes the events, one kind after the
// other, and every view is asked for when its answer is needed. It asks one node, checks no hash and no block.
import { createPublicClient, type Hex, http } from "viem";
import { numeraireStakingAbi as abi } from "../../oracle/src/chain/generated/abi.ts";
import { CONTRACT as address, TOURNAMENT as tournament } from "./stub-chain.ts";

export async function plainStart(url: string, range: bigint) {
  const client = createPublicClient({ transport: http(url, { retryCount: 0 }) });
  const { number: latest } = await client.getBlock();
  const models: Hex[] = [];
  const stakes = new Map<string, readonly bigint[]>();
  const scores = new Map<string, readonly bigint[]>();
  const opened: bigint[] = [];
  const over = new Set<bigint>();
  for (let fromBlock = 0n; fromBlock <= latest; fromBlock += range) {
    const toBlock = fromBlock + range - 1n < latest ? fromBlock + range - 1n : latest;
    const logs = await client.getContractEvents({
      abi,
      address,
      args: { tournament },
      fromBlock,
      toBlock,
      strict: true,
    });
    for (const { eventName, args } of logs) {
      if (eventName === "PositionOpened") models[args.position] = args.model;
      if (eventName === "RoundOpened") opened.push(args.round);
      if (eventName === "BatchLocked") stakes.set(`${args.round.toString()} ${args.batch}`, args.stakes);
      if (eventName === "ScoresReported") scores.set(`${args.round.toString()} ${args.batch}`, args.scores);
      if (eventName === "RoundSettled" || eventName === "RoundVoided") over.add(args.round);
    }
  }
  const rounds = [];
  for (const number of opened.filter((each) => !over.has(each))) {
    const round = await client.readContract({ abi, address, functionName: "roundOf", args: [tournament, number] });
    const batches = [];
    for (let index = 0; index < round.batches; index += 1) {
      const args = [tournament, number, index] as const;
      const key = `${number.toString()} ${index}`;
      const batch = await client.readContract({ abi, address, functionName: "batchOf", args });
      batches.push({ ...batch, stakes: stakes.get(key) ?? [], scores: scores.get(key) ?? [] });
    }
    rounds.push({ ...round, number, batches });
  }
  return { models, rounds };
}
