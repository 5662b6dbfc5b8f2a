import { expect, test } from "vitest";
import { copy } from "../../src/copy/en.ts";
import { expectAccessible } from "./support/accessible.ts";
import { begin, fillAmount, fillOpening, fillPlan, goTo, indexedOn, said } from "./support/acting.ts";
import { SIGNALS } from "./support/history.ts";
import { freshModel } from "./support/holdings.ts";
import { addressOf, routeNames } from "./support/places.ts";
import { filled } from "./support/seen.ts";
import { holder } from "./support/staker.ts";
import { visit } from "./support/visit.ts";
import { theWorld } from "./support/world.ts";

const NMR = 10n ** 18n;
// Without motion: a colour on its way to another is neither.
const still = { reducedMotion: true } as const;

test.for(routeNames)("axe finds nothing on the page of a route: %s", { timeout: 60_000 }, async (route) => {
  const { page } = await visit(addressOf(route, await theWorld()), still);
  await filled(page);
  await expectAccessible(page, route);
});

test("axe finds nothing on a staker's pages, from the stakes to the end of a flow", { timeout: 120_000 }, async () => {
  const { page, wallet, held, model } = await holder(100n * NMR, still);
  const position = `${held.tournament}/${held.position}`;
  await filled(page);
  await expectAccessible(page, "mine-staked");

  await fillOpening(page, { tournament: SIGNALS, model: freshModel(), amount: "12.5" });
  await expectAccessible(page, "act-open");
  await fillPlan(page, SIGNALS, "150", [
    { model, share: "60" },
    { model: freshModel(), share: "40" },
  ]);
  await expectAccessible(page, "act-plan");
  await goTo(page, `/act/leave/${position}`);
  await fillAmount(page, "40");
  await expectAccessible(page, "act-leave");

  const release = wallet.hold();
  await begin(page);
  await expect.poll(() => wallet.asked).toContain("eth_sendTransaction");
  await expectAccessible(page, "flow-asked");
  wallet.rejectNext();
  release();
  await said(page, copy.reasons.rejected.what).waitFor();
  await expectAccessible(page, "flow-rejected");
  await page.getByRole("button", { name: copy.shell.tryAgain, exact: true }).click();
  await indexedOn(page);
  await expectAccessible(page, "flow-done");
  await goTo(page, "/mine");
  await filled(page);
  await expectAccessible(page, "mine-leaving");
});
