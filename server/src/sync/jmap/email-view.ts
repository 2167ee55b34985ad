/** Emails as a client asks for them (RFC 8621 §4.1, §4.2). What a message's row tells is told without its bytes. */
import { capabilities, formatTime } from "@posthorn/protocol";
import { formatId, formatThreadId } from "../../objects/ids.ts";
import type { MailLeaf, ParsedMail } from "../../rfc5322/mail.ts";
import { mailAddresses, mailMessageId, mailSender, repliesOf } from "../../rfc5322/message-head.ts";
import { previewOf } from "../../rfc5322/preview.ts";
import type { StoredObject } from "../../store/object-store.ts";
import { openTurns, type Turn } from "../../store/query-turns.ts";
import { formatBlobId } from "./blob-ids.ts";
import { type BodyRequest, bodyValues, type PartNames, partView, structureView } from "./body-parts.ts";
import { convenienceProperties, findHeaderProperty, readHeader } from "./header-forms.ts";
import type { JmapObject, MethodCall } from "./method.ts";
import { headOf, mailSummaryOf } from "./stored-mail.ts";

const metadata = ["id", "blobId", "threadId", "mailboxIds", "keywords", "size", "receivedAt"] as const;
const headerNames = [
  "messageId",
  "inReplyTo",
  "references",
  "sender",
  "from",
  "to",
  "cc",
  "bcc",
  "replyTo",
  "subject",
  "sentAt",
] as const;
const shown = ["hasAttachment", "preview", "bodyValues", "textBody", "htmlBody", "attachments"] as const;

/** Every property of an Email but those of the form `header:…`. */
export const emailProperties = [...metadata, ...headerNames, ...shown, "headers", "bodyStructure"] as const;

/** What Email/get answers with when it is asked for nothing else, and what Email/parse does. */
export const emailGetDefaults: readonly string[] = [...metadata, ...headerNames, ...shown];
export const emailParseDefaults: readonly string[] = [...headerNames, ...shown];

/** What an Email has for clients that use our capability (§85). */
const ours = ["wire", "wireText", "snoozedUntil"] as const;

/** Whether a client may ask for a property of an Email. */
export function isEmailProperty({ using }: Pick<MethodCall, "using">, name: string): boolean {
  if (emailProperties.some((known) => known === name)) return true;
  if (ours.some((known) => known === name)) return using.has(capabilities.posthorn);
  return findHeaderProperty(name) !== undefined;
}

const ofRow: readonly string[] = [
  ...metadata,
  ...headerNames,
  "preview",
  "hasAttachment",
  "wire",
  "snoozedUntil",
];

/** Whether a property of a stored message is told without its bytes. */
export function isOfRow(name: string): boolean {
  return ofRow.includes(name);
}

/** A stored message. Its bytes are asked for only when a property needs them, and once. */
export interface StoredEmail {
  object: StoredObject;
  /** Milliseconds since 1970. */
  snoozedUntil: number | undefined;
  readBytes(): Promise<Uint8Array>;
  /** The same as a mail. */
  readMail(): Promise<ParsedMail>;
  /** The first bytes of a file of the message, by its place. */
  readFile(place: number, mostBytes: number): Promise<Uint8Array>;
}

/** A stored message with the properties that are asked for. */
export async function emailView(
  email: StoredEmail,
  properties: ReadonlySet<string>,
  body: BodyRequest,
): Promise<JmapObject> {
  const view: Record<string, unknown> = {};
  const deferred: string[] = [];
  const known = knownOf(email.object);
  for (const name of properties) {
    const value = rowProperty(email, known, name);
    if (value === undefined) deferred.push(name);
    else view[name] = value;
  }
  if (deferred.length === 0) return view;
  if (deferred.includes("wireText")) view.wireText = new TextDecoder().decode(await email.readBytes());
  const rest = deferred.filter((name) => name !== "wireText");
  if (rest.length === 0) return view;
  const mail = await email.readMail();
  const source = {
    names: namesIn(email.object),
    readFile: email.readFile,
    turn: turnFor(email.object.sizeBytes),
  };
  return { ...view, ...(await mailView(mail, rest, body, source)) };
}

/** What is made of a larger mail keeps the one thread for some time: others have their turn before each part of it. */
const largeBytes = 1024 * 1024;

function turnFor(sizeBytes: number): Turn {
  return sizeBytes > largeBytes ? openTurns() : () => Promise.resolve();
}

interface PartSource {
  turn: Turn;
  names: PartNames;
  readFile(place: number, mostBytes: number): Promise<Uint8Array>;
}

/** A mail that is no Email of the account: its metadata are null (§4.9). `blobId` names it, and so its parts. */
export async function parsedView(
  mail: ParsedMail,
  { blobId, sizeBytes, blobIdOf }: { blobId: string; sizeBytes: number; blobIdOf: PartNames["blobIdOf"] },
  properties: ReadonlySet<string>,
  body: BodyRequest,
): Promise<JmapObject> {
  const view: Record<string, unknown> = {};
  const rest: string[] = [];
  for (const name of properties) {
    if (name === "blobId") view.blobId = blobId;
    else if (name === "size") view.size = sizeBytes;
    else if (metadata.some((known) => known === name) || ours.some((known) => known === name))
      view[name] = null;
    else rest.push(name);
  }
  const readFile = () => Promise.reject(new Error("a mail that was parsed has all its parts in it"));
  const source = { names: { blobIdOf }, readFile, turn: turnFor(sizeBytes) };
  return { ...view, ...(await mailView(mail, rest, body, source)) };
}

