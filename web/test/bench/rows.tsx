// The positions table of a round with made-up rows, for `npm run bench:web`; no part of the app.
import "../../src/style/index.css";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import type { RoundRow } from "../../src/data/round-rows.ts";
import { RoundPositions } from "../../src/ui/round-positions.tsx";

const NANO = 1e9;

function rowOf(position: number): RoundRow {
  const hex = (seed: number, digits: number) =>
    `0x${((position * seed) % 2 ** 31).toString(16).padStart(digits, "0")}` as const;
  const payout = BigInt(((position * 7_919) % 2_001) - 1_000) * 10n ** 12n;
  return {
    position,
    model: hex(48_271, 64),
    staker: hex(16_807, 40),
    stake: BigInt(1 + ((position * 37) % 999)) * 10n ** 15n,
    paid: {
      score0: ((position * 104_729) % NANO) - NANO / 2,
      score1: ((position * 1_299_709) % NANO) - NANO / 2,
      payout,
      clipped: position % 11 === 0,
      rate: (Number(payout) / 1e18).toFixed(6),
    },
  };
}

/** Sees everything at once: with it the table makes all of its rows. */
class SeesAll implements IntersectionObserver {
  readonly root = null;
  readonly rootMargin = "";
  readonly scrollMargin = "";
  readonly thresholds = [];
  private readonly tell: IntersectionObserverCallback;

  constructor(tell: IntersectionObserverCallback) {
    this.tell = tell;
  }
  observe(): void {
    this.tell([{ isIntersecting: true } as IntersectionObserverEntry], this);
  }
  unobserve = (): void => undefined;
  disconnect = (): void => undefined;
  takeRecords = (): [] => [];
}

/** What the screen shows of so many rows. */
const ON_SCREEN = 50;

/** Resolves once what is in the document now is on the screen. */
const painted = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
  });

async function timed(work: () => void, isDone: () => boolean): Promise<number> {
  await painted();
  const startedAt = performance.now();
  work();
  do await painted();
  while (!isDone());
  return performance.now() - startedAt;
}

/** Paints so many rows, `plain` all of them at once, then sorts them by score; milliseconds of each until the screen shows it. */
async function run(count: number, plain: boolean): Promise<{ paint: number; sort: number }> {
  if (plain) window.IntersectionObserver = SeesAll;
  const rows = Array.from({ length: count }, (_, position) => rowOf(position));
  const place = document.getElementById("app");
  if (place === null) throw new Error("the page has no place for the table");
  const table = (
    <Router hook={useHashLocation}>
      <RoundPositions rows={rows} round={{ number: "1", tournament: { id: "1", name: "Bench" } }} />
    </Router>
  );
  const paint = await timed(
    () => createRoot(place).render(table),
    () => document.querySelectorAll("tr[aria-rowindex]").length >= (plain ? count : Math.min(count, ON_SCREEN)),
  );
  const head = document.querySelectorAll("th")[4];
  const sort = await timed(
    () => head?.querySelector("button")?.click(),
    () => head?.getAttribute("aria-sort") === "descending",
  );
  return { paint, sort };
}

Object.assign(window, { run });
