/** A message as a mail of RFC 5322 that any program can read: what was sealed is written out as it was opened. */
import {
  type Address,
  conversationOf,
  formatAddress,
  fromNameOf,
  hostName,
  type Message,
  senderOf,
  typeOf,
} from "@posthorn/protocol";

export interface EmlFile {
  name: string;
  type: string;
  bytes: Uint8Array;
}

export interface EmlContent {
  message: Message;
  subject: string;
  text: string;
  files: readonly EmlFile[];
}

const encoder = new TextEncoder();

export function writeEml({ message, subject, text, files }: EmlContent): Uint8Array<ArrayBuffer> {
  const boundary = `posthorn-${message.id}`;
  const head = [
    ...headOf(message, subject),
    ...(files.length === 0 ? [] : [`Content-Type: multipart/mixed; boundary="${boundary}"`, ""]),
  ];
  const words = textPart(text);
  const lines =
    files.length === 0
      ? [...head, ...words]
      : [
          ...head,
          `--${boundary}`,
          ...words,
          ...files.flatMap((file) => [`--${boundary}`, ...filePart(file)]),
          `--${boundary}--`,
        ];
  return encoder.encode(`${lines.join("\r\n")}\r\n`);
}

function headOf(message: Message, subject: string): string[] {
  const to = message.to ?? [];
  const cc = message.cc ?? [];
  const sender = senderOf(message);
  const thread = conversationOf(message);
  const answered = idOf(thread, to[0] ?? cc[0] ?? sender);
  return [
    `From: ${named(fromNameOf(message), sender)}`,
    ...(to.length === 0 ? [] : [`To: ${listOf(to)}`]),
    ...(cc.length === 0 ? [] : [`Cc: ${listOf(cc)}`]),
    ...(subject === "" ? [] : [`Subject: ${encodedWords(subject)}`]),
    `Date: ${new Date(message.date).toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: ${idOf(message.id, sender)}`,
    ...(thread === message.id ? [] : [`References: ${answered}`]),
    `Posthorn-Type: ${typeOf(message)}`,
    "MIME-Version: 1.0",
  ];
}

function idOf(id: string, { host }: Address): string {
  return `<${id}@${hostName(host)}>`;
}

/** A name is written in words that no reader can take for an address. */
function named(name: string | undefined, address: Address): string {
  const text = formatAddress(address);
  return name === undefined ? text : `${encodedWords(name, true)}\r\n <${text}>`;
}

function listOf(addresses: readonly Address[]): string {
  return addresses.map(formatAddress).join(",\r\n ");
}

/** RFC 2047, where it is needed, or always; no character is cut in two. */
function encodedWords(text: string, always = false): string {
  if (!always && /^[ -~]{0,900}$/.test(text) && !text.includes("=?")) return text;
  const words: string[] = [];
  let part = "";
  for (const character of text) {
    if (encoder.encode(part + character).length > 42) {
      words.push(part);
      part = "";
    }
    part += character;
  }
  return [...words, part].map((word) => `=?UTF-8?B?${base64(encoder.encode(word))}?=`).join("\r\n ");
}

function textPart(text: string): string[] {
  return [
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: base64",
    "",
    ...wrapped(encoder.encode(text.replaceAll(/\r?\n/g, "\r\n"))),
  ];
}

function filePart({ name, type, bytes }: EmlFile): string[] {
  const mime = /^[a-z0-9!#$&^_.+-]+\/[a-z0-9!#$&^_.+-]+$/i.test(type) ? type : "application/octet-stream";
  const encoded = encodeURIComponent(name.toWellFormed() || "file").replaceAll(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return [
    `Content-Type: ${mime}`,
    `Content-Disposition: attachment; filename*=UTF-8''${encoded}`,
    "Content-Transfer-Encoding: base64",
    "",
    ...wrapped(bytes),
  ];
}

const lineBytes = 57;

function wrapped(bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += lineBytes) lines.push(base64(bytes.subarray(at, at + lineBytes)));
  return lines.length === 0 ? [""] : lines;
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
