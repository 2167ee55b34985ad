/** What `send` can say of each type of message, and how it becomes a draft. */
import type { Draft } from "@posthorn/client";
import {
  type Attachment,
  DurationSchema,
  formatAddress,
  isType,
  type Message,
  type MessageType,
  ParticipationStatusSchema,
  type PlainCalendarReply,
  shape,
} from "@posthorn/protocol";
import { refuseUsage } from "./failure.ts";
import { findDayOf, findTimeOf } from "./times.ts";
import { findZone } from "./zones.ts";

/** The options of `send` that say what is in the message. */
export interface FieldOptions {
  subject?: string;
  body?: string;
  markdown?: boolean;
  title?: string;
  start?: string;
  duration?: string;
  timeZone?: string;
  allDay?: boolean;
  location?: string;
  uid?: string;
  sequence?: string;
  organizer?: string;
  answer?: string;
  target?: string;
  emoji?: string;
  event?: string;
}

type Field = keyof FieldOptions;

interface Fields {
  needs: readonly Field[];
  takes: readonly Field[];
  files: boolean;
}

/** What each type needs, and what it can have besides. */
const fieldsByType: Readonly<Record<MessageType, Fields>> = {
  email: { needs: [], takes: ["subject", "body", "markdown"], files: true },
  chat_message: { needs: [], takes: ["body"], files: true },
  calendar_invite: {
    needs: ["title", "start"],
    takes: ["body", "duration", "timeZone", "allDay", "location", "uid", "sequence"],
    files: true,
  },
  calendar_reply: { needs: ["answer"], takes: ["body", "organizer", "uid", "sequence"], files: false },
  calendar_cancel: { needs: [], takes: ["body", "title", "start", "uid", "sequence"], files: false },
  file_transfer: { needs: [], takes: ["body"], files: true },
  reaction: { needs: ["target", "emoji"], takes: [], files: false },
  edit: { needs: ["target"], takes: ["subject", "body", "markdown"], files: true },
  recall: { needs: ["target"], takes: [], files: false },
  receipt: { needs: ["target", "event"], takes: [], files: false },
};

