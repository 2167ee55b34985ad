/** The bytes of blobs, whatever they are of (RFC 8620 §6.2): always of one account, and of no other. */
import { findFile } from "../../blobs/find-file.ts";
import { readFile } from "../../blobs/keep-file.ts";
import type { Files } from "../../env/env.ts";
import { base64LineBytes, encodeBase64 } from "../../rfc5322/encode-body.ts";
import type { MailLeaf, MailPart, ParsedMail } from "../../rfc5322/mail.ts";
import { parseMail } from "../../rfc5322/parse-mail.ts";
import { renderMail } from "../../rfc5322/render-mail.ts";
import { findMessageBytes, findObject, type StoredObject } from "../../store/object-store.ts";
import type { Store } from "../../store/sql.ts";
import { type BlobName, findBlobName } from "./blob-ids.ts";
import { mostMailBytes } from "./email-place.ts";
import { chargeParsing, findKept, parseAndKeep } from "./kept-mails.ts";
import type { Hold } from "./large-turns.ts";
import type { MethodCall } from "./method.ts";
import { headOf, mailOfStored } from "./stored-mail.ts";

export interface OpenedBlob {
  size: number;
  /** Undefined for what was uploaded: whoever names it says what it is. */
  type: string | undefined;
  body: AsyncIterable<Uint8Array>;
}

export interface WantedBlob {
  accountId: number;
  blobId: string;
  /** That it is wanted for: a mail of which it is a part is parsed at its cost, and kept for it (kept-mails.ts). */
  call?: MethodCall;
  /** Asked before a mail is read whole: resolves when so much may be in memory. */
  hold?: Hold;
}

/** Undefined for what is no blob of the account. */
export type OpenBlob = (wanted: WantedBlob) => Promise<OpenedBlob | undefined>;

export interface OpenBlobContext {
  store: Store;
  files: Pick<Files, "sizeBytes" | "stream">;
  /** Of all blobs. */
  folder: string;
}

export function blobOpener(ctx: OpenBlobContext): OpenBlob {
  return async ({ accountId, blobId, call, hold }) => {
    const name = findBlobName(blobId);
    return name && openNamed(ctx, { accountId, call, hold }, name);
  };
}

/** So many bytes from the start, or all when there are fewer. */
export async function firstBytes(body: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    pieces.push(piece.subarray(0, most - length));
    length += piece.length;
    if (length >= most) break;
  }
  return Buffer.concat(pieces);
}

/** Of a mail that is read and not parsed. */
const readingCost = 0.25;

type Wanted = Pick<WantedBlob, "accountId"> & { call: MethodCall | undefined; hold: Hold | undefined };

async function openNamed(
  ctx: OpenBlobContext,
  wanted: Wanted,
  name: BlobName,
): Promise<OpenedBlob | undefined> {
  const { accountId, call, hold } = wanted;
  if (name.kind === "upload") {
    const file = await findFile(ctx.store.read, accountId, name.hash);
    return file && { size: file.size, type: undefined, body: readFile(ctx, file) };
  }
  if (name.kind === "within") return openWithin(ctx, wanted, name);
  const object = await findObject(ctx.store.read, accountId, name.objectId);
  if (object === undefined) return undefined;
  if (name.kind === "file") return openFile(ctx, object, name.place);
  const fileOf = (place: number) => openFile(ctx, object, place);
  const known = call && findKept(call, object);
  if (name.kind === "part" && known !== undefined) return openPart(known, name.partId, fileOf);
  if (call !== undefined && name.kind !== "part") chargeParsing(call, object.sizeBytes * readingCost);
  await hold?.(object.sizeBytes);
  const bytes = await findMessageBytes(ctx.store.read, accountId, name.objectId);
  if (bytes === undefined) return undefined;
  switch (name.kind) {
    case "stored":
      return whole(bytes, object.format === "rfc5322" ? "message/rfc822" : "application/json");
    case "mail":
      return object.format === "rfc5322"
        ? whole(bytes, "message/rfc822")
        : rendered(ctx, object, mailOfStored(object, bytes));
    case "part":
      return openPart(
        call === undefined ? mailOfStored(object, bytes) : parseAndKeep(call, object, bytes),
        name.partId,
        fileOf,
      );
  }
}

function openFile(ctx: OpenBlobContext, object: StoredObject, place: number): OpenedBlob | undefined {
  if (object.format === "rfc5322") return undefined;
  const file = headOf(object).files[place];
  return file && { size: file.size, type: file.mimeType, body: readFile(ctx, file) };
}

/** A part of what is itself a mail, as Email/parse reads it. Only what can be imported is read whole. */
async function openWithin(
  ctx: OpenBlobContext,
  wanted: Wanted,
  { of, partId }: Extract<BlobName, { kind: "within" }>,
): Promise<OpenedBlob | undefined> {
  const outer = await openNamed(ctx, wanted, of);
  if (outer === undefined || outer.size > mostMailBytes) return undefined;
  const { call } = wanted;
  const spend = call && ((sizeBytes: number) => chargeParsing(call, sizeBytes));
  spend?.(outer.size);
  await wanted.hold?.(outer.size);
  const mail = parseMail(await firstBytes(outer.body, outer.size), spend);
  return mail.headers.length === 0 ? undefined : openPart(mail, partId, () => undefined);
}

function openPart(
  { structure }: ParsedMail,
  partId: string,
  file: (place: number) => OpenedBlob | undefined,
): OpenedBlob | undefined {
  const part = leavesOf(structure).find((leaf) => leaf.partId === partId);
  if (part === undefined) return undefined;
  return part.content.kind === "file"
    ? file(part.content.place)
    : whole(ofItsOwn(part.content.bytes()), part.type);
}

/** A part that was not encoded is a piece of its mail, which would stay in memory with it. */
function ofItsOwn(bytes: Uint8Array): Uint8Array {
  return bytes.buffer.byteLength > 2 * bytes.length + pieceBytes ? new Uint8Array(bytes) : bytes;
}

function leavesOf(part: MailPart): MailLeaf[] {
  return part.subParts === undefined ? [part] : part.subParts.flatMap(leavesOf);
}

function whole(bytes: Uint8Array, type: string): OpenedBlob {
  return { size: bytes.length, type, body: inPieces(bytes) };
}

const pieceBytes = 64 * 1024;

/** Whoever takes it slowly has a while for each piece, and not for all of it. */
async function* inPieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

/** A Posthorn message as RFC 5322, its files read as they are written. */
function rendered(ctx: OpenBlobContext, object: StoredObject, mail: ParsedMail): OpenedBlob {
  const { files } = headOf(object);
  const { sizeBytes, pieces } = renderMail(mail);
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) {
      if (!("place" in piece)) yield piece;
      else {
        const file = files[piece.place];
        if (file !== undefined) yield* inBase64(readFile(ctx, file));
      }
    }
  }
  return { size: sizeBytes, type: "message/rfc822", body: body() };
}

/** As `encodeBase64` makes it of all of it, whatever the pieces it comes in. */
async function* inBase64(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of body) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const lines = bytes.length - (bytes.length % base64LineBytes);
    if (lines > 0) yield encodeBase64(bytes.subarray(0, lines));
    rest = bytes.slice(lines);
  }
  if (rest.length > 0) yield encodeBase64(rest);
}
