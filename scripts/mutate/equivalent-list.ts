import type { Equivalent } from "./equivalents.ts";

export const EQUIVALENTS: readonly Equivalent[] = [];
