import { pino } from "pino";
import { checkSetup } from "../service/check.ts";
import { buildOracle } from "../service/oracle.ts";
import { findingsTable } from "../service/table.ts";
import { configured, type Register } from "./command.ts";
import { BAD_ANSWER, CANT_TELL_NOW, GOOD } from "./exit-codes.ts";

export const check: Register = (program) => {
  configured(
    program,
    "check",
    "look whether everything that a round needs is there, and change nothing",
    async (config) => {
      const findings = await checkSetup(buildOracle(config, pino({ level: "silent" })));
      console.log(findingsTable(findings));
      if (findings.some(({ verdict }) => verdict === "bad")) return BAD_ANSWER;
      return findings.some(({ verdict }) => verdict === "unknown") ? CANT_TELL_NOW : GOOD;
    },
  );
};
