import { weiFromNano } from "@numeraire-staking/oracle/core/units";
import { unpackStakes } from "@numeraire-staking/oracle/core/words";
import { parseEther } from "viem";
import { expect, test } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { exactNmr } from "../../src/core/amounts.ts";
import { overview } from "../../src/index/generated/documents.ts";
import { CLASSIC, ROUNDS, SIGNALS } from "./support/history.ts";
import { filled } from "./support/seen.ts";
import { visit } from "./support/visit.ts";
import { theWorld } from "./support/world.ts";

const text = copy.overview;

test("the figures are the index's, to the last digit", async () => {
  const { index, indexed } = await theWorld();
  await indexed();
  const { protocol } = await index.ask(overview);
  const { page } = await visit("/");
  for (const [name, wei] of [
    [text.staked, protocol?.activeWei],
    [text.atRisk, protocol?.atRiskWei],
    [text.rewarded, protocol?.rewardedWei],
    [text.burned, protocol?.burnedWei],
  ] as const) {
    const figure = page.locator(".figure", { has: page.getByText(name, { exact: true }) });
    expect(await figure.locator(".number").first().getAttribute("title")).toBe(exactNmr(BigInt(wei ?? 0)));
  }
});

test("the tournaments' stakes are the contract's", async () => {
  const { chain, indexed } = await theWorld();
  await indexed();
  const { page } = await visit("/");
  const table = page.getByRole("table", { name: text.tournaments });
  for (const [tournament, name] of [
    [CLASSIC, "Classic"],
    [SIGNALS, "Signals"],
  ] as const) {
    const active = unpackStakes(await chain.read<bigint[]>("stakesOf", tournament, 0)).reduce(
      (sum, each) => sum + each,
    );
    const row = table.getByRole("row", { name: new RegExp(`^${name} `) });
    expect(await row.locator(".number").first().getAttribute("title")).toBe(exactNmr(weiFromNano(active)));
  }
});

test("each cell of the strip is a round, and has the state that the contract gives it", async () => {
  const { chain } = await theWorld();
  const { page } = await visit("/");
  await filled(page);
  const strip = page.getByRole("list", { name: text.inFlight });
  for (const round of Object.values(ROUNDS)) {
    const link = strip.locator(`a[href="#/tournament/${CLASSIC}/round/${round}"]`);
    const state = await stateOnChain(round);
    if (state === "settled" || state === "void") {
      expect(await link.count(), `round ${round}`).toBe(0);
      continue;
    }
    expect(await link.locator(".cell").getAttribute("class"), `round ${round}`).toContain(state);
    expect(await link.getAttribute("aria-label")).toContain(copy.strip.plain(String(round), copy.strip.states[state]));
  }

  async function stateOnChain(round: bigint) {
    type Round = { state: number; batches: number; reportedBatches: number };
    const { state, batches, reportedBatches } = await chain.read<Round>("roundOf", CLASSIC, round);
    const name = (["none", "open", "locking", "locked", "settled", "void"] as const)[state];
    if (name === undefined || name === "none") throw new Error(`the contract knows no round ${round}`);
    return name === "locked" && reportedBatches === batches ? "reported" : name;
  }
});

test("a chart's numbers are in its table too, and add up to the total", async () => {
  const { index, indexed } = await theWorld();
  await indexed();
  const { protocol } = await index.ask(overview);
  const { page } = await visit("/");
  const chart = page.locator("figure", { has: page.getByRole("heading", { name: text.paidChart }) });
  await chart.getByText(copy.chart.asTable).click();
  const days = await chart.getByRole("table").locator("tbody tr td:nth-child(2) .number").all();
  const exact = await Promise.all(days.map((amount) => amount.getAttribute("title")));
  const sum = exact.reduce((total, title) => total + parseEther((title ?? "").replace(/ NMR|,/g, "")), 0n);
  expect(sum).toBe(BigInt(protocol?.rewardedWei ?? 0));
  expect(sum).toBeGreaterThan(0n);
});
