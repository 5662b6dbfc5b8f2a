import { type Address, formatEther, isAddressEqual } from "viem";
import { ChainRefusal, ChainTrouble } from "../chain/errors.ts";
import type { ReporterSet } from "../chain/reporters.ts";
import { includes } from "../core/attestation.ts";
import type { ChainFacts } from "../core/facts.ts";
import { InputError } from "../core/errors.ts";
import type { Told } from "../peers/gather.ts";
import type { Sender } from "../core/transaction.ts";
import { SignerRefusal } from "../signers/errors.ts";
import type { HeldKey } from "./keys.ts";
import type { Oracle } from "./oracle.ts";

/** One question about the set-up. "note": good, and could be better. "unknown": it can't be told now; worth asking again. */
export type Finding = {
  readonly what: string;
  readonly verdict: "good" | "note" | "bad" | "unknown";
  readonly says: string;
};

/** Looks at everything that a round will need, and changes nothing. */
export async function checkSetup(oracle: Oracle): Promise<Finding[]> {
  const feed = await finding("feed", async () => {
    const { rounds, refused } = await oracle.feed.rounds();
    const says = `answers with ${rounds.length} rounds`;
    const [first] = refused;
    if (rounds.length + refused.length === 0) {
      return unknown("feed", `${says}; check that config.feed.tournament is the feed's number of the tournament`);
    }
    if (first === undefined) return good("feed", says);
    const faults = `${says} and ${refused.length} that can't be used: ${first.fault.message}`;
    return rounds.length > 0 ? good("feed", faults) : bad("feed", faults);
  });
  const signers = await Promise.all(oracle.heldKeys.map(signer));
  try {
    const facts = await oracle.readFacts();
    const { block, contract, tournament, chainId } = facts;
    const seen = `tournament ${tournament} of ${contract} on chain ${chainId}, block ${block.number.toString()}`;
    return [
      good("chain", seen),
      ...(await reporters(oracle, facts)),
      ...(await senders(oracle, facts)),
      ...signers.flat(),
      feed,
    ];
  } catch (error) {
    return [failed("chain", error), ...signers.flat(), feed];
  }
}

/** Nothing to say of a keystore: it is open. */
async function signer({ role, kind, address, field, probe }: HeldKey): Promise<Finding[]> {
  const what = "signer";
  switch (kind) {
    case "keystore":
      return [];
    case "file":
      // A file that a secret store mounts is as good as any; one on a disk is in each of its copies.
      return [note(what, `the ${role}'s key ${address} lies unencrypted; prefer a keystore or a signer for ${field}`)];
    case "remote":
      return [await finding(what, () => probe().then(() => good(what, `the ${role}'s signer of ${address} answers`)))];
  }
}

async function reporters(oracle: Oracle, facts: ChainFacts): Promise<Finding[]> {
  const mine = oracle.keys.reporters.map(({ address }) => address);
  const told = await oracle.askPeers();
  if (mine.length === 0) return [good("reporters", "no key: this oracle signs nothing"), ...peers(told)];
  try {
    const set = await oracle.readReporterSet(facts);
    const mineFound = mine.map((address) => reporter(address, set, facts));
    const contracts = unheard(await oracle.contractsIn(set, facts), set);
    return [...mineFound, quorum(mine, set, told), ...contracts, ...peers(told)];
  } catch (error) {
    return [failed("reporters", error)];
  }
}

/** A set counts for the rounds opened under it: one who is no longer in the current set may still serve older rounds. */
function reporter(address: Address, current: ReporterSet, { rounds }: ChainFacts): Finding {
  const serves = rounds.filter((round) => includes(round.reporters, address)).length;
  const inFlight = `a reporter of ${serves} of the ${rounds.length} rounds in flight`;
  if (includes(current.reporters, address)) {
    return good("reporter", `${address} is in the tournament's reporter set, and ${inFlight}`);
  }
  const says = `${address} is not in the tournament's reporter set, and ${inFlight}`;
  return serves > 0 ? good("reporter", says) : bad("reporter", `${says}; mend config.keys.reporters`);
}

