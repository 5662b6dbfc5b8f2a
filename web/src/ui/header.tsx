import { useState } from "react";
import { Link, useLocation } from "wouter";
import { copy } from "../copy/en.ts";
import { IndexStatus } from "./index-status.tsx";
import { WalletButton } from "./wallet-button.tsx";

const PLACES = [
  ["/", copy.shell.overview],
  ["/mine", copy.shell.mine],
  ["/check", copy.shell.check],
] as const;

export function Header() {
  const [location] = useLocation();
  return (
    <header className="top">
      <div className="top-row">
        <Link className="wordmark" href="/">
          <Mark />
          {copy.shell.name}
        </Link>
        <nav className="nav" aria-label={copy.shell.navigation}>
          {PLACES.map(([path, name]) => (
            <Link key={path} href={path} aria-current={isAt(location, path) ? "page" : undefined}>
              {name}
            </Link>
          ))}
        </nav>
        <div className="tools">
          <IndexStatus />
          <ThemeButton />
          <WalletButton />
        </div>
      </div>
    </header>
  );
}

const isAt = (location: string, path: string): boolean =>
  path === "/" ? location === "/" || location.startsWith("/tournament") : location.startsWith(path);

function Mark() {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true" fill="currentColor">
      <rect x="1" y="3" width="5" height="14" rx="1" />
      <rect x="8" y="3" width="5" height="14" rx="1" opacity=".5" />
      <rect x="15.5" y="3.5" width="4" height="13" rx="1" fill="none" stroke="currentColor" />
    </svg>
  );
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset["theme"];
  return chosen === undefined ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
}

/** What was chosen is remembered, and read before the first paint by theme.js. */
function ThemeButton() {
  const [dark, setDark] = useState(isDark);
  const change = (): void => {
    const theme = dark ? "light" : "dark";
    document.documentElement.dataset["theme"] = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // Storage may be forbidden: the choice lasts as long as the page.
    }
    setDark(!dark);
  };
  return (
    <button
      type="button"
      className="button plain icon"
      onClick={change}
      aria-label={dark ? copy.shell.light : copy.shell.dark}
    >
      <svg viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.5">
        <circle cx="10" cy="10" r="7" />
        <path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor" />
      </svg>
    </button>
  );
}
