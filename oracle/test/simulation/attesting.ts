import type { Attestation } from "../../src/core/attestation.ts";
import type { Settings } from "../../src/core/facts.ts";
import type { Report, ReportDomain } from "../../src/core/report.ts";
import { attestationBook } from "../../src/peers/book.ts";
import { PeerFault } from "../../src/peers/client.ts";
import { DataFolderTrouble, type Kept } from "../../src/peers/folder.ts";
import type { Asking } from "../../src/peers/gather.ts";
import type { Verify } from "../../src/peers/verify.ts";
import { type Attester, attester } from "../../src/service/attest.ts";
import { SignerTrouble } from "../../src/signers/errors.ts";
import type { Judged } from "./judge.ts";
import { DOMAIN } from "./script.ts";
import type { World } from "./world.ts";

/** Something that a node does when its turn is drawn, and how it may fail. */
export type Effect = <T>(name: string, act: () => T | Promise<T>, fault: () => Error) => Promise<T>;

/** Of which all that is signed and heard leaves traces. */
type Node = Judged & { folder: readonly Attestation[] };

const REPORT_DOMAIN: ReportDomain = { chainId: DOMAIN.chainId, verifyingContract: DOMAIN.contract };

/** The real attester of a life, its signers, folder and peers drawn by lot. */
export function attesterOf(node: Node, settings: Settings, world: World, effect: Effect): Attester {
  const { judge } = world;
  const { reporters: mine } = settings;
  const verify: Verify = ({ reporter, signature, ...report }) =>
    Promise.resolve(judge.isSigned(reporter, report, signature) ? null : "it is not by its reporter");
  const lost = (): Error => new SignerTrouble("lost");
  const signers = mine.map((address) => ({
    address,
    sign: (_: ReportDomain, report: Report) => effect("sign", () => judge.sign(node, address, report), lost),
  }));
  const others = world.places.filter((place) => place !== node.place);
  return attester({
    signers,
    settings,
    domain: REPORT_DOMAIN,
    peers: {
      urls: others.map((place) => `http://node-${place}`),
      domain: DOMAIN,
      timeoutMs: 0,
      asking: askingOf(node, world, effect),
    },
    book: attestationBook({ domain: REPORT_DOMAIN, mine, kept: keptOf(node, effect), verify }),
    verify,
  });
}

function askingOf(node: Node, world: World, effect: Effect): Asking {
  const other = (url: string): Attester => {
    const found = world.operators[Number(url.slice("http://node-".length))]?.attester ?? null;
    if (found === null) throw new PeerFault("refused");
    return found;
  };
  const lost = (): Error => new PeerFault("lost");
  return {
    attestations: (url, round) => {
      const ask = () => {
        const answer = other(url).attestations(round);
        node.told = [...node.told, ...answer.attestations];
        return answer;
      };
      return effect(`ask ${url.slice("http://".length)}`, ask, lost);
    },
    evidence: (url, round) => effect("ask for evidence", () => other(url).evidence(round), lost),
  };
}

function keptOf(node: Node, effect: Effect): Kept {
  const full = (): Error => new DataFolderTrouble("full");
  return {
    read: () => effect("read the folder", () => node.folder, full),
    write: (attestations) => effect("write the folder", () => void (node.folder = attestations), full),
  };
}
