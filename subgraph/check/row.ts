import type { At } from "./events.ts";

// Amounts are wei, decimals integers of 1e-18; what a field named …Nmr says follows from the one named …Wei.
export type Value = string | number | bigint | boolean | null | readonly (string | bigint)[];
export type Row = Record<string, Value>;
/** Rows by id, each made when it is asked for: there may be a million. */
export type Rows = Map<string, () => Row>;

export const when = ({ timestamp, block, transaction }: At): Row => ({ timestamp, block, transaction });
