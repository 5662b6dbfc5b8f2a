import { useApp } from "../app-context.ts";
import { copy } from "../copy/en.ts";

/** What was built from the source, whatever deployment it is published for: `npm run publish:web` says it too. */
const build = document.querySelector<HTMLMetaElement>('meta[name="build"]')?.content ?? "";

export function Footer() {
  const { config } = useApp();
  return (
    <footer className="foot">
      <span>{copy.shell.contract(config.chainName)}</span>
      <code>{config.contract}</code>
      <span>{copy.shell.privacy}</span>
      <span title={build}>{copy.shell.build(build.slice(0, 12))}</span>
    </footer>
  );
}
