import { formatMailDate } from "./dates.ts";
import { encodeBase64, encodeMessage, encodeText } from "./encode-body.ts";
import type { MailHeader } from "./mail.ts";
import { writeContentField, writeMessageIds } from "./write-header.ts";
import { type WrittenPart, writeParts } from "./write-parts.ts";

/** A part of a mail to be written. */
export interface DraftPart {
  /** Its header fields in Raw form, but for Content-Type and Content-Transfer-Encoding. */
  headers: readonly MailHeader[];
  /** In lower case. */
  type: string;
  /** Of Content-Type, but for charset and boundary. */
  parameters: readonly (readonly [name: string, value: string])[];
  content: DraftContent;
}

export type DraftContent =
  | { kind: "text"; value: string }
  /** `charset` is what its bytes are said to be in. */
  | { kind: "blob"; blobId: string; charset: string | undefined }
  | { kind: "parts"; parts: readonly DraftPart[] };

export interface MailDraft {
  /** Of the mail as a whole, in Raw form. */
  headers: readonly MailHeader[];
  body: DraftPart;
}

export interface WriteContext {
  /** Goes into Message-ID when the draft has none; without angle brackets. */
  messageId: string;
  /** Goes into Date when the draft has none; a date of JMAP. */
  sentAt: string;
  /** Letters and digits that no part is likely to have, for boundaries. */
  boundary: string;
  /** The bytes of all blobs that the draft names. */
  blobs: ReadonlyMap<string, Uint8Array>;
}

/** The ids of the blobs a draft needs, each once. */
export function blobIdsOf({ body }: MailDraft): string[] {
  const idsIn = ({ content }: DraftPart): string[] => {
    if (content.kind === "parts") return content.parts.flatMap(idsIn);
    return content.kind === "blob" ? [content.blobId] : [];
  };
  return [...new Set(idsIn(body))];
}

/** A draft as a mail (RFC 5322, MIME). Throws Error when a blob is missing. */
export function writeMail(draft: MailDraft, ctx: WriteContext): Uint8Array {
  const boundary = freeBoundary(ctx);
  const body = writtenPart(draft.body, ctx, boundary);
  const given = [...draft.headers, ...body.headers];
  const headers = [
    ...added(given, "Message-ID", () => writeMessageIds("Message-ID", [ctx.messageId])),
    ...added(given, "Date", () => ` ${formatMailDate(ctx.sentAt)}`),
    ...draft.headers,
    ...added(given, "MIME-Version", () => " 1.0"),
    ...body.headers,
  ];
  return Buffer.concat([...writeParts<Uint8Array>({ ...body, headers })]);
}

function added(given: readonly MailHeader[], name: string, value: () => string): MailHeader[] {
  const isGiven = given.some((header) => header.name.toLowerCase() === name.toLowerCase());
  return isGiven ? [] : [{ name, value: value() }];
}

/** `=_` stands in no encoded part; what is not encoded is looked through. */
function freeBoundary({ boundary, blobs }: WriteContext): string {
  let free = `=_${boundary}`;
  for (const bytes of blobs.values()) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    while (buffer.includes(`--${free}`)) free += "x";
  }
  return free;
}

function writtenPart(part: DraftPart, ctx: WriteContext, boundary: string): WrittenPart<Uint8Array> {
  const { headers, type, content } = part;
  const typeField = (parameters: DraftPart["parameters"]): MailHeader => ({
    name: "Content-Type",
    value: writeContentField("Content-Type", type, [...part.parameters, ...parameters]),
  });
  if (content.kind === "parts") {
    return {
      headers: [...headers, typeField([["boundary", boundary]])],
      boundary,
      children: content.parts.map((child, at) => writtenPart(child, ctx, `${boundary}-${at}`)),
    };
  }
  const isText = type.startsWith("text/");
  const charset = content.kind === "text" ? (isText ? "utf-8" : undefined) : content.charset;
  const { encoding, body } =
    content.kind === "text" ? encodeText(content.value) : encodeBlob(type, ctx.blobs.get(content.blobId));
  return {
    headers: [
      ...headers,
      typeField(charset === undefined ? [] : [["charset", charset]]),
      { name: "Content-Transfer-Encoding", value: ` ${encoding}` },
    ],
    body,
  };
}

function encodeBlob(type: string, bytes: Uint8Array | undefined) {
  if (bytes === undefined) throw new Error("a draft was written without one of its blobs");
  return type.startsWith("message/")
    ? encodeMessage(bytes)
    : { encoding: "base64", body: encodeBase64(bytes) };
}
