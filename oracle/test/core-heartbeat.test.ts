import fc from "fast-check";
import { hashTypedData, zeroHash } from "viem";
import { describe, expect, it } from "vitest";
import { heartbeatDocument, listDigest } from "../src/core/heartbeat.ts";
import { reportDocument } from "../src/core/report.ts";
import { chain, feedFor, offer, START } from "./plan-world.ts";
import { domain, heartbeats, reports, TOURNAMENT } from "./signers-values.ts";

const FACTS = { ...chain(START, []), tournament: TOURNAMENT };

describe("a heartbeat", () => {
  it("is never a report to whoever checks a signature, and another for each of its fields", () => {
    fc.assert(
      fc.property(heartbeats, heartbeats, reports, (one, other, report) => {
        const digest = hashTypedData(heartbeatDocument(domain, one));
        expect(digest).not.toBe(hashTypedData(reportDocument(domain, report)));
        for (const field of ["time", "block", "feedDigest", "version"] as const) {
          const changed = hashTypedData(heartbeatDocument(domain, { ...one, [field]: other[field] }));
          expect(changed === digest).toBe(one[field] === other[field]);
        }
      }),
    );
  });

  it("has one digest for feeds that list the same, resolved or not, another for another list, none for none", () => {
    const resolved = feedFor(FACTS, [offer({ resolved: true })]);
    const open = feedFor(FACTS, [offer({ resolved: false })]);
    expect(listDigest(open)).toBe(listDigest(resolved));
    expect(listDigest(feedFor(FACTS, [offer({ closesAt: START + 1 })]))).not.toBe(listDigest(open));
    expect(listDigest({ rounds: { ok: false, code: "feed_down", message: "" } })).toBe(zeroHash);
  });
});
