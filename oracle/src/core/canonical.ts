// One text for each value, so that "the same" means the same bytes everywhere: members in the order of their names, no
// blanks, and a mark for what JSON has no form for. A bigint is "#12", a text that begins with the mark has it twice, a
// Map is {"#map": [[key, value], …]} in its own order, because the order of a Map may decide.

/** What JSON has a form for. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

const MARK = "#";
const MAP = "#map";

/** The value's one text. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(toPlain(value));
}

/** The value with marks, its members in order; members that are undefined are left out, as if they weren't there. */
export function toPlain(value: unknown): Plain {
  switch (typeof value) {
    case "bigint":
      return `${MARK}${value.toString()}`;
    case "string":
      return value.startsWith(MARK) ? `${MARK}${value}` : value;
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      break;
    case "object":
      return value === null ? null : plainObject(value);
    default:
  }
  throw new TypeError(`${String(value)} has no canonical text`);
}

/** The inverse; what no value has as its text gives what it says. */
export function fromPlain(plain: Plain): unknown {
  if (typeof plain === "string") {
    if (!plain.startsWith(MARK)) return plain;
    const rest = plain.slice(MARK.length);
    return /^-?\d+$/.test(rest) ? BigInt(rest) : rest;
  }
  if (plain === null || typeof plain !== "object") return plain;
  if (isList(plain)) return plain.map(fromPlain);
  const entries = plain[MAP];
  if (entries !== undefined && isList(entries)) return new Map(entries.flatMap(entryFrom));
  return Object.fromEntries(Object.entries(plain).map(([key, member]) => [key, fromPlain(member)]));
}

/** Whether it is a list; `Array.isArray` loses the type of a readonly one. */
export function isList(plain: Plain): plain is readonly Plain[] {
  return Array.isArray(plain);
}

function plainObject(value: object): Plain {
  if (Array.isArray(value)) return value.map(toPlain);
  if (value instanceof Map) return { [MAP]: [...value].map(([key, member]) => [toPlain(key), toPlain(member)]) };
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.sort(byName).map(([key, member]) => [key, toPlain(member)]));
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

function entryFrom(entry: Plain): [unknown, unknown][] {
  const [key = null, member = null] = isList(entry) ? entry : [];
  return [[fromPlain(key), fromPlain(member)]];
}
