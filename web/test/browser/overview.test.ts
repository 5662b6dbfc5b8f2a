import { expect, test } from "vitest";
import { visit } from "./support/visit.ts";
test("shows", async () => {
  const { page } = await visit("/");
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.getByText("Classic").first().waitFor();
  await page.screenshot({ path: "/tmp/h/W5-shot.png", fullPage: true });
  expect(1).toBe(1);
});
