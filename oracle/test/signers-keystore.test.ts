import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, describe, expect, it } from "vitest";
import { newKeyFile } from "../src/service/new-key.ts";
import { newKeystore, openKeystore } from "../src/signers/keystore.ts";
import { complaintOf, secretFolder } from "./signers-files.ts";
import { type Kdf, keystoreOf, LIGHT } from "./signers-keystores.ts";

const FIELD = "config.keys.relayer";

// The vectors of the Web3 Secret Storage Definition: password and key are the same in both.
const SPEC_PASSWORD = "testpassword";
const SPEC_KEY = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";
const SPEC_PBKDF2 = {
  crypto: {
    cipher: "aes-128-ctr",
    cipherparams: { iv: "6087dab2f9fdbbfaddc31a909735c1e6" },
    ciphertext: "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
    kdf: "pbkdf2",
    kdfparams: {
      c: 262_144,
      dklen: 32,
      prf: "hmac-sha256",
      salt: "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
    },
    mac: "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
  },
  id: "3198bc9c-6672-5ab3-d995-4942343ae5b6",
  version: 3,
};
const SPEC_SCRYPT = {
  crypto: {
    cipher: "aes-128-ctr",
    cipherparams: { iv: "83dbcc02d8ccb40e466191a123791e0e" },
    ciphertext: "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
    kdf: "scrypt",
    kdfparams: {
      dklen: 32,
      n: 262_144,
      p: 8,
      r: 1,
      salt: "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19",
    },
    mac: "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097",
  },
  id: "3198bc9c-6672-5ab3-d995-4942343ae5b6",
  version: 3,
};

const keys = fc
  .bigInt({ min: 1n, max: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140n })
  .map((number) => toHex(number, { size: 32 }));

