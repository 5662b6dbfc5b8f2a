import { copy } from "../copy/en.ts";
import { useChainHead } from "../data/heads.ts";
import type { RoundPageQuery } from "../index/generated/types.ts";
import { distance, Time } from "./time.tsx";

type Round = NonNullable<RoundPageQuery["round"]>;
type Moment = { readonly name: string; readonly at: number; readonly kind: "done" | "due" | "deadline" };

const text = copy.round.steps;

/** What happened and what is to come, in the order of time; deadlines are the contract's own. */
export function Timeline({ round }: { round: Round }) {
  const now = Number(useChainHead().data?.timestamp ?? 0n);
  return (
    <ol className="timeline">
      {momentsOf(round).map(({ name, at, kind }) => (
        <li key={`${name} ${at}`} className={`${kind} ${now !== 0 && at <= now ? "past" : ""}`}>
          <span>{name}</span>
          <span className="quiet">
            <Time at={at} /> {now !== 0 && at > now && `(${distance(at, now)})`}
          </span>
        </li>
      ))}
    </ol>
  );
}

function momentsOf(round: Round): Moment[] {
  const { openedAt, closesAt, lockedAt, lockedBy, resolvesAt, settledBy, settledAt, voidedAt, batches } = round;
  const isOver = settledAt !== null || voidedAt !== null;
  const reported = batches
    .flatMap(({ reports }) => reports.filter(({ veto }) => veto === null))
    .map(({ timestamp }) => Number(timestamp));
  const isReported = round.batchCount !== null && round.reportedBatches === round.batchCount;
  const done = (name: string, at: string | number | null): Moment[] =>
    at === null ? [] : [{ name, at: Number(at), kind: "done" }];
  const unless = (over: boolean, name: string, at: string): Moment[] =>
    over ? [] : [{ name, at: Number(at), kind: "deadline" }];
  return [
    ...done(text.opened, openedAt),
    { name: text.closes, at: Number(closesAt), kind: "due" } as const,
    ...done(text.locked, lockedAt),
    ...unless(lockedAt !== null || isOver, text.lockedBy, lockedBy),
    { name: text.resolves, at: Number(resolvesAt), kind: "due" } as const,
    ...done(text.reported, isReported ? Math.max(...reported) : null),
    ...vetoesOf(round),
    ...done(text.settled, settledAt),
    ...unless(isOver, text.settledBy, settledBy),
    ...done(text.voided, voidedAt),
  ].toSorted((a, b) => a.at - b.at);
}

function vetoesOf({ batches }: Round): Moment[] {
  return batches.flatMap(({ number, reports }) =>
    reports.flatMap(({ veto }) =>
      veto === null ? [] : [{ name: text.vetoed(number), at: Number(veto.timestamp), kind: "done" as const }],
    ),
  );
}