/** What the header of a message is known to say. Left out: its bytes must be asked. */
interface Known {
  header: Partial<Record<(typeof headerNames)[number], unknown>>;
  hasAttachment: boolean;
  wire: () => unknown;
}

function knownOf(object: StoredObject): () => Known {
  let known: Known | undefined;
  return () => {
    known ??= object.format === "rfc5322" ? knownOfMail(object) : knownOfMessage(object);
    return known;
  };
}

function knownOfMail(object: StoredObject): Known {
  const { hasAttachment, ...header } = mailSummaryOf(object);
  return { header: { ...header, subject: object.subject ?? null }, hasAttachment, wire: () => null };
}

function knownOfMessage(object: StoredObject): Known {
  const head = headOf(object);
  const { inReplyTo, references } = repliesOf(head);
  const orNull = <T>(list: readonly T[]) => (list.length === 0 ? null : list);
  return {
    header: {
      messageId: [mailMessageId(head.id, head.from)],
      inReplyTo: orNull(inReplyTo),
      references: orNull(references),
      sender: null,
      from: mailSender(head),
      to: orNull(mailAddresses(head.to)),
      cc: orNull(mailAddresses(head.cc)),
      bcc: orNull(mailAddresses(head.bcc)),
      replyTo: null,
      subject: head.subject ?? null,
      // A header field has no parts of a second.
      sentAt: shortTime(Math.floor(head.sentAt / 1000) * 1000),
    },
    hasAttachment: head.files.length > 0,
    wire: () => ({
      id: head.id,
      type: head.type,
      from: head.from,
      to: head.to,
      cc: head.cc,
      date: formatTime(head.sentAt),
      thread: object.conversation,
      inReplyTo: head.answers ?? null,
      target: head.target ?? null,
      sealed: head.isSealed,
      attachments: head.files,
      size: object.sizeBytes,
    }),
  };
}

/** Undefined for what only the message's bytes tell. */
function rowProperty({ object, snoozedUntil }: StoredEmail, known: () => Known, name: string): unknown {
  switch (name) {
    case "id":
      return formatId("email", object.id);
    case "blobId":
      return formatBlobId({ kind: "mail", objectId: object.id });
    case "threadId":
      return formatThreadId(object.conversation);
    case "mailboxIds":
      return tableOf(object.mailboxes.map((id) => formatId("mailbox", id)));
    case "keywords":
      return tableOf(object.keywords);
    case "size":
      return object.sizeBytes;
    case "receivedAt":
      return shortTime(object.receivedAt);
    case "preview":
      return object.preview ?? "";
    case "hasAttachment":
      return known().hasAttachment;
    case "wire":
      return known().wire();
    case "wireText":
      return object.format === "rfc5322" ? null : undefined;
    case "snoozedUntil":
      return snoozedUntil === undefined ? null : shortTime(snoozedUntil);
    default:
      return isHeaderName(name) ? known().header[name] : undefined;
  }
}

async function mailView(
  mail: ParsedMail,
  properties: readonly string[],
  body: BodyRequest,
  { names, readFile, turn }: PartSource,
): Promise<JmapObject> {
  const view: Record<string, unknown> = {};
  const parts = (list: readonly MailLeaf[]) => list.map((part) => partView(part, body, names));
  for (const name of properties) {
    await turn();
    switch (name) {
      case "headers":
        view.headers = mail.headers;
        break;
      case "bodyStructure":
        view.bodyStructure = structureView(mail.structure, body, names);
        break;
      case "textBody":
      case "htmlBody":
      case "attachments":
        view[name] = parts(mail[name]);
        break;
      case "bodyValues":
        view.bodyValues = await bodyValues(mail, body, readFile, turn);
        break;
      case "hasAttachment":
        view.hasAttachment = mail.hasAttachment;
        break;
      case "preview":
        view.preview = previewOf(mail);
        break;
      default:
        view[name] = headerProperty(mail, name);
    }
  }
  return view;
}

function headerProperty(mail: ParsedMail, name: string): unknown {
  const property = Object.hasOwn(convenienceProperties, name)
    ? convenienceProperties[name]
    : findHeaderProperty(name);
  return property === undefined ? null : readHeader(mail.headers, property);
}

function namesIn({ id: objectId }: StoredObject): PartNames {
  return {
    blobIdOf: ({ partId, content }) =>
      formatBlobId(
        content.kind === "file"
          ? { kind: "file", objectId, place: content.place }
          : { kind: "part", objectId, partId },
      ),
  };
}

function isHeaderName(name: string): name is (typeof headerNames)[number] {
  return headerNames.some((known) => known === name);
}

function tableOf(names: readonly string[]): Record<string, true> {
  return Object.fromEntries(names.map((name): [string, true] => [name, true]));
}

/** As JMAP writes it: without a fraction that is zero (RFC 8620 §1.4). */
export function shortTime(ms: number): string {
  return formatTime(ms).replace(/\.?0+Z$/, "Z");
}