/** Whether the keys here, with those that the peers who answer say they have, make a quorum. */
function quorum(mine: readonly Address[], current: ReporterSet, told: readonly Told[]): Finding {
  const here = current.reporters.filter((address) => includes(mine, address));
  const claimed = told.flatMap(({ state }) => state.reporters ?? []);
  const reachable = current.reporters.filter((address) => includes([...here, ...claimed], address));
  const needed = `of the ${current.quorum} signatures that a report of a new round needs can be made`;
  const says = `${here.length} ${needed} here`;
  if (here.length >= current.quorum) return good("quorum", says);
  if (told.length === 0)
    return bad("quorum", `${says}; give the other operators' nodes as config.peers, or their keys`);
  const together = `${says}, ${reachable.length} together with the peers that answer`;
  return reachable.length >= current.quorum
    ? good("quorum", together)
    : unknown("quorum", `${together}; add peers to config.peers, or look why they don't answer`);
}

/** What contracts sign (ERC-1271) nodes don't hear, so the others must be enough for a quorum. */
function unheard(contracts: readonly Address[], { reporters, quorum }: ReporterSet): Finding[] {
  if (contracts.length === 0) return [];
  const keys = reporters.length - contracts.length;
  const are = `${contracts.join(", ")}: a contract; what it signs this oracle doesn't hear, which leaves ${keys} reporters`;
  return [
    keys >= quorum
      ? note("reporters", `${are} for a quorum of ${quorum}`)
      : bad("reporters", `${are}, and a quorum is ${quorum}; the organizer must name keys instead`),
  ];
}

function peers(told: readonly Told[]): Finding[] {
  return told.map(({ state: { host, reporters, fault } }) => {
    if (reporters === null) return unknown("peer", `${host} can't be asked: ${fault ?? "no answer"}`);
    const claims = reporters.length === 0 ? "no reporter's key" : `the keys of ${reporters.join(", ")}`;
    return good("peer", `${host} answers, and says that it has ${claims}`);
  });
}

async function senders(oracle: Oracle, facts: ChainFacts): Promise<Finding[]> {
  const { relayer, organizer } = oracle.keys;
  return [
    relayer === null ? good("relayer", "no key: this oracle sends nothing") : await funded(oracle, "relayer", relayer),
    ...(organizer === null ? [] : [rightful(organizer, facts), await funded(oracle, "organizer", organizer)]),
  ];
}

function rightful({ address }: Sender, { organizer, tournament }: ChainFacts): Finding {
  return isAddressEqual(address, organizer)
    ? good("organizer", `${address} is the organizer of tournament ${tournament}`)
    : bad("organizer", `${address} is not the organizer of tournament ${tournament}, ${organizer} is`);
}

function funded(oracle: Oracle, what: string, account: Sender): Promise<Finding> {
  return finding(what, async () => {
    const balance = await oracle.balanceOf(account);
    const says = `${account.address} has ${formatEther(balance)} ether for gas`;
    return balance > 0n ? good(what, says) : bad(what, `${says}; send it some`);
  });
}

async function finding(what: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    return failed(what, error);
  }
}

/** A chain or a feed that doesn't answer may do so later; one that answers wrongly won't. */
function failed(what: string, error: unknown): Finding {
  const says = error instanceof Error ? error.message : String(error);
  if (error instanceof InputError) return bad(what, says);
  const incomplete = error instanceof ChainTrouble && error.code === "events_incomplete";
  const isRefusal = error instanceof ChainRefusal || error instanceof SignerRefusal;
  return incomplete || isRefusal ? bad(what, says) : unknown(what, says);
}

function good(what: string, says: string): Finding {
  return { what, verdict: "good", says };
}

function note(what: string, says: string): Finding {
  return { what, verdict: "note", says };
}

function unknown(what: string, says: string): Finding {
  return { what, verdict: "unknown", says };
}

function bad(what: string, says: string): Finding {
  return { what, verdict: "bad", says };
}
