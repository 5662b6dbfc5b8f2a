import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef } from "react";
import { WagmiProvider } from "wagmi";
import { Route, Router, Switch, useLocation } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { useApp } from "./app-context.ts";
import { copy } from "./copy/en.ts";
import { Footer } from "./ui/footer.tsx";
import { Header } from "./ui/header.tsx";
import { Waiting } from "./ui/states.tsx";
import { FlowsProvider } from "./wallet/flows.tsx";
import { walletConfigOf } from "./wallet/config.ts";

const OverviewPage = lazy(() => import("./pages/overview.tsx"));
const TournamentPage = lazy(() => import("./pages/tournament.tsx"));
const RoundPage = lazy(() => import("./pages/round.tsx"));
const ModelPage = lazy(() => import("./pages/model.tsx"));
const CheckPage = lazy(() => import("./pages/check.tsx"));
const MinePage = lazy(() => import("./pages/mine.tsx"));
const ActPage = lazy(() => import("./pages/act.tsx"));
const FlowPage = lazy(() => import("./pages/flow.tsx"));
const StakerPage = lazy(() => import("./pages/staker.tsx"));

/** How old an answer of the index may be before it is asked for again: a block, more or less. */
const FRESH_MS = 5_000;

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
          <Route path="/" component={OverviewPage} />
          <Route path="/tournament/:tournament" component={TournamentPage} />
          <Route path="/tournament/:tournament/round/:round" component={RoundPage} />
          <Route path="/tournament/:tournament/model/:model" component={ModelPage} />
          <Route path="/staker/:staker" component={StakerPage} />
          <Route path="/mine" component={MinePage} />
          <Route path="/act/:kind/:tournament?/:position?" component={ActPage} />
          <Route path="/flow/:id" component={FlowPage} />
          <Route path="/check/:tournament?/:round?/:position?" component={CheckPage} />
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
