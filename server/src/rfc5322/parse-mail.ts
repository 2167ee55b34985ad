import { decodeCharset, lineBreakIn } from "./charset.ts";
import { chooseBody } from "./choose-body.ts";
import { type ContentField, findFileName, parseContentField } from "./content-field.ts";
import { type DecodedBody, decodeBody, decodedSize, isCoded, type Spend } from "./decode-body.ts";
import { unfold, withoutComments } from "./header-text.ts";
import type { BodyText, MailHeader, MailLeaf, MailPart, ParsedMail } from "./mail.ts";
import { type RawPart, splitParts } from "./split-parts.ts";

/**
 * Reads a mail (RFC 5322, RFC 6532, MIME). Never throws, whatever the bytes are: what is malformed is read as well as it
 * can be, within `mailLimits`. Contents are decoded when they are asked for; `spend` is told of that, and what it throws
 * comes of whatever asked.
 */
export function parseMail(bytes: Uint8Array, spend: Spend = () => undefined): ParsedMail {
  const root = splitParts(bytes);
  let parts = 0;
  const toPart = (raw: RawPart): MailPart =>
    raw.children === undefined
      ? readLeaf(raw, String(++parts), spend)
      : { ...headOf(raw), partId: undefined, subParts: raw.children.map(toPart) };
  const structure = toPart(root);
  return { headers: root.headers, structure, ...withAttachments(chooseBody(structure)) };
}

/** A mail has an attachment when there is one that is not to be shown in its place (§4.1.4). */
export function withAttachments<T extends { attachments: readonly MailLeaf[] }>(
  body: T,
): T & { hasAttachment: boolean } {
  return { ...body, hasAttachment: body.attachments.some(({ disposition }) => disposition !== "inline") };
}

function readLeaf(raw: RawPart, partId: string, spend: Spend): MailLeaf {
  const head = headOf(raw);
  let decoded: DecodedBody | undefined;
  let sizeBytes: number | undefined;
  const encoding = encodingOf(raw.headers);
  const decode = () => {
    if (decoded === undefined) {
      if (isCoded(encoding)) spend(raw.body.length);
      decoded = decodeBody(raw.body, encoding);
    }
    return decoded;
  };
  return {
    ...head,
    partId,
    get sizeBytes() {
      sizeBytes ??= decoded?.bytes.length ?? decodedSize(raw.body, encoding, spend);
      return sizeBytes;
    },
    content: {
      kind: "here",
      bytes: () => decode().bytes,
      text(mostBytes) {
        const { bytes, isMalformed } = decode();
        const wanted = bytes.subarray(0, mostBytes === undefined ? undefined : endOfSome(bytes, mostBytes));
        spend(wanted.length);
        return readText({ bytes: wanted, isMalformed }, head.charset);
      },
    },
    subParts: undefined,
  };
}

/** Not within a character of UTF-8 or of what is two bytes wide. */
function endOfSome(bytes: Uint8Array, most: number): number {
  let end = most - (most % 2);
  for (let back = 0; back < 3 && (bytes[end] ?? 0) >> 6 === 2; back++) end--;
  return end;
}

function readText({ bytes, isMalformed }: DecodedBody, charset: string | undefined): BodyText {
  const text = decodeCharset(withoutReturns(bytes, lineBreakIn(charset)), charset);
  return {
    value: text.value,
    isEncodingProblem: text.isEncodingProblem || isMalformed,
  };
}

/** With LF for each CRLF, before it is text: of a text of millions of short lines that takes a hundredth of what it takes after. */
function withoutReturns(bytes: Uint8Array, crlf: Uint8Array): Uint8Array {
  const kept = new Uint8Array(bytes.length);
  let length = 0;
  if (crlf.length === 2) {
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === crlf[0] && bytes[at + 1] === crlf[1]) continue;
      kept[length++] = byte;
    }
    return kept.subarray(0, length);
  }
  for (let at = 0; at < bytes.length; at += 2) {
    let same = 0;
    while (same < crlf.length && bytes[at + same] === crlf[same]) same++;
    if (same === crlf.length) continue;
    kept[length++] = bytes[at] ?? 0;
    if (at + 1 < bytes.length) kept[length++] = bytes[at + 1] ?? 0;
  }
  return kept.subarray(0, length);
}

function headOf({ headers, type, contentType }: RawPart) {
  const disposition = findField(headers, "content-disposition");
  return {
    headers,
    type,
    name:
      (disposition && findFileName(disposition.parameters, "filename")) ??
      (contentType && findFileName(contentType.parameters, "name")),
    charset: contentType?.parameters.get("charset") ?? (isText(type) ? "us-ascii" : undefined),
    disposition: orUndefined(disposition?.value),
    cid: findCid(headers),
    language: findLanguage(headers),
    location: orUndefined(findPlain(headers, "content-location")?.replaceAll(/\s+/g, "")),
  };
}

function isText(type: string): boolean {
  return type.startsWith("text/");
}

function encodingOf(headers: readonly MailHeader[]): string {
  return findPlain(headers, "content-transfer-encoding")?.toLowerCase() ?? "";
}

function findCid(headers: readonly MailHeader[]): string | undefined {
  return orUndefined(findPlain(headers, "content-id")?.replaceAll(/^<|>$|\s+/g, ""));
}

function findLanguage(headers: readonly MailHeader[]): string[] | undefined {
  const tags = findPlain(headers, "content-language")
    ?.split(",")
    .map((tag) => tag.trim())
    .filter((tag) => tag !== "");
  return tags === undefined || tags.length === 0 ? undefined : tags;
}

function findField(headers: readonly MailHeader[], name: string): ContentField | undefined {
  const raw = findRaw(headers, name);
  return raw === undefined ? undefined : parseContentField(raw);
}

/** A field on one line, without comments and white space around it. */
function findPlain(headers: readonly MailHeader[], name: string): string | undefined {
  const raw = findRaw(headers, name);
  return raw === undefined ? undefined : withoutComments(unfold(raw)).trim();
}

/** The first counts, as it does for Content-Type. */
function findRaw(headers: readonly MailHeader[], name: string): string | undefined {
  return headers.find((header) => header.name.toLowerCase() === name)?.value;
}

function orUndefined(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
