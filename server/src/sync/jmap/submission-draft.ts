/** What goes out of a stored message: a mail becomes the messages of the wire that say the same, another is one already. */
import {
  type Address,
  accountName,
  findAddress,
  formatAddress,
  type Message,
  ProblemError,
  readMessage,
  recipientsOf,
  type SealedAttachment,
  shape,
  UuidSchema,
  uuidV7,
} from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import type { Clock, Random } from "../../env/env.ts";
import { dateToSend } from "../../objects/date-to-send.ts";
import { parseAddresses } from "../../rfc5322/addresses.ts";
import { findInstant } from "../../rfc5322/dates.ts";
import type { ParsedMail } from "../../rfc5322/mail.ts";
import { messageOfMail } from "../../rfc5322/message-of-mail.ts";
import { parseMail } from "../../rfc5322/parse-mail.ts";
import type { StoredObject } from "../../store/object-store.ts";
import { closed, nullable } from "./arguments.ts";
import { type JmapCaller, refuseObject, SetFailure } from "./method.ts";
import { headOf } from "./stored-mail.ts";

export interface DraftContext {
  host: string;
  clock: Clock;
  random: Random;
  /** Keeps a file of a mail for the account, as what names it in a message. */
  keepUpload(accountId: number, bytes: Uint8Array): Promise<SealedAttachment>;
}

const Mailbox = Type.Object(
  {
    email: Type.String({ maxLength: 1_000 }),
    parameters: nullable(Type.Record(Type.String({ maxLength: 100 }), nullableText())),
  },
  closed,
);

function nullableText() {
  return Type.Union([Type.String({ maxLength: 1_000 }), Type.Null()]);
}

export const EnvelopeSchema = Type.Object(
  { mailFrom: Mailbox, rcptTo: Type.Array(Mailbox, { maxItems: 2_000 }) },
  closed,
);

type Envelope = Static<typeof EnvelopeSchema>;

interface Written {
  message: Message;
  bytes: Uint8Array;
}

export interface Outgoing {
  written: Written;
  beside: readonly (Written & { to: Address })[];
}

/** Until when an envelope wants the message held (RFC 4865), in milliseconds since 1970. Throws SetFailure. */
export function holdOf(envelope: Envelope | undefined, now: number): number | undefined {
  for (const { parameters } of envelope?.rcptTo ?? []) {
    if (Object.keys(parameters ?? {}).length > 0) refuseEnvelope("Recipients have no parameters here.");
  }
  const given = Object.entries(envelope?.mailFrom.parameters ?? {});
  const [first, ...others] = given.map(([name, value]): [string, string] => [
    name.toUpperCase(),
    value ?? "",
  ]);
  if (first === undefined) return undefined;
  const [name, value] = first;
  if (others.length > 0 || (name !== "HOLDFOR" && name !== "HOLDUNTIL")) {
    refuseEnvelope("“mailFrom” can have one parameter, HOLDFOR or HOLDUNTIL.");
  }
  const until = name === "HOLDFOR" ? now + secondsOf(value) * 1_000 : findInstant(value);
  if (until === undefined || Number.isNaN(until)) {
    refuseEnvelope("HOLDFOR is a number of seconds, HOLDUNTIL a time such as 2027-01-15T08:00:00Z.");
  }
  if (until > now + furthestMs) refuseEnvelope("A message can be held for a year at most.");
  return until > now ? until : undefined;
}

const wireId = shape(UuidSchema);
const furthestMs = 365 * 24 * 3_600_000;

