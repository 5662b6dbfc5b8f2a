/** A reproducible source of chance. */
export type Random = {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Normal with mean 0 and deviation 1. */
  normal(): number;
};

/**
 * A generator for the given labels: the same labels give the same numbers on every machine, and other labels unrelated
 * ones. Mulberry32 (Tommy Ettinger, public domain), seeded with FNV-1a of the labels; not for secrets.
 */
export function randomOf(...labels: readonly (string | number)[]): Random {
  let state = hashOf(labels.join("\u0000"));
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  // Box and Muller; 1 - u keeps the logarithm away from zero.
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** A version 4 UUID. */
export function uuidOf(random: Random): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random.uniform() * 16).toString(16)).join("");
  const variant = "89ab"[Math.floor(random.uniform() * 4)] ?? "8";
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
