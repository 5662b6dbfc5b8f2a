import { parentPort, workerData } from "node:worker_threads";
import { roundsOf } from "../chain/one-round.ts";
import { OPEN_TAP } from "../feeds/tap.ts";
import type { AuditOrder } from "./audit-in-thread.ts";
import { chainSource } from "./chain-source.ts";
import { feedMaker } from "./feed-source.ts";
import { auditOne, type RoundAudit } from "./round-audit.ts";

// The thread of audit-in-thread.ts. It holds no key.

const { config, rounds } = workerData as AuditOrder;
const { client, journaled } = chainSource(config);
const history = await roundsOf({ client, chainId: config.chainId, ...journaled });
const feed = feedMaker(config, () => history.time)(OPEN_TAP);
const audits: RoundAudit[] = [];
for (const round of rounds) audits.push(await auditOne(round, history, feed));
parentPort?.postMessage(audits);
