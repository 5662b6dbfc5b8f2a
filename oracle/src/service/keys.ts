import type { Address } from "viem";
import { InputError } from "../core/errors.ts";
import type { Key } from "../signers/key.ts";
import { heartSigner, type HeartSigner } from "../signers/heart-signer.ts";
import { openKeystore } from "../signers/keystore.ts";
import { localKey, readKeyFile } from "../signers/local-key.ts";
import { remoteKey } from "../signers/remote-key.ts";
import { reportSigner } from "../signers/report-signer.ts";
import { readPasswordFile, readPrivateFile, readSecretFile } from "../signers/secret-file.ts";
import { transactionSigner } from "../signers/transaction-signer.ts";
import { type Config, ConfigError } from "./config.ts";
import { isPlainUrl } from "./config-fields.ts";
import type { KeySource } from "./config-keys.ts";
import type { Keys } from "./perform.ts";

export type Role = "reporter" | "relayer" | "organizer";

/** A key as the operator sees it. `field`: the setting it comes from. */
export type HeldKey = {
  readonly role: Role;
  readonly field: string;
  readonly kind: KeySource["kind"];
  readonly address: Address;
  /** Resolves where it can be asked for signatures. @throws SignerTrouble, SignerRefusal */
  readonly probe: () => Promise<void>;
};

/** `hearts`: the reporters' keys once more, as far as they show that they are there. */
export type KeyRing = {
  readonly keys: Keys;
  readonly hearts: readonly HeartSigner[];
  readonly held: readonly HeldKey[];
};

/** Every call of a remote signer, so that a dead one can't hold up what other keys sign. */
const SIGNER_TIMEOUT_MS = 5_000;

type Opened = { readonly held: HeldKey; readonly key: Key };

/**
 * Opens every key that the configuration names and gives each the power of its role. No remote signer is asked.
 * @throws ConfigError naming every key that can't be used
 */
export function openKeys({ keys: sources, chainId, contract, tournament }: Config): KeyRing {
  const problems: string[] = [];
  const opened = (role: Role, field: string, source: KeySource | undefined): Opened[] => {
    try {
      return source === undefined ? [] : [open(role, field, source)];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      problems.push(error.message);
      return [];
    }
  };
  const reporters = sources.reporters.flatMap((source, index) =>
    opened("reporter", `config.keys.reporters.${index}`, source),
  );
  const [relayer] = opened("relayer", "config.keys.relayer", sources.relayer);
  const [organizer] = opened("organizer", "config.keys.organizer", sources.organizer);
  const held = [...reporters, relayer, organizer].flatMap((key) => key?.held ?? []);
  problems.push(...usedTwice(held));
  if (problems.length > 0) throw new ConfigError(problems);
  const scope = { chainId, contract };
  const reportScope = { chainId, verifyingContract: contract, tournament };
  return {
    keys: {
      reporters: reporters.map(({ key }) => reportSigner(key, reportScope)),
      relayer: relayer === undefined ? null : transactionSigner(relayer.key, scope),
      organizer: organizer === undefined ? null : transactionSigner(organizer.key, scope),
    },
    hearts: reporters.map(({ key }) => heartSigner(key, reportScope)),
    held,
  };
}

function open(role: Role, field: string, source: KeySource): Opened {
  const key = keyOf(source, field);
  return { key, held: { role, field, kind: source.kind, address: key.address, probe: key.probe } };
}

function keyOf(source: KeySource, field: string): Key {
  switch (source.kind) {
    case "keystore": {
      const text = readPrivateFile(source.file, `${field}.file`);
      const password = readPasswordFile(source.passwordFile, `${field}.passwordFile`);
      return localKey(openKeystore(text, password, field));
    }
    case "file":
      return localKey(readKeyFile(source.file, `${field}.file`));
    case "remote": {
      const url = source.url ?? readUrlFile(source.urlFile ?? "", `${field}.urlFile`);
      return remoteKey({ url, address: source.address, timeoutMs: SIGNER_TIMEOUT_MS });
    }
  }
}

function readUrlFile(path: string, field: string): string {
  const url = readSecretFile(path, field);
  if (isPlainUrl(url)) return url;
  throw new InputError(field, "must hold an http:// or https:// URL without user and password");
}

/** Whoever gets hold of a key has one power, not two. */
function usedTwice(held: readonly HeldKey[]): string[] {
  return held.flatMap(({ address, field }, index) => {
    const earlier = held.slice(0, index).find((other) => other.address === address);
    return earlier === undefined ? [] : [`${field}: ${address} is ${earlier.field} too; give each its own key`];
  });
}
