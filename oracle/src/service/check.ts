import { formatEther, isAddressEqual, type LocalAccount } from "viem";
import { ChainTrouble } from "../chain/errors.ts";
import type { ChainFacts } from "../core/facts.ts";
import { InputError } from "../core/errors.ts";
import type { Oracle } from "./oracle.ts";

/** One question about the set-up. "unknown": it can't be told now; worth asking again. */
export type Finding = {
  readonly what: string;
  readonly verdict: "good" | "bad" | "unknown";
  readonly says: string;
};

/** Looks at everything that a round will need, and changes nothing. */
export async function checkSetup(oracle: Oracle): Promise<Finding[]> {
  const feed = await finding("feed", async () => {
    const { rounds, refused } = await oracle.feed.rounds();
    const says = `answers with ${rounds.length} rounds`;
    const [first] = refused;
    if (first === undefined) return good("feed", says);
    const faults = `${says} and ${refused.length} that can't be used: ${first.fault.message}`;
    return rounds.length > 0 ? good("feed", faults) : bad("feed", faults);
  });
  try {
    const facts = await oracle.readFacts();
    const { block, contract, tournament, chainId } = facts;
    const seen = `tournament ${tournament} of ${contract} on chain ${chainId}, block ${block.number.toString()}`;
    return [good("chain", seen), ...reporters(oracle, facts), ...(await senders(oracle, facts)), feed];
  } catch (error) {
    return [failed("chain", error), feed];
  }
}

function reporters({ keys }: Oracle, { rounds }: ChainFacts): Finding[] {
  return keys.reporters.map(({ address }) => {
    const serves = rounds.filter((round) => round.reporters.some((reporter) => isAddressEqual(reporter, address)));
    const says = `${address} is a reporter of ${serves.length} of the ${rounds.length} rounds in flight`;
    // Without a round in flight there is no set to be in: a set counts for the rounds opened under it.
    return { what: "reporter", verdict: rounds.length > 0 && serves.length === 0 ? "bad" : "good", says };
  });
}

async function senders(oracle: Oracle, facts: ChainFacts): Promise<Finding[]> {
  const { relayer, organizer } = oracle.keys;
  return [
    relayer === null ? good("relayer", "no key: this oracle sends nothing") : await funded(oracle, "relayer", relayer),
    ...(organizer === null ? [] : [rightful(organizer, facts), await funded(oracle, "organizer", organizer)]),
  ];
}

function rightful({ address }: LocalAccount, { organizer, tournament }: ChainFacts): Finding {
  return isAddressEqual(address, organizer)
    ? good("organizer", `${address} is the organizer of tournament ${tournament}`)
    : bad("organizer", `${address} is not the organizer of tournament ${tournament}, ${organizer} is`);
}

function funded(oracle: Oracle, what: string, account: LocalAccount): Promise<Finding> {
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
  const lasting = incomplete || (error instanceof Error && error.name === "ChainRefusal");
  return lasting ? bad(what, says) : { what, verdict: "unknown", says };
}

function good(what: string, says: string): Finding {
  return { what, verdict: "good", says };
}

function bad(what: string, says: string): Finding {
  return { what, verdict: "bad", says };
}