/** `timeZone` as it is typed, `--time-zone`. */
function optionOf(field: string): string {
  return `--${field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Throws Failure `usage` when a field of the type is missing, or one is given that the type has not. */
export function checkFields(type: MessageType, options: FieldOptions, fileCount: number): void {
  const { needs, takes, files } = fieldsByType[type];
  const missing = needs.filter((field) => options[field] === undefined);
  if (missing.length > 0) refuseUsage(`${one(type)} needs ${missing.map(optionOf).join(" and ")}.`);
  const known: ReadonlySet<string> = new Set([...needs, ...takes]);
  const strange = Object.keys(options).filter((field) => !known.has(field));
  if (strange.length > 0) refuseUsage(`${one(type)} has no ${strange.map(optionOf).join(" and no ")}.`);
  if (fileCount > 0 && !files) refuseUsage(`${one(type)} has no --attach.`);
  if (fileCount === 0 && type === "file_transfer") refuseUsage("A file_transfer needs --attach.");
}

function one(type: MessageType): string {
  return `${/^[aeiou]/.test(type) ? "An" : "A"} ${type}`;
}

/** What the draft has besides its type and content. */
export interface Routing {
  id?: string;
  date?: string;
  from: string;
  to?: readonly string[];
  cc?: readonly string[];
  inReplyTo?: string;
  thread?: string;
}

/** What the message is about: the one it answers, and the one it changes or reacts to. */
export interface About {
  answered: Message | undefined;
  target: { id: string; from: string; type: string } | undefined;
}

/** The draft of checked options. Throws Failure `usage` when a field cannot be read or cannot be found. */
export function draftOf(
  type: MessageType,
  options: FieldOptions,
  routing: Routing,
  { answered, target }: About,
  attachments: Attachment[],
  nowMs: number,
): Draft {
  const { subject, body = "", emoji = "", event = "" } = options;
  const files = attachments.length === 0 ? {} : { attachments };
  const letter = {
    ...(subject === undefined ? {} : { subject }),
    ...(options.markdown === true ? { bodyType: "text/markdown" as const } : {}),
    ...files,
  };
  const about = target ?? { id: "", from: "", type: "email" };
  switch (type) {
    case "email":
      return { ...routing, ...letter, body };
    case "chat_message":
      return { ...routing, type, text: body, ...files };
    case "file_transfer":
      return { ...routing, type, attachments, ...(body === "" ? {} : { text: body }) };
    case "calendar_invite":
      return { ...routing, type, ...inviteOf(options, nowMs), ...files };
    case "calendar_reply":
      return { ...routing, type, ...replyOf(options, answered) };
    case "calendar_cancel":
      return { ...routing, type, ...cancelOf(options, answered, nowMs) };
    case "reaction":
      return { ...routing, type, target: { id: about.id, from: about.from }, emoji };
    case "edit":
      return { ...routing, type, target: about.id, ...letter, ...editedText(options.body, about.type) };
    case "recall":
      return { ...routing, type, target: about.id };
    case "receipt":
      return { ...routing, type, target: { id: about.id, from: about.from }, event };
  }
}

/** An edit changes the field that the type of its target has. */
function editedText(body: string | undefined, type: string): { body?: string; text?: string } {
  if (body === undefined) return {};
  return type === "chat_message" || type === "file_transfer" ? { text: body } : { body };
}

function inviteOf(options: FieldOptions, nowMs: number) {
  const { title = "", start = "", body, allDay, location } = options;
  const duration = options.duration === undefined ? undefined : readDuration(options.duration);
  const timeZone = options.timeZone === undefined ? undefined : readZone(options.timeZone);
  return {
    title,
    startTime: allDay === true ? readDay(start, timeZone) : readTime("start", start, nowMs, timeZone),
    ...(body === undefined ? {} : { description: body }),
    ...(duration === undefined ? {} : { duration }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(allDay === true ? { showWithoutTime: true } : {}),
    ...(location === undefined ? {} : { locations: { "1": { name: location } } }),
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...sequenceOf(options),
  };
}

function replyOf(options: FieldOptions, answered: Message | undefined) {
  const event = eventIn(answered);
  return {
    organizer: options.organizer ?? event.organizer ?? refuseUsage("Whose event is it?", whichEvent),
    uid: options.uid ?? event.uid ?? refuseUsage("Which event is it?", whichEvent),
    participationStatus: readAnswer(options.answer ?? ""),
    ...(options.body === undefined ? {} : { comment: options.body }),
    ...(event.sequence === undefined ? {} : { sequence: event.sequence }),
    ...sequenceOf(options),
  };
}

function cancelOf(options: FieldOptions, answered: Message | undefined, nowMs: number) {
  const event = eventIn(answered);
  const { title = event.title, start, body } = options;
  const startTime = start === undefined ? event.startTime : readTime("start", start, nowMs);
  return {
    uid: options.uid ?? event.uid ?? refuseUsage("Which event is it?", whichEvent),
    ...(title === undefined ? {} : { title }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(body === undefined ? {} : { comment: body }),
    ...(event.sequence === undefined ? {} : { sequence: event.sequence + 1 }),
    ...sequenceOf(options),
  };
}

const whichEvent = "Name its invitation with --reply-to ID, or give --uid (and --organizer for a reply).";

interface KnownEvent {
  organizer?: string;
  uid?: string;
  title?: string;
  startTime?: string;
  sequence?: number;
}

/** What the invitation that is answered says of its event; an invitation without `uid` goes by its own id (§20.9). */
function eventIn(answered: Message | undefined): KnownEvent {
  if (answered === undefined || !isType(answered, "calendar_invite") || "seal" in answered) return {};
  const { organizer, uid = answered.id, title, startTime, sequence } = answered;
  return {
    organizer: formatAddress(organizer),
    uid: uid ?? answered.id,
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof startTime === "string" ? { startTime } : {}),
    ...(typeof sequence === "number" ? { sequence } : {}),
  };
}

function sequenceOf({ sequence }: FieldOptions): { sequence?: number } {
  if (sequence === undefined) return {};
  if (/^\d{1,7}$/.test(sequence)) return { sequence: Number(sequence) };
  return refuseUsage(`“${sequence}” is not a whole number, as --sequence is.`);
}

function readZone(name: string): string {
  return (
    findZone(name) ??
    refuseUsage(`“${name}” is not a time zone that this machine knows.`, "Write it as Europe/Berlin.")
  );
}

const durationShape = shape(DurationSchema);

/** `1h` and the like, or as the wire has it, `PT1H30M` (RFC 8984 §1.4.6). */
function readDuration(text: string): string {
  if (durationShape.matches(text)) return text;
  const [, count = "", unit = ""] = /^(\d{1,4})([smhdw])$/.exec(text) ?? [];
  const letter = unit.toUpperCase();
  const duration = unit === "w" || unit === "d" ? `P${count}${letter}` : `PT${count}${letter}`;
  if (durationShape.matches(duration)) return duration;
  return refuseUsage(`“${text}” is no duration.`, "Write it as 45m, 2h or 3d, or as PT1H30M.");
}

/** Where the event is for the day and no zone is named, it is the same day everywhere (§20.9). */
function readDay(text: string, zone = "UTC"): string {
  return (
    findDayOf(text, zone) ??
    refuseUsage(`“${text}” is not a day, as --start is with --all-day.`, "Write it as --start 2026-12-01.")
  );
}

function readTime(field: string, text: string, nowMs: number, zone?: string): string {
  const time = findTimeOf(text, nowMs, zone);
  return (
    time ??
    refuseUsage(`“${text}” cannot be read as a time.`, `Write it as ${optionOf(field)} "2026-12-01 09:00".`)
  );
}

function readAnswer(text: string): PlainCalendarReply["participationStatus"] {
  const answers = shape(ParticipationStatusSchema);
  if (answers.matches(text)) return text;
  return refuseUsage(`“${text}” is no answer.`, "It is accepted, declined, tentative or delegated.");
}
