/** Blob/upload (RFC 9404 §4.1): blobs of text, of base64, and of pieces of other blobs. */
import { capabilities, ProblemError, type SealedAttachment } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
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
import { formatBlobId } from "./blob-ids.ts";
import { readRange, sizeInRange } from "./blob-range.ts";
import type { Hold, LargeTurns } from "./large-turns.ts";
import { coreLimits, mostDataSources } from "./limits.ts";
import {
  type JmapObject,
  type Method,
  type MethodCall,
  refuseCall,
  refuseObject,
  type SetError,
  SetFailure,
} from "./method.ts";
import type { OpenBlob } from "./open-blob.ts";
import { setErrorOf } from "./refusals.ts";
import { inOrder, readGiven } from "./set-objects.ts";

export interface BlobUploadContext {
  openBlob: OpenBlob;
  /** Keeps a file of an account, as an upload is kept; what names it in a message. */
  keepUpload(accountId: number, bytes: Uint8Array): Promise<SealedAttachment>;
}

const SourceSchema = Type.Object(
  {
    "data:asText": nullable(Type.String()),
    "data:asBase64": nullable(Type.String()),
    blobId: Type.Optional(IdSchema),
    offset: nullable(UnsignedIntSchema),
    length: nullable(UnsignedIntSchema),
  },
  closed,
);
const UploadSchema = Type.Object(
  {
    data: Type.Array(SourceSchema, { maxItems: mostDataSources }),
    type: nullable(Type.String({ maxLength: 255 })),
  },
  closed,
);
const Base = Type.Object(
  { accountId: Type.Optional(IdSchema), create: Type.Record(Type.String(), Type.Object({})) },
  closed,
);

export function blobUpload(ctx: BlobUploadContext, turns: LargeTurns): Method {
  return {
    capability: capabilities.blob,
    scope: "draft",
    async run(call, args) {
      const { accountId, create } = readArguments(Base, args);
      requireAccount(call, accountId);
      const wanted = Object.entries(create).map(([key, given]): [string, JmapObject] => [key, { ...given }]);
      if (wanted.length > coreLimits.maxObjectsInSet) {
        refuseCall("requestTooLarge", `One call makes ${coreLimits.maxObjectsInSet} blobs at most.`);
      }
      const created: Record<string, JmapObject> = {};
      const notCreated: Record<string, SetError> = {};
      for (const [creationId, given] of inOrder(wanted)) {
        const made = await turns.run((hold) => makeBlob(ctx, call, given, hold));
        if ("refused" in made) {
          notCreated[creationId] = made.refused;
        } else {
          created[creationId] = made;
          call.createdIds.set(creationId, made.id);
        }
      }
      const orNull = (table: object) => (Object.keys(table).length === 0 ? null : table);
      return {
        arguments: {
          accountId: accountIdOf(call.caller),
          created: orNull(created),
          notCreated: orNull(notCreated),
        },
      };
    },
  };
}

async function makeBlob(
  ctx: BlobUploadContext,
  call: MethodCall,
  given: JmapObject,
  hold: Hold,
): Promise<{ id: string; type: string; size: number } | { refused: SetError }> {
  try {
    const { data, type } = readGiven(UploadSchema, given);
    const pieces: Uint8Array[] = [];
    let room: number = coreLimits.maxSizeUpload;
    for (const source of data) {
      const piece = await readSource(ctx, call, source, { room, hold });
      pieces.push(piece);
      room -= piece.length;
    }
    const { hash, size } = await ctx.keepUpload(call.caller.accountId, Buffer.concat(pieces));
    return { id: formatBlobId({ kind: "upload", hash }), type: type ?? "application/octet-stream", size };
  } catch (error) {
    if (error instanceof SetFailure) return { refused: error.reason };
    if (error instanceof ProblemError) return { refused: setErrorOf(error.problem) };
    throw error;
  }
}

/** Throws SetFailure. */
async function readSource(
  ctx: BlobUploadContext,
  call: MethodCall,
  source: Static<typeof SourceSchema>,
  { room, hold }: { room: number; hold: Hold },
): Promise<Uint8Array> {
  const text = source["data:asText"] ?? undefined;
  const base64 = source["data:asBase64"] ?? undefined;
  const { blobId } = source;
  if ([text, base64, blobId].filter((given) => given !== undefined).length !== 1) {
    return invalid("A source of data has exactly one of “data:asText”, “data:asBase64” and “blobId”.");
  }
  if (blobId !== undefined) return readPiece(ctx, call, { ...source, blobId }, { room, hold });
  if (typeof source.offset === "number" || typeof source.length === "number") {
    return invalid("“offset” and “length” are of a blob.");
  }
  if (text !== undefined) {
    if (!text.isWellFormed()) return invalid("“data:asText” is not Unicode.");
    return within(Buffer.from(text), room);
  }
  if (!isBase64(base64 ?? "")) return invalid("“data:asBase64” is not base64.");
  return within(Buffer.from(base64 ?? "", "base64"), room);
}

async function readPiece(
  { openBlob }: BlobUploadContext,
  call: MethodCall,
  { blobId, ...range }: { blobId: string; offset?: number | null; length?: number | null },
  { room, hold }: { room: number; hold: Hold },
): Promise<Uint8Array> {
  const { accountId } = call.caller;
  const known = resolveId(call, blobId);
  const blob = known === undefined ? undefined : await openBlob({ accountId, blobId: known, call });
  if (blob === undefined) {
    return refuseObject("blobNotFound", "There is no such blob to take data from.", { notFound: [blobId] });
  }
  const wanted = { offset: range.offset ?? 0, length: range.length ?? undefined };
  const { length, isWhole } = sizeInRange(blob.size, wanted);
  if (!isWhole) return invalid("The blob has no such range of bytes.");
  if (length > room) tooLarge();
  // In pieces, and then whole.
  await hold(2 * length);
  const pieces: Uint8Array[] = [];
  for await (const piece of readRange(blob.body, wanted)) pieces.push(piece);
  return Buffer.concat(pieces);
}

function within(bytes: Uint8Array, room: number): Uint8Array {
  return bytes.length > room ? tooLarge() : bytes;
}

function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

function invalid(sentence: string): never {
  return refuseObject("invalidProperties", sentence, { properties: ["data"] });
}

function tooLarge(): never {
  return refuseObject("tooLarge", `A blob has at most ${coreLimits.maxSizeUpload} bytes.`);
}
