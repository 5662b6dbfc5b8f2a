import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Sources } from "./compiler.ts";

/** Where the instrumented copy of a project stands. It is kept, so that an unchanged one is not compiled again. */
export function projectFolder(root: string): string {
  return join(tmpdir(), `numeraire-mutants-${createHash("sha256").update(root).digest("hex").slice(0, 12)}`);
}

/** Writes the sources as a Hardhat project that shares modules and settings with the one at `root`. */
export function writeProject(folder: string, root: string, sources: Sources): void {
  mkdirSync(folder, { recursive: true });
  const files = new Map(sources);
  files.set("package.json", `${JSON.stringify({ name: "mutants", private: true, type: "module" })}\n`);
  files.set("hardhat.config.ts", `export { default } from ${JSON.stringify(join(root, "hardhat.config.ts"))};\n`);
  for (const top of ["contracts", "test"]) {
    if (!existsSync(join(folder, top))) continue;
    for (const path of readdirSync(join(folder, top), { recursive: true, encoding: "utf8" })) {
      if (path.endsWith(".sol") && !files.has(`${top}/${path}`)) rmSync(join(folder, top, path));
    }
  }
  for (const [path, text] of files) {
    const target = join(folder, path);
    if (existsSync(target) && readFileSync(target, "latin1") === text) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text, "latin1");
  }
  if (!existsSync(join(folder, "node_modules"))) symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
}

/** @throws Error with the compiler's words. */
export async function compileProject(folder: string, root: string, signal: AbortSignal): Promise<void> {
  const cli = join(root, "node_modules/hardhat/dist/src/cli.js");
  const child = spawn(process.execPath, [cli, "build", "--no-typechain"], { cwd: folder, signal });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code !== 0) throw new Error(`the instrumented contracts don't compile:\n${output}`);
}

/** Changes with everything that a verdict depends on. */
export function fingerprint(root: string, sources: Sources): string {
  const hash = createHash("sha256");
  const add = (path: string, text: string) => hash.update(`${path}\n${text.length.toString()}\n${text}`);
  for (const [path, text] of sources) add(path, text);
  for (const folder of ["test", "oracle/src/core"]) {
    const paths = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
    for (const path of paths.filter((one) => one.endsWith(".ts")).sort()) {
      if (!path.startsWith("integration")) add(path, readFileSync(join(root, folder, path), "latin1"));
    }
  }
  for (const path of ["hardhat.config.ts", "package-lock.json"]) add(path, readFileSync(join(root, path), "latin1"));
  return hash.digest("hex");
}
