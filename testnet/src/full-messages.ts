/** A message of every type, in the open and sealed, with every field that its schema knows. */
import { type Address, AnyMessageSchema, limits } from "@posthorn/protocol";

export interface FullMessage {
  /** Such as “chat_message, sealed”. */
  name: string;
  schema: object;
  message: Record<string, unknown>;
}

export interface Routing {
  id: string;
  date: string;
  from: Address;
  to: Address;
}

const someId = "0192f0c1-7b5e-7c3a-9d42-3f1b8a6c2e10";
const someHash = "ab".repeat(32);
const localTime = "2025-03-15T10:00:00";
/** The least that has chunks. */
const file = { hash: someHash, size: limits.blobBytes + 1, chunks: ["cd".repeat(32), "ef".repeat(32)] };
const attachments = [{ ...file, filename: "plan.pdf", mimeType: "application/pdf" }];
const rule = {
  frequency: "monthly",
  interval: 2,
  firstDayOfWeek: "mo",
  byDay: [{ day: "fr", nthOfPeriod: -1 }],
  byMonthDay: [13],
  byMonth: ["3"],
  byYearDay: [100],
  byWeekNo: [20],
  byHour: [9],
  byMinute: [30],
  bySecond: [0],
  bySetPosition: [1],
  count: 10,
  until: localTime,
};
const fromName = "Alice Arden";
const text = { subject: "The plan", body: "Here it is.", bodyType: "text/plain", attachments };

/** The content of each type; an unknown one has whatever it likes, and files. */
function contentOf(type: string, { from, to }: Routing): Record<string, unknown> {
  switch (type) {
    case "email":
      return { fromName, ...text, automatic: true };
    case "chat_message":
      return { fromName, text: "Hello", attachments };
    case "calendar_invite":
      return { fromName, organizer: from, ...event, attachments };
    case "calendar_reply":
      return { fromName, organizer: to, uid: "u", participationStatus: "accepted", ...occurrence };
    case "calendar_cancel":
      return {
        fromName,
        organizer: from,
        uid: "u",
        title: "Lunch",
        startTime: "2025-03-15T10:00:00Z",
        ...occurrence,
      };
    case "file_transfer":
      return { fromName, text: "Look", attachments };
    case "reaction":
      return { target: { id: someId, from: to }, emoji: "👍" };
    case "edit":
      return { target: someId, ...text, text: "Hello again" };
    case "recall":
      return { target: someId };
    case "receipt":
      return { target: { id: someId, from: to }, event: "read" };
    default:
      return { attachments };
  }
}

const occurrence = { sequence: 1, recurrenceId: localTime, comment: "See you" };
const event = {
  title: "Lunch",
  startTime: "2025-03-15T10:00:00Z",
  uid: "u",
  sequence: 1,
  duration: "PT1H",
  timeZone: "Europe/Berlin",
  showWithoutTime: false,
  description: "Bring bread.",
  locations: { one: { name: "Hall", description: "Upstairs" } },
  virtualLocations: { one: { name: "Room", uri: "https://a.example/room" } },
  recurrenceRules: [rule],
  excludedRecurrenceRules: [rule],
  recurrenceOverrides: {
    [localTime]: { excluded: false, title: "Late", start: localTime, duration: "PT2H", description: "Later" },
  },
  status: "confirmed",
  freeBusyStatus: "busy",
  privacy: "private",
  priority: 5,
  participants: {
    one: { name: "Bob", address: "bob@b.example", participationStatus: "needs-action", expectReply: true },
  },
  alerts: { one: { offset: "-PT15M", when: "2025-03-15T09:00:00Z" } },
};

/** One for each branch of the schema of all messages, so that a new type asks to be added here. */
export function fullMessages(routing: Routing): FullMessage[] {
  return AnyMessageSchema.anyOf.map((schema) => {
    const { properties } = schema;
    const isSealed = "seal" in properties;
    const type = typeIn(properties.type);
    const { id, date, from, to } = routing;
    const head = { id, to: [to], cc: [to], date, inReplyTo: someId, thread: someId, type, from };
    const content = contentOf(type, routing);
    const message = isSealed
      ? { ...head, ...hide(content, properties), ...seal(to) }
      : { ...head, ...content };
    return { name: isSealed ? `${type}, sealed` : type, schema, message };
  });
}

function typeIn(schema: object): string {
  return "const" in schema ? String(schema.const) : "newsletter";
}

/** Content that a server must not see is null, and the rest stays, attachments without their names. */
function hide(content: Record<string, unknown>, properties: object): Record<string, unknown> {
  const shown = new Set(["organizer", "target", "automatic"]);
  const hidden = Object.keys(properties).filter((name) => name in content && !shown.has(name));
  return { ...content, ...Object.fromEntries(hidden.map((name) => [name, null])), attachments: [file] };
}

function seal(to: Address): Record<string, unknown> {
  const address = `${to.id}@${to.host}`;
  return {
    encryptedBody: "AAAA",
    encryptionAlgorithm: "AES-256-GCM",
    seal: {
      suite: "posthorn-seal-1",
      commit: "A".repeat(43),
      fromKeyId: "k1",
      recipients: [{ address, keyId: "k1", enc: "AAAA", wrap: "AAAA" }],
    },
  };
}