describe("a keystore", () => {
  it.each([
    ["pbkdf2", SPEC_PBKDF2],
    ["scrypt", SPEC_SCRYPT],
  ])("of the definition's own with %s opens", (_, keystore) => {
    expect(openKeystore(JSON.stringify(keystore), SPEC_PASSWORD, FIELD)).toBe(SPEC_KEY);
  });

  it("opens with its password, whatever that is made of, and with no other", () => {
    fc.assert(
      fc.property(
        keys,
        fc.string({ unit: "binary", minLength: 1 }),
        fc.string({ minLength: 1 }),
        fc.boolean(),
        (key, password, other, isScrypt) => {
          fc.pre(Buffer.compare(Buffer.from(password), Buffer.from(other)) !== 0);
          const kdf: Kdf = isScrypt
            ? LIGHT
            : { kdf: "pbkdf2", kdfparams: { c: 2, prf: "hmac-sha256", dklen: 32, salt: LIGHT.kdfparams.salt } };
          const text = JSON.stringify(keystoreOf(key, password, kdf));
          expect(openKeystore(text, password, FIELD)).toBe(key);
          expect(complaintOf(() => openKeystore(text, other, FIELD))).toBe(
            `InputError: ${FIELD}: the password doesn't open the keystore, or the keystore is damaged`,
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it("is refused with any bit of its cipher text, address, MAC or salt turned, and never gives another key", () => {
    const key = SPEC_KEY;
    const good = keystoreOf(key, "password");
    const { crypto, address = "" } = good;
    const turned = (text: string, bit: number): string => {
      const bytes = Buffer.from(text, "hex");
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return bytes.toString("hex");
    };
    const bits = (text: string): number[] => [...Array(text.length * 4).keys()];
    const damaged = [
      ...bits(crypto.ciphertext).map((bit) => ({
        ...good,
        crypto: { ...crypto, ciphertext: turned(crypto.ciphertext, bit) },
      })),
      ...bits(crypto.mac).map((bit) => ({ ...good, crypto: { ...crypto, mac: turned(crypto.mac, bit) } })),
      ...bits(address).map((bit) => ({ ...good, address: turned(address, bit) })),
      // The MAC doesn't cover it: only the address tells.
      ...bits(crypto.cipherparams.iv).map((bit) => ({
        ...good,
        crypto: { ...crypto, cipherparams: { iv: turned(crypto.cipherparams.iv, bit) } },
      })),
      ...bits(LIGHT.kdfparams.salt).map((bit) => ({
        ...good,
        crypto: { ...crypto, kdfparams: { ...LIGHT.kdfparams, salt: turned(LIGHT.kdfparams.salt, bit) } },
      })),
    ];
    expect(damaged).toHaveLength(256 + 256 + 160 + 128 + 256);
    for (const keystore of damaged) {
      const message = complaintOf(() => openKeystore(JSON.stringify(keystore), "password", FIELD));
      expect(message).toMatch(
        /the keystore is damaged$|^InputError: .*the keystore says that its address is 0x\w+, its key's is 0x\w+$/,
      );
      expect(message).not.toContain(key.slice(2));
    }
    expect(openKeystore(JSON.stringify(good), "password", FIELD)).toBe(key);
  });

  const { crypto } = SPEC_SCRYPT;
  const { kdfparams } = crypto;
  const scrypt = (changes: object) => ({
    ...SPEC_SCRYPT,
    crypto: { ...crypto, kdfparams: { ...kdfparams, ...changes } },
  });
  const pbkdf2 = (changes: object) => ({
    ...SPEC_PBKDF2,
    crypto: { ...SPEC_PBKDF2.crypto, kdfparams: { ...SPEC_PBKDF2.crypto.kdfparams, ...changes } },
  });
  it.each<[string, unknown, RegExp]>([
    ["version 1", { ...SPEC_SCRYPT, version: 1 }, /its version must be 3/],
    ["a version in text", { ...SPEC_SCRYPT, version: "3" }, /its version must be 3/],
    ["version 4 of a validator", { ...SPEC_SCRYPT, version: 4 }, /its version must be 3/],
    ["all memory of this machine", scrypt({ n: 2 ** 30, r: 8 }), /its crypto\.kdfparams ask for more than/],
    ["a little too much memory", scrypt({ n: 2 ** 18, r: 9 }), /its crypto\.kdfparams ask for more than/],
    ["a large p", scrypt({ n: 2, r: 1, p: 2 ** 22 }), /its crypto\.kdfparams ask for more than/],
    ["a large r", scrypt({ n: 2, r: 2 ** 40 }), /its crypto\.kdfparams ask for more than/],
    ["the work of a day", scrypt({ n: 2 ** 18, r: 1, p: 2 ** 20 }), /its crypto\.kdfparams ask for too much work/],
    ["n that is no power of two", scrypt({ n: 262_143 }), /its crypto\.kdfparams\.n must be a power of two/],
    ["n of one", scrypt({ n: 1 }), /its crypto\.kdfparams\.n must be a power of two/],
    ["n of zero", scrypt({ n: 0 }), /its crypto\.kdfparams\.n must be 1 or more/],
    ["a negative r", scrypt({ r: -1 }), /its crypto\.kdfparams\.r must be 1 or more/],
    ["half a p", scrypt({ p: 0.5 }), /its crypto\.kdfparams\.p must be a whole number/],
    ["n in text", scrypt({ n: "262144" }), /its crypto\.kdfparams\.n must be a whole number/],
    ["too short a derived key", scrypt({ dklen: 16 }), /its crypto\.kdfparams\.dklen must be 32/],
    [
      "a salt of a megabyte",
      scrypt({ salt: "00".repeat(30_000) }),
      /its crypto\.kdfparams\.salt must be 1 to 64 bytes/,
    ],
    ["the rounds of a day", pbkdf2({ c: 10 ** 12 }), /its crypto\.kdfparams\.c must be at most 2000000/],
    ["another hash", pbkdf2({ prf: "hmac-md5" }), /its crypto\.kdfparams\.prf must be hmac-sha256/],
    [
      "another derivation",
      { ...SPEC_SCRYPT, crypto: { ...crypto, kdf: "argon2id" } },
      /its crypto\.kdf must be scrypt or pbkdf2/,
    ],
    [
      "another cipher",
      { ...SPEC_SCRYPT, crypto: { ...crypto, cipher: "none" } },
      /its crypto\.cipher must be aes-128-ctr/,
    ],
    [
      "a short cipher text",
      { ...SPEC_SCRYPT, crypto: { ...crypto, ciphertext: "00" } },
      /its crypto\.ciphertext must be 32 bytes/,
    ],
    ["no crypto", { version: 3 }, /its crypto /],
    ["an odd address", { ...SPEC_SCRYPT, address: "0x12" }, /its address must be 20 bytes in hex/],
    ["a list", [], /it must be a JSON object/],
    ["nothing", null, /it must be a JSON object/],
  ])("with %s is refused at once, by name", (_, keystore, message) => {
    const startedAt = performance.now();
    const said = complaintOf(() => openKeystore(JSON.stringify(keystore), SPEC_PASSWORD, FIELD));
    expect(said).toMatch(/^InputError: config\.keys\.relayer: this is no keystore of version 3: /);
    expect(said).toMatch(message);
    expect(performance.now() - startedAt).toBeLessThan(200);
  });

  it("can't hide a bomb beside harmless parameters, under the same name in other letters", () => {
    const light = keystoreOf(SPEC_KEY, SPEC_PASSWORD);
    const params = { ...light.crypto.kdfparams, n: 2 ** 30 };
    const bomb = JSON.stringify({ ...light.crypto, kdfparams: params });
    const text = JSON.stringify(light);
    const hidden = [
      `{"CRYPTO":${bomb},${text.slice(1)}`,
      `{"Crypto":${bomb},${text.slice(1)}`,
      text.replace('"kdfparams":{', `"KDFPARAMS":${JSON.stringify(params)},"kdfparams":{"N":1073741824,`),
    ];
    for (const text of hidden) expect(openKeystore(text, SPEC_PASSWORD, FIELD)).toBe(SPEC_KEY);
  });

  it("that holds no key of the curve is damaged", () => {
    const text = JSON.stringify({ ...keystoreOf(SPEC_KEY, "password"), address: undefined });
    expect(openKeystore(text, "password", FIELD)).toBe(SPEC_KEY);
    const zero = keystoreOf(`0x${"00".repeat(32)}`, "password");
    expect(complaintOf(() => openKeystore(JSON.stringify(zero), "password", FIELD))).toMatch(
      /the keystore is damaged$/,
    );
  });

  it("of a wallet that writes Crypto opens too", () => {
    const { crypto: Crypto, ...rest } = keystoreOf(SPEC_KEY, "password");
    expect(openKeystore(JSON.stringify({ ...rest, Crypto }), "password", FIELD)).toBe(SPEC_KEY);
  });
});

describe("a new key", () => {
  const { folder, write, close } = secretFolder();
  afterAll(close);

  it("lies in a keystore by the definition's words, and each is another", () => {
    const [one, other] = [newKeystore("password"), newKeystore("password")];
    const key = openKeystore(one.text, "password", FIELD);
    expect(privateKeyToAccount(key).address).toBe(one.address);
    expect(one.address).not.toBe(other.address);
    const { crypto, version } = JSON.parse(one.text) as {
      crypto: { kdfparams: { n: number; r: number; p: number } };
      version: number;
    };
    expect(version).toBe(3);
    expect(crypto.kdfparams).toMatchObject({ n: 131_072, r: 8, p: 1, dklen: 32 });
    expect(one.text).not.toContain(key.slice(2));
  });

  it("is its owner's alone even under a lax umask, and is never written over another", () => {
    const passwordFile = write("a password\n", "password");
    const before = process.umask(0);
    const path = join(folder, "new");
    const address = newKeyFile(path, passwordFile);
    process.umask(before);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, "utf8");
    expect(privateKeyToAccount(openKeystore(text, "a password", FIELD)).address).toBe(address);
    expect(complaintOf(() => newKeyFile(path, passwordFile))).toMatch(/--out: .*new exists, and is left as it is/);
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("isn't made where its password lies open or its folder is missing", () => {
    const path = join(folder, "never");
    expect(complaintOf(() => newKeyFile(path, write("x", "lax", 0o644)))).toMatch(/--password-file: others may read/);
    expect(existsSync(path)).toBe(false);
    const nowhere = join(folder, "none/key");
    expect(complaintOf(() => newKeyFile(nowhere, write("x", "p")))).toMatch(/--out: .* can't be written \(ENOENT\)/);
  });

  it("doesn't follow a link that somebody laid there", () => {
    const victim = write("precious", "victim");
    const link = join(folder, "link");
    spawnSync("ln", ["-s", victim, link]);
    expect(complaintOf(() => newKeyFile(link, write("x", "p")))).toMatch(/exists, and is left as it is/);
    expect(readFileSync(victim, "utf8")).toBe("precious");
  });
});
