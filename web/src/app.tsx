import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ComponentType, lazy, Suspense, useEffect, useRef } from "react";
import { WagmiProvider } from "wagmi";
import { Route, Router, Switch, useLocation } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { useApp } from "./app-context.ts";
import { copy } from "./copy/en.ts";
import { type RouteName, routes } from "./routes.ts";
import { Footer } from "./ui/footer.tsx";
import { Header } from "./ui/header.tsx";
import { Waiting } from "./ui/states.tsx";
import { FlowsProvider } from "./wallet/flows.tsx";
import { walletConfigOf } from "./wallet/config.ts";

const pages: Readonly<Record<RouteName, ComponentType>> = {
  overview: lazy(() => import("./pages/overview.tsx")),
  tournament: lazy(() => import("./pages/tournament.tsx")),
  round: lazy(() => import("./pages/round.tsx")),
  model: lazy(() => import("./pages/model.tsx")),
  staker: lazy(() => import("./pages/staker.tsx")),
  check: lazy(() => import("./pages/check.tsx")),
  mine: lazy(() => import("./pages/mine.tsx")),
  act: lazy(() => import("./pages/act.tsx")),
  flow: lazy(() => import("./pages/flow.tsx")),
};

/** Answers of the index are asked for again with each of its blocks; this is for what has none. */
const FRESH_MS = 30_000;

const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: FRESH_MS, refetchInterval: FRESH_MS, retry: 1, refetchOnWindowFocus: true } },
});

/** The title and the reader's place follow the address, as they do between pages of a document. */
function useArrival(): void {
  const [location] = useLocation();
  const before = useRef(location);
  useEffect(() => {
    if (before.current === location) return;
    before.current = location;
    window.scrollTo(0, 0);
    document.getElementById("content")?.focus({ preventScroll: true });
  }, [location]);
}

function Content() {
  useArrival();
  return (
    <main id="content" tabIndex={-1} className="frame">
      <Suspense fallback={<Waiting />}>
        <Switch>
          {(Object.keys(routes) as RouteName[]).map((name) => (
            <Route key={name} path={routes[name]} component={pages[name]} />
          ))}
          <Route>
            <header className="head">
              <h1>{copy.shell.notFound}</h1>
              <p className="lead">{copy.shell.notFoundHint}</p>
            </header>
          </Route>
        </Switch>
      </Suspense>
      <Footer />
    </main>
  );
}

let wallets: ReturnType<typeof walletConfigOf> | undefined;

export function AppShell() {
  const { config } = useApp();
  wallets ??= walletConfigOf(config);
  return (
    <WagmiProvider config={wallets}>
      <QueryClientProvider client={queries}>
        <Router hook={useHashLocation}>
          <a className="skip" href="#content" onClick={skipToContent}>
            {copy.shell.skip}
          </a>
          <FlowsProvider>
            <Header />
            <Content />
          </FlowsProvider>
        </Router>
      </QueryClientProvider>
    </WagmiProvider>
  );
}

/** The hash is the route: a plain link into the page would leave it. */
function skipToContent(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById("content")?.focus();
}
