/** The smallest round width (1, 2 or 5 times a power of ten) of at least `width`. */
export function roundWidthUp(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  // What should be equal may miss it by what a float can't hold.
  return power * ([1, 2, 5, 10].find((step) => step * power >= width * (1 - 1e-9)) ?? 10);
}

/** Round numbers between two others, at most so many apart from the ends. */
export function ticks(low: number, high: number, most = 4): number[] {
  if (!(high > low)) return [low];
  const width = roundWidthUp((high - low) / most);
  const first = Math.ceil(low / width);
  const last = Math.floor(high / width);
  return Array.from({ length: last - first + 1 }, (_, at) => (first + at) * width);
}

const DAY = 86_400;

/** Beginnings of days (UTC) between two times, unix seconds, a whole number of days apart. */
export function dayTicks(low: number, high: number, most = 5): number[] {
  const days = Math.max(1, Math.ceil((high - low) / DAY / most));
  const first = Math.ceil(low / DAY) * DAY;
  return Array.from(
    { length: Math.max(0, Math.floor((high - first) / (days * DAY)) + 1) },
    (_, at) => first + at * days * DAY,
  );
}
