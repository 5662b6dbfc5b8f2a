/** How times are shown: whose words, and which clock. "local" is the zone that the reader's machine is set to. */
export type TimeStyle = { readonly locale: string; readonly zone: "UTC" | "local" };

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** The last second that a Date can name. */
const LAST_SECOND = 8_640_000_000_000n;

/** A length of time in its two largest units, rounded down to the smaller: "3 days 4 hours". Seconds, never below zero. */
export function durationText(seconds: bigint | number, locale: string): string {
  let rest = BigInt(seconds);
  const largest = UNITS.findIndex(([, size]) => rest >= BigInt(size));
  const first = largest === -1 ? UNITS.length - 1 : largest;
  const parts = UNITS.slice(first, first + 2).map(([unit, size]) => {
    const count = rest / BigInt(size);
    rest %= BigInt(size);
    return { unit, count };
  });
  return parts
    .filter(({ count }, place) => place === 0 || count > 0n)
    .map(({ unit, count }) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" }).format(count))
    .join(" ");
}

/** A moment to the minute, with the name of its clock: "14 Dec 2026, 15:00 UTC". Unix seconds. */
export function timeText(time: bigint | number, { locale, zone }: TimeStyle): string {
  if (time > LAST_SECOND) return `${time.toString()} s`;
  return new Intl.DateTimeFormat(locale, {
    ...{ day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" },
    ...(zone === "UTC" ? { timeZone: "UTC" } : {}),
    hourCycle: "h23",
  }).format(new Date(Number(time) * 1_000));
}

/** A moment for machines: "2026-12-14T15:00:00Z". Unix seconds. */
export function isoTime(time: bigint | number): string {
  return new Date(Number(time) * 1_000).toISOString().replace(".000Z", "Z");
}
