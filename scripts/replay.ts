// Settles one real round on a local chain: feed file → positions → lock → report → settlement → events.
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { InputError } from "../oracle/src/core/errors.ts";
import { readRoundFile } from "../oracle/src/feeds/folder.ts";
import { comparePayouts, describeVerdicts } from "./support/compare.ts";
import { replayRound } from "./replay/replay.ts";
import { newAccount, startChain } from "./stack/chain.ts";
import { clientNamed } from "./stack/clients.ts";
import { shownFactor, shownNmr } from "./support/amounts.ts";
import { printTable, step, UsageError } from "./support/terminal.ts";

const USAGE = "usage: npm run replay -- --feed FILE --out FILE [--chain hardhat|anvil]";

function readArguments() {
  try {
    const text = { type: "string" } as const;
    const { values } = parseArgs({ options: { feed: text, out: text, chain: text } });
    if (values.feed === undefined || values.out === undefined) throw new Error("--feed and --out are both needed");
    // npm runs scripts in the project's folder and tells where the caller stood.
    const from = process.env["INIT_CWD"] ?? process.cwd();
    return { feed: resolve(from, values.feed), out: resolve(from, values.out), client: clientNamed(values.chain) };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}

/**
 * Where the result goes: a new or replaced file, written whole or not at all, or something else that takes text.
 * @throws UsageError where nothing can be written there, before any work is done.
 */
async function outputTo(out: string, feed: string): Promise<(text: string) => Promise<void>> {
  const target = await realpath(out).catch(() => out);
  if (target === (await realpath(feed).catch(() => feed))) throw new UsageError(`--out: ${out} is the feed itself`);
  const existing = await stat(target).catch(() => null);
  if (existing !== null && !existing.isFile()) {
    if (existing.isDirectory()) throw new UsageError(`--out: ${out} is a folder; name a file`);
    return (text) => writeFile(target, text);
  }
  const draft = `${target}.new`;
  await writeFile(draft, "").catch((error: unknown) => {
    throw new UsageError(`--out: ${out} can't be written (${error instanceof Error ? error.message : String(error)})`);
  });
  await rm(draft);
  return async (text) => {
    await writeFile(draft, text);
    await rename(draft, target);
  };
}

async function main(): Promise<number> {
  const { feed, out, client } = readArguments();
  const write = await outputTo(out, feed);
  const { round, details } = await readRoundFile(feed, { resolved: true });
  const startsAt = Math.floor(Date.now() / 1000);
  const chain = await startChain({ client, startsAt, accounts: [newAccount()] });
  try {
    const replay = await step(`Round ${round.number} of tournament ${round.tournament}`, (say) =>
      replayRound(chain.connection, round, details, say),
    );
    await write(`${JSON.stringify(replay.record, null, 2)}\n`);
    const { record, settlements } = replay;
    const perPosition = (gas: string): string => (Number(gas) / settlements.length).toFixed(1);
    console.log("Amounts in NMR, cut after three decimals; gas of lock, report and settlement together:");
    printTable(
      ["round", "positions", "at risk", "payout factor", "rewarded", "burned", "gas a position"],
      [
        [
          String(round.number),
          String(settlements.length),
          shownNmr(settlements.reduce((sum, { atRisk }) => sum + atRisk, 0n)),
          shownFactor(BigInt(record.payoutFactor)),
          shownNmr(BigInt(record.rewarded) / 10n ** 9n),
          shownNmr(BigInt(record.burned) / 10n ** 9n),
          perPosition(record.gas.allIn),
        ],
      ],
    );
    const verdict = comparePayouts(settlements, details, round.terms);
    for (const line of describeVerdicts([verdict])) console.log(line);
    console.log(`Written to ${out}`);
    return verdict.formulaAgrees ? 0 : 1;
  } finally {
    await chain.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof InputError) && !(error instanceof UsageError)) throw error;
  console.error(`replay: ${error.message}`);
  process.exitCode = 2;
}
