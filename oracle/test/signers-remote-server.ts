import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import {
  hashTypedData,
  type Hex,
  hexToBigInt,
  hexToNumber,
  keccak256,
  serializeSignature,
  serializeTransaction,
  type TransactionSerializableEIP1559,
  type TypedDataDefinition,
} from "viem";
import { privateKeyToAccount, sign } from "viem/accounts";

/** A question as it came over the wire. */
export type Question = { readonly id: number; readonly method: string; readonly params: readonly unknown[] };
/** What to do instead of answering well: answer with other content, or act on the raw response. */
export type Mischief = (question: Question, response: ServerResponse) => unknown;

/** A remote signer over real HTTP with one key, whose manners can be changed at any time. */
export type RemoteSigner = {
  readonly url: string;
  /** Anything but undefined is the JSON-RPC answer's content; undefined: the mischief has answered by itself. */
  mischief: Mischief | null;
  readonly asked: Question[];
  close(): Promise<void>;
};

export async function remoteSigner(key: Hex, path = "/"): Promise<RemoteSigner> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const signer: RemoteSigner = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    mischief: null,
    asked: [],
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const question = JSON.parse(Buffer.concat(chunks).toString()) as Question;
    signer.asked.push(question);
    const content = signer.mischief === null ? await honest(key, question) : signer.mischief(question, response);
    if (content !== undefined) reply(response, question, content);
  }
  return signer;
}

export function reply(response: ServerResponse, { id }: Question, content: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ jsonrpc: "2.0", id, ...(content as object) }));
}

/** What a good signer answers; it reads the question's JSON by itself. */
export async function honest(key: Hex, { method, params }: Question): Promise<object> {
  switch (method) {
    case "eth_accounts":
      return { result: [privateKeyToAccount(key).address.toLowerCase()] };
    case "eth_signTypedData":
    case "eth_signTypedData_v4":
      return { result: await privateKeyToAccount(key).signTypedData(documentOf(params)) };
    case "eth_signTransaction":
      return { result: await privateKeyToAccount(key).signTransaction(transactionOf(params)) };
    default:
      return unknownMethod;
  }
}

export const unknownMethod = { error: { code: -32_601, message: "the method is not available" } };

export function documentOf(params: readonly unknown[]): TypedDataDefinition {
  return JSON.parse(String(params[1])) as TypedDataDefinition;
}

export function transactionOf(params: readonly unknown[]): TransactionSerializableEIP1559 {
  const { to, data, value, gas, nonce, chainId, maxFeePerGas, maxPriorityFeePerGas } = params[0] as Record<string, Hex>;
  return {
    type: "eip1559",
    to: to ?? null,
    data: data ?? "0x",
    value: hexToBigInt(value ?? "0x"),
    gas: hexToBigInt(gas ?? "0x"),
    nonce: hexToNumber(nonce ?? "0x"),
    chainId: hexToNumber(chainId ?? "0x"),
    maxFeePerGas: hexToBigInt(maxFeePerGas ?? "0x"),
    maxPriorityFeePerGas: hexToBigInt(maxPriorityFeePerGas ?? "0x"),
  };
}

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The other valid signature of the same key over the same digest, which contract and chain refuse. */
export async function highS(key: Hex, hash: Hex) {
  const { r, s, yParity } = await sign({ privateKey: key, hash });
  const high = (ORDER - hexToBigInt(s)).toString(16).padStart(64, "0");
  return { r, s: `0x${high}`, yParity: 1 - (yParity ?? 0) } as const;
}

export async function highSDocument(key: Hex, params: readonly unknown[]): Promise<Hex> {
  return serializeSignature(await highS(key, hashTypedData(documentOf(params))));
}

export async function highSTransaction(key: Hex, params: readonly unknown[]): Promise<Hex> {
  const transaction = transactionOf(params);
  return serializeTransaction(transaction, await highS(key, keccak256(serializeTransaction(transaction))));
}
