/** A mail as the message that a sealed account keeps of it (§100.14). */
import { toBase64Url } from "@posthorn/crypto";
import { type Address, type Attachment, formatTime, limits, parseAddress } from "@posthorn/protocol";
import { fittingName } from "../names/own-name.ts";
import { idOfMail, threadOfMail, wireAddress } from "./mail-names.ts";
import { packed } from "./packed.ts";
import type { WholeMail } from "./read-mail.ts";
import { wordsOfHtml } from "./words-of-html.ts";

/** In base64url; a longer one is a file. */
const longestOriginal = 160_000;
/** What is larger seldom fits, and is not tried. */
const mostPacked = 1024 * 1024;
const mostNamed = 50;
/** Of all of the message, with room for its mark. */
const mostBytes = limits.messageBytes - 1_000;

export interface MailMessage {
  id: string;
  type: "email";
  from: Address;
  fromName?: string;
  to: Address[];
  cc: Address[];
  date: string;
  thread: string;
  subject: string;
  body: string;
  /** Of the files in it, to be found by. */
  fileNames?: string[];
  original?: string;
  attachments?: Attachment[];
}

export const originalName = "original.eml";
export const originalType = "message/rfc822";

/** The mail as it is kept within its message; undefined where it is too large and is a file of it. */
export async function packOriginal(bytes: Uint8Array): Promise<string | undefined> {
  if (bytes.length > mostPacked) return undefined;
  const text = toBase64Url(await packed(bytes));
  return text.length <= longestOriginal ? text : undefined;
}

/** `original` is the mail packed, or the file that it is. `owner` is the account's address. */
export async function messageOfMail(
  mail: WholeMail,
  bytes: Uint8Array,
  { owner, original }: { owner: string; original: string | Attachment },
): Promise<MailMessage> {
  const sentAtMs = mail.sentAtMs ?? 0;
  const to = mail.to.map(wireAddress).slice(0, limits.recipients);
  const cc = mail.cc.map(wireAddress).slice(0, limits.recipients - to.length);
  const fromName = fittingName(mail.fromName);
  const names = mail.files.slice(0, mostNamed).map(({ name }) => characters(oneLine(name), limits.filename));
  const message: MailMessage = {
    id: await idOfMail(mail.messageId, bytes, sentAtMs),
    type: "email",
    from: wireAddress(mail.from),
    ...(fromName === undefined ? {} : { fromName }),
    to: to.length + cc.length === 0 ? [parseAddress(owner)] : to,
    cc,
    date: formatTime(sentAtMs),
    thread: await threadOfMail(mail, bytes),
    subject: characters(oneLine(mail.subject), limits.subject),
    body: "",
    ...(names.length === 0 ? {} : { fileNames: names }),
    ...(typeof original === "string" ? { original } : { attachments: [original] }),
  };
  const words = wellFormed(mail.text ?? wordsOfHtml(mail.html ?? "")).replaceAll("\r\n", "\n");
  return { ...message, body: cutToFit(message, characters(words, limits.body)) };
}

function cutToFit(message: MailMessage, words: string): string {
  const encoder = new TextEncoder();
  const sizeOf = (value: unknown) => encoder.encode(JSON.stringify(value)).length;
  const left = mostBytes - sizeOf(message);
  let body = words;
  while (body !== "" && sizeOf(body) > left) body = characters(body, Math.floor(body.length * 0.7));
  return body;
}

/** What strict JSON does not carry is left out (§20.3). */
function wellFormed(text: string): string {
  return text.toWellFormed().replaceAll("\u0000", "");
}

function oneLine(text: string): string {
  return wellFormed(text).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
}

/** The first so many; none of them is cut in two. */
function characters(text: string, most: number): string {
  return text.length <= most ? text : [...text.slice(0, most * 2)].slice(0, most).join("");
}
