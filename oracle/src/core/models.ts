import { type Hex, isHex, keccak256, toBytes } from "viem";
import { InputError } from "./errors.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const UUID_HEX_LENGTH = 32;

/** Whether the text is a UUID in its usual form, in any case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** A model's id on chain: a UUID is its 16 bytes followed by 16 zero bytes, any other name the keccak256 of its UTF-8. */
export function modelId(text: string): Hex {
  if (!isUuid(text)) return keccak256(toBytes(text));
  return `0x${text.replaceAll("-", "").toLowerCase().padEnd(64, "0")}`;
}

/**
 * The UUID of a model's id on chain, in lower case; null where the id is the hash of a name.
 * @throws InputError where the id isn't 32 bytes.
 */
export function uuidFromModelId(model: Hex): string | null {
  if (!isHex(model) || model.length !== 66) throw new InputError("model", `${model} is not 32 bytes of hexadecimal`);
  const hex = model.slice(2).toLowerCase();
  if (!/^0+$/.test(hex.slice(UUID_HEX_LENGTH))) return null;
  return hex.slice(0, UUID_HEX_LENGTH).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
