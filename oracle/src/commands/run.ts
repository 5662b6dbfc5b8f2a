import { pino } from "pino";
import { buildOracle } from "../service/oracle.ts";
import { runService } from "../service/run.ts";
import { configured, type Register } from "./command.ts";
import { GOOD } from "./exit-codes.ts";

export const run: Register = (program) => {
  configured(program, "run", "serve and reconcile until stopped", async (config) => {
    const log = pino({ level: config.logLevel });
    await runService(config, buildOracle(config, log), log);
    return GOOD;
  });
};
