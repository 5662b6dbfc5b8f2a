import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createPublicClient, http } from "viem";
import { afterAll, describe, expect, it } from "vitest";
import { replayRound } from "../../scripts/replay/replay.ts";
import { newAccount, startChain } from "../../scripts/stack/chain.ts";
import { readFolder } from "../src/feeds/folder.ts";
import { oracle } from "./service-process.ts";
import { made2021 } from "./feeds-files.ts";

// Real rounds lie beside the project, where somebody put them; they may not be copied into it. Made-up ones are always
// audited.
const REAL = fileURLToPath(new URL("../../../shared/data/numerai-classic", import.meta.url));
const FOLDERS: [string, string][] = [["made up", made2021([245])]];
if (existsSync(REAL)) FOLDERS.push(["real", REAL]);

const temporary = mkdtempSync(join(tmpdir(), "audit-"));
afterAll(() => {
  rmSync(temporary, { recursive: true });
});

describe.each(FOLDERS)("audit of %s rounds, settled on a chain of their own", { timeout: 600_000 }, (name, folder) => {
  it("is clean, and finds one digit that was changed in the feed", async () => {
    for (const { round, details } of await readFolder(folder, { resolved: true })) {
      const chain = await startChain({
        client: "hardhat",
        startsAt: Math.floor(Date.now() / 1_000),
        accounts: [newAccount()],
      });
      try {
        const { settlements } = await replayRound(chain.connection, round, details, () => undefined);
        const files = join(temporary, `${name} ${round.number.toString()}`);
        const file = `round-${round.number.toString()}.json`;
        cpSync(join(folder, file), join(files, file));
        const config = join(files, "config.json");
        writeFileSync(config, JSON.stringify({ ...(await siteOf(chain.url)), feed: { kind: "folder", path: "." } }));

        const clean = await oracle("audit", "--all", "--config", config);
        expect(clean.out.trim().split(/ {2,}/)).toEqual([
          "clean",
          `round ${round.number.toString()}`,
          `${settlements.length} positions`,
          "0 differences",
        ]);
        expect(clean.code).toBe(0);

        const model = details.models.find(({ stake, scores }) => stake > 0n && scores !== null && scores[0] !== 0n);
        if (model === undefined) throw new Error("no model has a stake and a score");
        tamper(join(files, file), model.id);
        const dirty = await oracle("audit", round.number.toString(), "--config", config);
        const lines = dirty.out.split("\n").filter((line) => line.startsWith("difference"));
        expect(lines).toHaveLength(1);
        expect(lines[0]).toContain(`model ${model.name} (${model.model}), corr (the feed's text: `);
        expect(dirty.code).toBe(1);
      } finally {
        await chain.stop();
      }
    }
  });

  it("has files to audit", () => {
    expect(readdirSync(folder).length).toBeGreaterThan(0);
  });
});

/** Turns the sign of one model's first score, and of nothing else. */
function tamper(file: string, id: string): void {
  const text = readFileSync(file, "utf8");
  const at = text.indexOf(`"${id}"`);
  const start = text.lastIndexOf("{", at);
  const end = text.indexOf("}", at);
  const row = text.slice(start, end);
  const changed = row.replace(
    /("corr":\s*)(-?)/,
    (_, field: string, sign: string) => `${field}${sign === "" ? "-" : ""}`,
  );
  expect(changed).not.toBe(row);
  writeFileSync(file, text.slice(0, start) + changed + text.slice(end));
}

/** The one tournament of the chain, found by the only events with four topics. */
async function siteOf(rpcUrl: string) {
  const client = createPublicClient({ transport: http(rpcUrl) });
  const logs = await client.getLogs({ fromBlock: 0n });
  const contract = logs.findLast(({ topics }) => topics.length > 3)?.address;
  return { rpcUrls: [rpcUrl], chainId: await client.getChainId(), contract, tournament: 1, maxBlockAgeSeconds: 0 };
}
