import type { Node } from "./ast.ts";
import { rangeOf } from "./ast.ts";

/** A place of a source and what to make of it; `wrap` is given the text of the place with all inner edits done. */
export type Edit = { readonly start: number; readonly end: number; readonly wrap: (inner: string) => string };

/** A contract's source, one character a byte, as the compiler counts. */
export class Source {
  readonly path: string;
  readonly text: string;
  readonly root: Node;

  constructor(path: string, text: string, root: Node) {
    this.path = path;
    this.text = text;
    this.root = root;
  }

  slice(node: Node): string {
    return this.text.slice(...rangeOf(node));
  }

  lineAt(offset: number): number {
    return this.text.slice(0, offset).split("\n").length;
  }
}

/**
 * The text with all edits done. Edits lie inside each other or apart; of two at the same place the later one in the list
 * is the outer one, and of an empty place each adds to what the ones before it made.
 */
export function rewrite(text: string, edits: readonly Edit[]): string {
  const sorted = edits
    .map((edit, order) => ({ ...edit, order }))
    .sort((a, b) => a.start - b.start || b.end - a.end || b.order - a.order);
  let next = 0;

  const within = (start: number, end: number): string => {
    let result = "";
    let at = start;
    for (let edit = sorted[next]; edit !== undefined && edit.start >= start && edit.end <= end; edit = sorted[next]) {
      ++next;
      result += text.slice(at, edit.start) + edit.wrap(within(edit.start, edit.end));
      at = edit.end;
    }
    return result + text.slice(at, end);
  };

  const result = within(0, text.length);
  if (next !== sorted.length) throw new Error(`an edit at ${String(sorted[next]?.start)} crosses another one`);
  return result;
}
