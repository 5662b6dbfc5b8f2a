import { textOf, type Tree } from "./feeds-bodies.ts";

/** A good answer, spoiled: how, the field that must be named, and what must be said of it. */
export type Spoil = {
  readonly name: string;
  readonly field: string;
  readonly says: string;
  readonly spoil: (body: Tree) => string;
};

/** Takes a member away, where a value would be set. */
export const MISSING = Symbol("missing");

/** One value put at a path such as `round.terms.clip` or `models[1].id`, which is also the field that must be named. */
export function one(name: string, path: string, value: unknown, says: string, field = path): Spoil {
  return many(name, [[path, value]], field, says);
}

export function many(name: string, changes: readonly [string, unknown][], field: string, says: string): Spoil {
  return {
    name,
    field,
    says,
    spoil: (body) => {
      for (const [path, value] of changes) put(body, path, value);
      return textOf(body);
    },
  };
}

/** The text changed at its first place that matches, for what no tree can hold. */
export function text(name: string, from: string | RegExp, to: string, field: string, says: string): Spoil {
  return {
    name,
    field,
    says,
    spoil: (body) => {
      const good = textOf(body);
      const spoiled = good.replace(from, () => to);
      if (spoiled === good) throw new Error(`${name}: nothing there to spoil`);
      return spoiled;
    },
  };
}

/** Changes a body in place. */
export function put(body: Tree, path: string, value: unknown): void {
  const keys = path.match(/[^.[\]]+/g) ?? [];
  const last = keys.at(-1) ?? "";
  const node = keys.slice(0, -1).reduce<Tree>((inner, key) => inner[key] as Tree, body);
  if (value === MISSING) Reflect.deleteProperty(node, last);
  // Not by assignment: that would make __proto__ a prototype.
  else Object.defineProperty(node, last, { value, enumerable: true, configurable: true, writable: true });
}

/** The body with values put at paths. */
export function changed(body: Tree, ...changes: readonly [string, unknown][]): Tree {
  for (const [path, value] of changes) put(body, path, value);
  return body;
}

/** The paths of everything in a body. */
export function placesOf(node: unknown, path = ""): string[] {
  if (typeof node !== "object" || node === null) return [path];
  const below = Object.entries(node as Tree).flatMap(([key, member]) =>
    placesOf(member, Array.isArray(node) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`),
  );
  return path === "" ? below : [path, ...below];
}
