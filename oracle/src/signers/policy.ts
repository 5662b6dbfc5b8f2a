import { isDeepStrictEqual } from "node:util";
import { type Address, type Hex, isAddress, isAddressEqual } from "viem";
import { z } from "zod";
import { InputError } from "../core/errors.ts";
import { HEART, HEARTBEAT_TYPES, heartbeatDocument, type HeartbeatDocument } from "../core/heartbeat.ts";
import {
  CONTRACT,
  DOMAIN_TYPE,
  type Report,
  REPORT_TYPES,
  reportDocument,
  type ReportDocument,
  type ReportDomain,
} from "../core/report.ts";

/** What a reporter's key is for: the reports of one tournament of one contract on one chain, and signs of life. */
export type ReportScope = ReportDomain & { readonly tournament: number };

/**
 * A document of one of the two kinds that a reporter's key may sign, made anew from what was given, so that nothing
 * unchecked is in it. Everything else, a document with one more field among it, is refused by name.
 * @throws InputError
 */
export function permittedDocument(document: unknown, scope: ReportScope): ReportDocument {
  const { chainId, verifyingContract } = scope;
  const { message } = checked(reportSchema(scope), document, "document");
  return reportDocument({ chainId, verifyingContract }, message);
}

/** The same for a heartbeat. @throws InputError */
export function permittedHeartbeat(document: unknown, scope: ReportScope): HeartbeatDocument {
  const { chainId, verifyingContract } = scope;
  const { message } = checked(heartbeatSchema(scope), document, "document");
  return heartbeatDocument({ chainId, verifyingContract }, message);
}

/** A report in JSON; whole numbers may be text. @throws InputError */
export function permittedReport(report: unknown, scope: ReportScope): Report {
  return checked(messageSchema(scope), report, "report");
}

function reportSchema(scope: ReportScope) {
  return z.strictObject({
    domain: domainSchema(CONTRACT, scope),
    types: z.strictObject({ EIP712Domain: exactly(DOMAIN_TYPE).optional(), Report: exactly(REPORT_TYPES.Report) }),
    primaryType: exactly("Report"),
    message: messageSchema(scope),
  });
}

function heartbeatSchema(scope: ReportScope) {
  const { Heartbeat } = HEARTBEAT_TYPES;
  return z.strictObject({
    domain: domainSchema(HEART, scope),
    types: z.strictObject({ EIP712Domain: exactly(DOMAIN_TYPE).optional(), Heartbeat: exactly(Heartbeat) }),
    primaryType: exactly("Heartbeat"),
    message: z.strictObject({
      tournament: only(uint(32), BigInt(scope.tournament)).transform(Number),
      time: uint(40).transform(Number),
      block: uint(64),
      feedDigest: hash,
      version: z.string("must be text").max(MAX_VERSION, `must be at most ${MAX_VERSION} characters`),
    }),
  });
}

function domainSchema({ name, version }: { readonly name: string; readonly version: string }, scope: ReportScope) {
  return z.strictObject({
    name: exactly(name),
    version: exactly(version),
    chainId: only(uint(256), BigInt(scope.chainId)),
    verifyingContract: z
      .custom<Address>(
        (value) => typeof value === "string" && isAddress(value, { strict: false }),
        "must be an address",
      )
      .refine((value) => isAddressEqual(value, scope.verifyingContract), `must be ${scope.verifyingContract}`),
  });
}

const MAX_VERSION = 64;

const hash = z
  .string("must be 0x and 64 hex digits")
  .regex(/^0x[\da-f]{64}$/i, "must be 0x and 64 hex digits")
  .transform((text) => text.toLowerCase() as Hex);

function messageSchema({ tournament }: ReportScope) {
  return z.strictObject({
    tournament: only(uint(32), BigInt(tournament)).transform(Number),
    round: uint(64),
    batch: uint(32).transform(Number),
    attempt: uint(32).transform(Number),
    stakesHash: hash,
    scoresHash: hash,
  });
}

/** A number beyond 2^53 would have lost digits on its way through JSON, so it must be text. */
function uint(bits: number) {
  const error = `must be a whole number below 2^${bits}, as text from 2^53`;
  return z
    .union([z.int({ error }), z.bigint(), z.string().regex(/^(0|[1-9]\d{0,77})$/, { error })], { error })
    .transform(BigInt)
    .refine((value) => value >= 0n && value < 1n << BigInt(bits), { error });
}

function only(schema: ReturnType<typeof uint>, expected: bigint) {
  return schema.refine((value) => value === expected, { error: `must be ${expected.toString()}` });
}

function exactly(expected: unknown) {
  const error = `must be ${JSON.stringify(expected)}`;
  return z.unknown().refine((value) => isDeepStrictEqual(value, expected), { error });
}

function checked<T>(schema: z.ZodType<T>, value: unknown, name: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const extra = issue?.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const path = [...(issue?.path ?? []), ...extra].map(String);
  throw new InputError([name, ...path].join("."), extra.length > 0 ? "is no part of a report" : `${issue?.message}`);
}
