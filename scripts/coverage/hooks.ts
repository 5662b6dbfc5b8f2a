import { readFileSync } from "node:fs";
import { relative } from "node:path";
import type { SolidityHooks } from "hardhat/types/hooks";
import { instrument, PROBE_SOURCE, withoutPure } from "./instrument.ts";
import { isCounted, ROOT } from "./sources.ts";

/** Instruments the sources on their way to the compiler. */
export default (): Promise<Partial<SolidityHooks>> =>
  Promise.resolve({
    preprocessProjectFileBeforeBuilding(context, name, path, content, version, next) {
      const own = relative(ROOT, path);
      const source = isCounted(own) ? instrument(own, content).source : withoutPure(own, content);
      return next(context, name, path, source, version);
    },
    preprocessSolcInputBeforeBuilding(context, input, next) {
      const content = readFileSync(new URL("Probe.sol", import.meta.url), "utf8");
      return next(context, { ...input, sources: { ...input.sources, [PROBE_SOURCE]: { content } } });
    },
  });
