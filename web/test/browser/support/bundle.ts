// The scripts of a built app, and what they weigh.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

export type File = { readonly path: string; readonly text: string; readonly gz: number };

/** All files of a built app, by their paths in it. */
export async function filesOf(folder: string): Promise<File[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files = paths.sort().map(async (path) => {
    const bytes = await readFile(path);
    return { path: path.slice(folder.length + 1), text: bytes.toString(), gz: gzipSync(bytes, { level: 9 }).length };
  });
  return Promise.all(files);
}

/** What the page loads before anything shows: the scripts it names, and what these import at once. */
export function entryOf(files: readonly File[]): File[] {
  const page = files.find(({ path }) => path === "index.html")?.text ?? "";
  const wanted = [...page.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g)].map(([, path = ""]) => path);
  const entry = new Set<File>();
  for (let path = wanted.pop(); path !== undefined; path = wanted.pop()) {
    const file = files.find((each) => each.path === path);
    if (file === undefined) throw new Error(`the page loads ${path}, which isn't there`);
    if (entry.has(file)) continue;
    entry.add(file);
    const folder = path.split("/").slice(0, -1).join("/");
    for (const [, name = ""] of file.text.matchAll(
      /(?:^|[;}])(?:import|export)[^"'()]*?["'`]\.\/([^"'`]+\.js)["'`]/g,
    )) {
      wanted.push(`${folder}/${name}`);
    }
  }
  return [...entry];
}