function secondsOf(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

function refuseEnvelope(sentence: string): never {
  return refuseObject("invalidProperties", sentence, { properties: ["envelope"] });
}

/**
 * The messages that a stored one is sent as. Throws SetFailure with the errors of RFC 8621 §7.5 for what cannot be sent.
 */
export async function outgoingOf(
  ctx: DraftContext,
  caller: JmapCaller,
  object: StoredObject,
  bytes: Uint8Array,
  { envelope, sendAt }: { envelope: Envelope | undefined; sendAt: number },
): Promise<Outgoing> {
  refuseForeignEnvelope(ctx, caller, envelope);
  const recipients = envelope?.rcptTo.map(({ email }) => email);
  return object.format === "rfc5322"
    ? ofMail(ctx, caller, object, parseMail(bytes), { recipients, sendAt })
    : ofMessage(ctx, caller, object, bytes, recipients);
}

async function ofMail(
  ctx: DraftContext,
  caller: JmapCaller,
  object: StoredObject,
  mail: ParsedMail,
  { recipients, sendAt }: { recipients: readonly string[] | undefined; sendAt: number },
): Promise<Outgoing> {
  const outgoing = {
    ...senderOf(ctx, caller, mail),
    // A mail that brought its own Message-ID has none that a message of the wire can have.
    id: wireId.matches(object.messageId) ? object.messageId : newId(ctx),
    newId: () => newId(ctx),
    date: dateToSend(object.sentAt, sendAt),
    thread: object.conversation,
    recipients,
  };
  const outcome = await messageOfMail(mail, outgoing, (file) => ctx.keepUpload(caller.accountId, file));
  if (!outcome.ok) throw new SetFailure({ ...outcome.reason });
  const beside = outcome.bccMessages.map((message) => ({ ...written(message), to: firstTo(message) }));
  return { written: written(outcome.message), beside };
}

/** A message that was taken back before it was sent: it is one of the wire already, and stays as it is. */
function ofMessage(
  ctx: DraftContext,
  caller: JmapCaller,
  object: StoredObject,
  bytes: Uint8Array,
  recipients: readonly string[] | undefined,
): Outgoing {
  const head = headOf(object);
  if (!isOwn(ctx, caller, head.from)) refuseFrom(ctx, caller, formatAddress(head.from));
  const message = readStored(bytes);
  if (message === undefined) {
    return refuseObject("forbiddenToSend", "This server cannot read the message, so it cannot send it.");
  }
  const named = recipientsOf(message).map(formatAddress);
  const all = new Set([...named, ...head.bcc.map(formatAddress)]);
  const asked = new Set(recipients?.map((text) => text.toLowerCase()) ?? all);
  if (asked.size !== all.size || [...asked].some((one) => !all.has(one))) {
    refuseEnvelope("This message was written for the recipients it had. Write it anew for others.");
  }
  const beside = head.bcc.map((to) => {
    const { cc: _, ...rest } = message;
    return { ...written({ ...rest, to: [to], id: newId(ctx) }), to };
  });
  return { written: { message, bytes }, beside };
}

function readStored(bytes: Uint8Array): Message | undefined {
  try {
    return readMessage(bytes);
  } catch (error) {
    if (error instanceof ProblemError) return undefined;
    throw error;
  }
}

function written(message: Message): Written {
  return { message, bytes: new TextEncoder().encode(JSON.stringify(message)) };
}

function firstTo({ to }: Message): Address {
  const [address] = to ?? [];
  if (address === undefined) throw new Error("a message to nobody");
  return address;
}

function newId({ clock, random }: DraftContext): string {
  return uuidV7(clock.now(), random.bytes(16));
}

/** Whom a mail is from. Throws SetFailure `invalidEmail`, `forbiddenFrom`. */
function senderOf(
  ctx: DraftContext,
  caller: JmapCaller,
  { headers }: ParsedMail,
): { from: Address; fromName: string | undefined } {
  const all = headers
    .filter(({ name }) => name.toLowerCase() === "from")
    .flatMap(({ value }) => parseAddresses(value));
  const [only, ...others] = all;
  if (only === undefined || others.length > 0) {
    return refuseObject("invalidEmail", "A mail that is sent is from one address.", { properties: ["from"] });
  }
  const address = findAddress(only.email);
  if (address === undefined || !isOwn(ctx, caller, address)) return refuseFrom(ctx, caller, only.email);
  return { from: address, fromName: only.name ?? undefined };
}

function refuseFrom(ctx: DraftContext, caller: JmapCaller, email: string): never {
  return refuseObject(
    "forbiddenFrom",
    `You are signed in as ${caller.accountName}@${ctx.host} and cannot send as ${email.slice(0, 300)}.`,
  );
}

function refuseForeignEnvelope(ctx: DraftContext, caller: JmapCaller, envelope: Envelope | undefined): void {
  if (envelope === undefined) return;
  const address = findAddress(envelope.mailFrom.email);
  if (address !== undefined && isOwn(ctx, caller, address)) return;
  refuseObject(
    "forbiddenMailFrom",
    `You are signed in as ${caller.accountName}@${ctx.host}, and mail leaves from that address.`,
  );
}

function isOwn({ host }: DraftContext, caller: JmapCaller, address: Address): boolean {
  return address.host === host && accountName(address.id) === caller.accountName;
}
