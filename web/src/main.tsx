import "./style/index.css";
import { createRoot } from "react-dom/client";
import { AppContext, appOf } from "./app-context.ts";
import { AppShell } from "./app.tsx";
import { parseConfig } from "./config/config.ts";
import { copy } from "./copy/en.ts";

function start(root: Element): void {
  const text = document.getElementById("config")?.textContent ?? "";
  const app = appOf(parseConfig(JSON.parse(text)));
  createRoot(root).render(
    <AppContext value={app}>
      <AppShell />
    </AppContext>,
  );
}

const root = document.getElementById("app");
if (root === null) throw new Error("the page has no place for the app");
try {
  start(root);
} catch (error) {
  root.textContent = copy.shell.unusable(error instanceof Error ? error.message : String(error));
}
