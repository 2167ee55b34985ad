/** Blob/get (RFC 9404 §4.2): what is in a blob, or in a part of it. */
import { createHash, type Hash } from "node:crypto";
import { capabilities } from "@posthorn/protocol";
import { Type } from "typebox";
import { openTurns, type Turn } from "../../store/query-turns.ts";
import {
  accountIdOf,
  closed,
  IdSchema,
  nullable,
  readArguments,
  requireAccount,
  resolveId,
  UnsignedIntSchema,
} from "./arguments.ts";
import { type BlobRange, readRange, sizeInRange } from "./blob-range.ts";
import { chargeParsing } from "./kept-mails.ts";
import type { LargeTurns } from "./large-turns.ts";
import { coreLimits, digestAlgorithms } from "./limits.ts";
import { type JmapObject, type Method, type MethodCall, refuseCall, refuseGone } from "./method.ts";
import type { OpenBlob, OpenedBlob } from "./open-blob.ts";

const Base = Type.Object(
  {
    accountId: Type.Optional(IdSchema),
    ids: nullable(Type.Array(IdSchema, { maxItems: 100_000 })),
    properties: nullable(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 100 })),
    offset: nullable(UnsignedIntSchema),
    length: nullable(UnsignedIntSchema),
  },
  closed,
);

/** So much data is in one answer; more is downloaded. */
const mostDataBytes = coreLimits.maxSizeRequest;
const dataProperties = ["data", "data:asText", "data:asBase64"];

/** So many bytes of a blob are gone through, and then others have their turn. */
const bytesInTurn = 2 * 1024 * 1024;

export function blobGet({ openBlob }: { openBlob: OpenBlob }, turns: LargeTurns): Method {
  return {
    capability: capabilities.blob,
    scope: "read",
    async run(call, args) {
      const { accountId, ids, offset, length, ...asked } = readArguments(Base, args);
      requireAccount(call, accountId);
      if (ids === undefined || ids === null || ids.length > coreLimits.maxObjectsInGet) {
        refuseCall("requestTooLarge", `Name the blobs to get, ${coreLimits.maxObjectsInGet} at most.`);
      }
      const properties = asked.properties ?? ["data", "size"];
      refuseUnknown(properties);
      const range = { offset: offset ?? 0, length: length ?? undefined };
      const list: JmapObject[] = [];
      const notFound: string[] = [];
      let room = mostDataBytes;
      const turn = openTurns();
      const wantsData = properties.some((name) => dataProperties.includes(name));
      await turns.run(async (hold) => {
        for (const id of new Set(ids)) {
          await turn();
          refuseGone(call);
          const blobId = resolveId(call, id);
          const { accountId } = call.caller;
          const blob = blobId && (await openBlob({ accountId, blobId, call, hold }));
          if (!blob) {
            notFound.push(id);
            continue;
          }
          if (wantsData) room -= sizeInRange(blob.size, range).length;
          if (room < 0) refuseCall("requestTooLarge", "So much data is downloaded, not asked for in a call.");
          list.push({ id: blobId, ...(await blobView(blob, { call, properties, range, turn })) });
        }
      });
      return { arguments: { accountId: accountIdOf(call.caller), list, notFound } };
    },
  };
}

function refuseUnknown(properties: readonly string[]): void {
  const unknown = properties.find(
    (name) => name !== "size" && name !== "id" && !dataProperties.includes(name) && !findAlgorithm(name),
  );
  if (unknown !== undefined) refuseCall("invalidArguments", `A blob has no property “${unknown}”.`);
}

/** The method of a property `digest:…`, as the platform names it. */
function findAlgorithm(property: string): string | undefined {
  const algorithm = digestAlgorithms.find((known) => property === `digest:${known}`);
  return algorithm && { sha: "sha1", "sha-256": "sha256", "sha-512": "sha512" }[algorithm];
}

interface Asked {
  call: MethodCall;
  properties: readonly string[];
  range: BlobRange;
  turn: Turn;
}

async function blobView(
  { size, body }: OpenedBlob,
  { call, properties, range, turn }: Asked,
): Promise<JmapObject> {
  const wants = (...names: readonly string[]) => properties.some((name) => names.includes(name));
  const digests = new Map<string, Hash>();
  for (const name of properties) {
    const algorithm = findAlgorithm(name);
    if (algorithm !== undefined) digests.set(name, createHash(algorithm));
  }
  const wantsData = wants(...dataProperties);
  const pieces: Uint8Array[] = [];
  if (wantsData || digests.size > 0) {
    chargeParsing(call, sizeInRange(size, range).length * (digests.size + (wantsData ? 1 : 0)));
    let sinceTurn = 0;
    for await (const piece of readRange(body, range)) {
      sinceTurn += piece.length;
      if (sinceTurn > bytesInTurn) {
        sinceTurn = 0;
        await turn();
        refuseGone(call);
      }
      for (const digest of digests.values()) digest.update(piece);
      if (wantsData) pieces.push(piece);
    }
  }
  const bytes = Buffer.concat(pieces);
  const text = wants("data", "data:asText") ? findText(bytes) : undefined;
  const isEncodingProblem = wants("data", "data:asText") && text === undefined;
  return {
    ...(wants("data", "data:asText") ? { "data:asText": text ?? null } : {}),
    ...(wants("data:asBase64") || (wants("data") && isEncodingProblem)
      ? { "data:asBase64": bytes.toString("base64") }
      : {}),
    ...Object.fromEntries([...digests].map(([name, digest]) => [name, digest.digest("base64")])),
    ...(isEncodingProblem ? { isEncodingProblem } : {}),
    ...(sizeInRange(size, range).isWhole ? {} : { isTruncated: true }),
    ...(wants("size") ? { size } : {}),
  };
}

/** Undefined for what is not UTF-8. */
function findText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
