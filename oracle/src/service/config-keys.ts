import { z } from "zod";
import { address, filePath, httpUrl, isPlainUrl } from "./config-fields.ts";

const keystore = z.strictObject({
  kind: z.literal("keystore"),
  /** A keystore of version 3, as `oracle keys new` and every wallet write it. */
  file: filePath,
  passwordFile: filePath,
});

const file = z.strictObject({
  kind: z.literal("file"),
  /** Holds 64 hex digits: for secrets that something else keeps encrypted, and for development. */
  file: filePath,
});

const remote = z
  .strictObject({
    kind: z.literal("remote"),
    /** A signer over JSON-RPC, such as Web3Signer. */
    url: httpUrl
      .refine(isPlainUrl, { error: "must be an http:// or https:// URL without user and password" })
      .optional(),
    /** File with the URL, for a URL that carries a secret. */
    urlFile: filePath.optional(),
    address,
  })
  .refine((value) => (value.url === undefined) !== (value.urlFile === undefined), {
    path: ["url"],
    error: "give either url or urlFile",
  });

const keySource = z.discriminatedUnion("kind", [keystore, file, remote], {
  error: 'must have "kind": "keystore", "file" or "remote"',
});

/** Where a key is kept. */
export type KeySource = z.output<typeof keySource>;

/** One key has one role; any of them may be absent. */
export const keys = z
  .strictObject(
    {
      reporters: z
        .array(keySource, { error: "must be a list of keys" })
        .max(64, { error: "must be at most 64 keys" })
        .default([]),
      relayer: keySource.optional(),
      organizer: keySource.optional(),
    },
    { error: "must be an object with reporters, relayer, organizer" },
  )
  .prefault({});

type KeySources = z.output<typeof keys>;

/** The same sources with absolute paths. */
export function withAbsoluteKeyPaths(sources: KeySources, absolute: (path: string) => string): KeySources {
  const { reporters, relayer, organizer } = sources;
  return {
    reporters: reporters.map((source) => absoluteSource(source, absolute)),
    ...(relayer !== undefined && { relayer: absoluteSource(relayer, absolute) }),
    ...(organizer !== undefined && { organizer: absoluteSource(organizer, absolute) }),
  };
}

function absoluteSource(source: KeySource, absolute: (path: string) => string): KeySource {
  switch (source.kind) {
    case "keystore":
      return { ...source, file: absolute(source.file), passwordFile: absolute(source.passwordFile) };
    case "file":
      return { ...source, file: absolute(source.file) };
    case "remote":
      return source.urlFile === undefined ? source : { ...source, urlFile: absolute(source.urlFile) };
  }
}

const SECTION = 'it is part of "keys" now';

/** What became of the settings that named key files before. */
export const REPLACED: ReadonlyMap<string, string> = new Map([
  ["reporterKeyFiles", `${SECTION}; write "keys": { "reporters": [{ "kind": "file", "file": … }] }`],
  ["relayerKeyFile", `${SECTION}; write "keys": { "relayer": { "kind": "file", "file": … } }`],
  ["organizerKeyFile", `${SECTION}; write "keys": { "organizer": { "kind": "file", "file": … } }`],
]);
