import { roundWidthUp } from "./ticks.ts";

export type Bin = { readonly from: number; readonly to: number; readonly count: number };

/**
 * Values counted in bins of one round width (1, 2 or 5 times a power of ten), of which one begins at zero: the sign of
 * what is in a bin is the sign of the bin.
 */
export function histogram(values: readonly number[], wanted = 24): Bin[] {
  if (values.length === 0) return [];
  const [low, high] = values.reduce(([least, most], value) => [Math.min(least, value), Math.max(most, value)], [0, 0]);
  const width = roundWidthUp((high - low || 1) / wanted);
  const first = Math.floor(low / width);
  const counts = new Map<number, number>();
  for (const value of values) {
    const at = Math.floor(value / width);
    counts.set(at, (counts.get(at) ?? 0) + 1);
  }
  const last = Math.max(...counts.keys(), first);
  return Array.from({ length: last - first + 1 }, (_, offset) => {
    const at = first + offset;
    return { from: at * width, to: (at + 1) * width, count: counts.get(at) ?? 0 };
  });
}
