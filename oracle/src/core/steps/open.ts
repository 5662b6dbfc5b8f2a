import { isAddressEqual } from "viem";
import type { Plan, Reason, ReasonCode } from "../actions.ts";
import type { ChainFacts, FeedView, OfferedRound, RefusedOffer, Schedule, Settings } from "../facts.ts";
import { collect, reason, type Step } from "./step.ts";

/** Fixed in the contract: a staker who dislikes a round's terms has this long to leave before it closes, seconds. */
const MIN_NOTICE = 3_600;

/** A round that the feed opens only after the deadline, as one of a single hour, is urgent from so long before it, seconds. */
const LAST_STRETCH = 3_600;

/** Opens what the feed announces and the chain doesn't have yet, lowest number first. */
export function openSteps(facts: ChainFacts, feed: FeedView, settings: Settings): Plan {
  if (!feed.rounds.ok) {
    const { code, message } = feed.rounds;
    return collect([{ code, round: null, batch: null, until: null, message }]);
  }
  const offers = feed.rounds.value
    .filter(({ number, closesAt }) => number > facts.latestRound && closesAt > facts.block.timestamp)
    .toSorted((a, b) => (a.number < b.number ? -1 : 1));
  const refused = feed.refused.filter(({ number }) => number === null || number > facts.latestRound);
  return collect([
    ...offers.map((offer) => openStep(offer, facts, settings)),
    ...refused.map((refusal) => refusedStep(refusal, facts, settings)),
  ]);
}

/** Without the organizer's key the fault is for somebody else to mend, as the round is to open. */
function refusedStep({ number, message }: RefusedOffer, facts: ChainFacts, settings: Settings): Reason {
  const subject = number === null ? "a round without a number" : `round ${number.toString()}`;
  return mayOpen(facts, settings)
    ? {
        code: "feed_refused",
        round: number,
        batch: null,
        until: null,
        message: `${subject} can't be opened: ${message}`,
      }
    : { code: "not_organizer", round: number, batch: null, until: null, message: `${subject} ${forOrganizer(facts)}` };
}

function openStep(offer: OfferedRound, facts: ChainFacts, settings: Settings): Step {
  const now = facts.block.timestamp;
  const deadline = offer.closesAt - MIN_NOTICE - settings.openMargin + 1;
  const schedule = scheduleOf(offer, settings);
  const wait = (code: ReasonCode, message: string): Step => reason(offer, null, code, message, offer.closesAt);
  if (now >= deadline) {
    return wait("deadline_missed", "can't be opened any more: an hour's notice before its close is due");
  }
  if (!mayOpen(facts, settings)) return wait("not_organizer", forOrganizer(facts));
  const impossible = scheduleFault(schedule);
  if (impossible !== null) return wait("schedule_impossible", `can't be opened: ${impossible}`);
  const excess = limitFault(offer, schedule, facts);
  if (excess !== null) return wait("terms_out_of_limits", `can't be opened: ${excess}`);
  // Not the time of this plan: fee and urgency of a round that isn't opened grow with the time since then.
  const eligibleAt = Math.min(now, offer.opensAt, deadline - LAST_STRETCH);
  return { kind: "open", round: offer.number, terms: offer.terms, schedule, eligibleAt, deadline };
}

function mayOpen({ organizer }: ChainFacts, settings: Settings): boolean {
  return settings.organizer !== null && isAddressEqual(settings.organizer, organizer);
}

function forOrganizer({ organizer }: ChainFacts): string {
  return `must be opened by the organizer ${organizer}, whose key is not here`;
}

function scheduleOf({ closesAt, resolvesAt }: OfferedRound, settings: Settings): Schedule {
  return {
    closesAt,
    lockedBy: closesAt + settings.lockWindow,
    resolvesAt,
    settledBy: resolvesAt + settings.settleWindow,
    disputeWindow: settings.disputeWindow,
  };
}

function scheduleFault({ lockedBy, resolvesAt }: Schedule): string | null {
  return lockedBy <= resolvesAt
    ? null
    : `it would have to be locked by ${lockedBy}, after it resolves at ${resolvesAt}; shorten opening.lockWindowSeconds`;
}

/** The limits never change, so a round beyond them can never be opened. */
function limitFault({ terms }: OfferedRound, schedule: Schedule, { limits }: ChainFacts): string | null {
  const duration = schedule.settledBy - schedule.closesAt;
  if (terms.clip > limits.maxClip) return above("clip", terms.clip, limits.maxClip);
  if (terms.exposure > limits.maxExposure) return above("exposure", terms.exposure, limits.maxExposure);
  if (duration > limits.maxDuration) return above("duration in seconds", duration, limits.maxDuration);
  if (schedule.disputeWindow < limits.minDisputeWindow) {
    return `its dispute window of ${schedule.disputeWindow} s is below the tournament's ${limits.minDisputeWindow} s`;
  }
  return null;
}

function above(name: string, value: bigint | number, most: bigint | number): string {
  return `its ${name} of ${value.toString()} is above the tournament's limit of ${most.toString()}`;
}
