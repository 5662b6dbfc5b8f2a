import {
  type Address,
  type Client,
  encodeFunctionData,
  hashTypedData,
  type Hex,
  hexToBigInt,
  hexToNumber,
  isAddressEqual,
  isHex,
  numberToHex,
  recoverAddress,
  size,
  slice,
} from "viem";
import type { ShownSignature, SignedReport } from "../core/history.ts";
import { type Report, reportDocument, type ReportDomain } from "../core/report.ts";
import { hashWords } from "../core/words.ts";
import { reportsIn } from "./calldata.ts";
import { isRevert } from "./errors.ts";

/**
 * A report as the events tell of it, and the set that its signatures are counted in. Where events lie, signatures tell: of
 * attempts and of hashes of stakes several may be given, what the events say first.
 */
export type Reported = Pick<Report, "tournament" | "round" | "batch" | "scoresHash"> & {
  readonly attempts: readonly number[];
  readonly stakesHashes: readonly Hex[];
  readonly reporters: readonly Address[];
};

/** Asks an account whether it signed as a contract; null: what it said can't be told. */
export type AskContract = (account: Address, digest: Hex, signature: Hex) => Promise<boolean | null>;

const ERC1271 = [
  {
    type: "function",
    name: "isValidSignature",
    stateMutability: "view",
    inputs: [{ type: "bytes32" }, { type: "bytes" }],
    outputs: [{ type: "bytes4" }],
  },
] as const;
/** The answer of a contract that signed: the function's selector, filled up to a word. */
const SIGNED = 0x1626ba7en << 224n;
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** What the transaction's data shows of the report's signatures; null where it holds no report of that batch. */
export async function signedIn(
  data: Hex,
  reported: Reported,
  domain: ReportDomain,
  ask: AskContract,
): Promise<SignedReport | null> {
  const { tournament, round, batch, attempts, stakesHashes, reporters, scoresHash: said } = reported;
  const calls = reportsIn(data)
    .filter((args) => args[0] === tournament && args[1] === round && args[2] === batch)
    .map(([, , , scores, signers, signatures]) => ({ scoresHash: hashWords(scores), signers, signatures }));
  const call = calls.find(({ scoresHash }) => scoresHash === said) ?? calls[0];
  if (call === undefined) return null;
  const { scoresHash, signers } = call;
  const named = reporters.filter((_, index) => ((signers >> BigInt(index)) & 1n) === 1n);
  let first: SignedReport | null = null;
  for (const attempt of new Set(attempts)) {
    for (const stakesHash of new Set(stakesHashes)) {
      const report = { tournament, round, batch, attempt, stakesHash, scoresHash };
      const digest = hashTypedData(reportDocument(domain, report));
      const signatures = await Promise.all(
        named.map((reporter, index) => shown(digest, call.signatures[index] ?? "0x", reporter, ask)),
      );
      const found = { report, digest, signers, signatures };
      if (signatures.some(({ isTrue }) => isTrue === true)) return found;
      first ??= found;
    }
  }
  return first;
}

async function shown(digest: Hex, signature: Hex, reporter: Address, ask: AskContract): Promise<ShownSignature> {
  const recovered = await keyOf(digest, signature);
  const isOwn = recovered !== null && isAddressEqual(recovered, reporter);
  return { reporter, signature, recovered, isTrue: isOwn || (await ask(reporter, digest, signature)) };
}

/** Whose key signed, as the contract takes it: 65 bytes, v of 27 or 28, the lower s. */
async function keyOf(hash: Hex, signature: Hex): Promise<Address | null> {
  try {
    const [v, s] = [hexToNumber(slice(signature, 64)), hexToBigInt(slice(signature, 32, 64))];
    if (size(signature) !== 65 || (v !== 27 && v !== 28) || s > HALF_ORDER) return null;
    return await recoverAddress({ hash, signature });
  } catch {
    return null;
  }
}

/**
 * Asks a contract as it was after that block; where the node has forgotten that, as it is now. A contract that says no now
 * may have said yes then.
 */
export function askingAt(client: Client, block: bigint): AskContract {
  return async (account, digest, signature) => {
    const data = encodeFunctionData({ abi: ERC1271, functionName: "isValidSignature", args: [digest, signature] });
    const call = async (tag: Hex | "latest"): Promise<boolean | null> => {
      try {
        const answer: unknown = await client.request({ method: "eth_call", params: [{ to: account, data }, tag] });
        if (!isHex(answer)) return null;
        return size(answer) >= 32 && hexToBigInt(slice(answer, 0, 32)) === SIGNED;
      } catch (error) {
        return isRevert(error) ? false : null;
      }
    };
    return (await call(numberToHex(block))) ?? ((await call("latest")) === true ? true : null);
  };
}
