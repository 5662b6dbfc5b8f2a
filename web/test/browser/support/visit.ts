// The only way to a page. Whatever a page must never do fails the test that shows it.
import type { BrowserContext, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { type Endpoint, endpointsOf, forbid } from "./endpoints.ts";
import type { Site } from "./site.ts";
import type { Wallet } from "./wallet.ts";
import { theWorld } from "./world.ts";

export type VisitOptions = {
  /** Wallets in the browser, none at first. */
  readonly wallets?: readonly Wallet[];
  readonly width?: number;
  readonly height?: number;
  /** What the system prefers. */
  readonly theme?: "light" | "dark";
  readonly reducedMotion?: boolean;
  readonly javaScript?: boolean;
  /** Another deployment than the stage's. */
  readonly site?: Site;
  /** Endpoints that don't answer. */
  readonly off?: readonly Endpoint[];
};

export type Visit = {
  readonly page: Page;
  /** Lets endpoints die, all others live again. */
  readonly off: (...endpoints: readonly Endpoint[]) => Promise<void>;
};

/** How far things may jump while a page fills. */
const MOST_SHIFT = 0.02;
const PATIENCE_MS = 15_000;

declare global {
  interface Window {
    /** The layout shifts that nobody's input caused: how far, and what moved. */
    layoutShifts: { value: number; moved: string[] }[];
    reportViolation?: (text: string) => void;
  }
}

/** Opens a page of the app, `address` from the hash on, in a browser that has never been here. */
export async function visit(address: string, options: VisitOptions = {}): Promise<Visit> {
  const { wallets = [], width = 1280, height = 844, theme = "light", off = [] } = options;
  const { browser, ...places } = await theWorld();
  const { webUrl, config } = options.site ?? places;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: options.reducedMotion === true ? "reduce" : "no-preference",
    javaScriptEnabled: options.javaScript ?? true,
    locale: "en-GB",
    timezoneId: "UTC",
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const endpoints = endpointsOf(config);
  const died = new Set<string>();
  const turnOff = async (...dead: readonly Endpoint[]): Promise<void> => {
    for (const name of dead) for (const url of endpoints[name]) died.add(new URL(url).href);
    await forbid(context, endpoints, dead);
  };
  await turnOff(...off);
  const faults = await watch(context, [webUrl, ...Object.values(endpoints).flat()], died);
  for (const wallet of wallets) await wallet.install(context);
  const page = await context.newPage();
  onTestFinished(async () => {
    if (options.javaScript !== false) faults.push(...(await shifts(page)));
    await context.close();
    expect(faults, "what the page must never do").toEqual([]);
  });
  await page.goto(`${webUrl}#${address}`);
  return { page, off: turnOff };
}

/** Collects, from all pages of a context: errors, broken policy, requests to strangers. */
async function watch(context: BrowserContext, allowed: string[], died: ReadonlySet<string>): Promise<string[]> {
  const faults: string[] = [];
  const origins = new Set(allowed.map((url) => new URL(url).origin));
  context.on("console", (message) => {
    // The browser says of an endpoint that died what it must say.
    const isOfTheDead = [...died].some((url) => message.location().url.startsWith(url));
    if (message.type() === "error" && !isOfTheDead) faults.push(`console: ${message.text()}`);
  });
  context.on("weberror", (error) => faults.push(`error: ${error.error().stack ?? error.error().message}`));
  context.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== "data:" && !origins.has(origin)) faults.push(`request to a stranger: ${request.url()}`);
  });
  await context.exposeBinding("reportViolation", (_, text: string) => faults.push(`policy: ${text}`));
  await context.addInitScript(() => {
    window.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      window.reportViolation?.(`${violatedDirective} ${blockedURI}`),
    );
    type Shift = PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node: Node | null }[] };
    window.layoutShifts = [];
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput, sources } of list.getEntries() as Shift[]) {
        const moved = sources.map(({ node }) =>
          node instanceof Element ? `${node.tagName}.${node.className}` : "text",
        );
        if (!hadRecentInput) window.layoutShifts.push({ value, moved });
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  return faults;
}

/** What jumped on the overview; the round trip also lets what the page has said arrive. */
async function shifts(page: Page): Promise<string[]> {
  if (page.isClosed()) return [];
  const { hash, all } = await page.evaluate(() => ({ hash: location.hash, all: window.layoutShifts }));
  const sum = all.reduce((total, { value }) => total + value, 0);
  if (hash !== "#/" || sum <= MOST_SHIFT) return [];
  return [`the overview jumps by ${sum.toFixed(3)}: ${all.flatMap(({ moved }) => moved).join(", ")}`];
}
