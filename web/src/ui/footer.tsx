import { useApp } from "../app-context.ts";
import { copy } from "../copy/en.ts";

export function Footer() {
  const { config } = useApp();
  return (
    <footer className="foot">
      <span>{copy.shell.contract(config.chainName)}</span>
      <code>{config.contract}</code>
      <span>{copy.shell.privacy}</span>
    </footer>
  );
}
