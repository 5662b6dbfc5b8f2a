import { copy } from "../copy/en.ts";
import { durationText } from "../core/times.ts";

/** How times are written in sentences. */
export const TIME_STYLE = { locale: "en-GB", zone: "local" } as const;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** A time in unix seconds, in the reader's zone; in UTC where it is pointed at. */
export function Time({ at }: { at: bigint | number | string }) {
  const moment = new Date(Number(at) * 1_000);
  return (
    <time
      className="number"
      dateTime={moment.toISOString()}
      title={`${moment.toISOString().slice(0, 19).replace("T", " ")} UTC`}
    >
      {date.format(moment)}
    </time>
  );
}

/** How far a time is from another, in the largest unit that fits: "in 3 days". Both unix seconds. */
export function distance(at: number, from: number): string {
  const seconds = at - from;
  const size = Math.abs(seconds);
  if (size < MINUTE) return copy.time.now;
  if (size < HOUR) return relative.format(Math.round(seconds / MINUTE), "minute");
  return size < DAY
    ? relative.format(Math.round(seconds / HOUR), "hour")
    : relative.format(Math.round(seconds / DAY), "day");
}

/** A length of time in its two largest units: "26 days 3 hours". */
export function Duration({ seconds }: { seconds: number }) {
  return <span className="number">{durationText(seconds, "en")}</span>;
}
