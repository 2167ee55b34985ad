/**
 * What is said in a sealed message (§100.6): the message as it would be in the open, with the key of each file. It is
 * read after its signature was checked, and held against the message that carried it: what a server could have changed
 * there must be as its author has written it here.
 */
import { type Static, Type } from "typebox";
import { AddressSchema, formatAddress } from "../address.ts";
import { HashSchema } from "../hash.ts";
import { limits } from "../limits.ts";
import { FileSizeSchema } from "../number.ts";
import { fail } from "../problem.ts";
import { shape } from "../shape.ts";
import { readJson } from "../strict-json.ts";
import { base64Url } from "../text.ts";
import { UuidSchema } from "../uuid.ts";
import { AttachmentSchema } from "./attachment.ts";
import { attachmentsOf } from "./blobs-of.ts";
import { sealMark } from "./check-message.ts";
import { isMessageType, type Message, messageForms, typeOf, unknownForms } from "./message.ts";
import { TargetSchema } from "./routing.ts";
import { checkSaidRules } from "./rules.ts";

/** A file of a sealed message: `hash` is that of its sealed bytes, `size` its own, `key` opens it (§100.9). Closed. */
export const SaidFileSchema = Type.Object(
  {
    hash: HashSchema,
    size: FileSizeSchema,
    key: base64Url(43, 43),
    filename: AttachmentSchema.properties.filename,
    mimeType: AttachmentSchema.properties.mimeType,
  },
  { additionalProperties: false },
);

export type SaidFile = Static<typeof SaidFileSchema>;

/** The sender's message before this one to the same recipients: who has not got it sees that one is missing. Closed. */
export const FollowsSchema = Type.Object(
  { id: UuidSchema, digest: HashSchema },
  { additionalProperties: false },
);

export type Follows = Static<typeof FollowsSchema>;

export interface Said {
  /** The message as it would be in the open. Its attachments have the sizes of the files themselves, and no chunks. */
  message: Message;
  /** One for each attachment of the message, in its order. */
  files: readonly SaidFile[];
  follows: Follows | undefined;
}

const saidParts = shape(
  Type.Object({
    attachments: Type.Optional(Type.Array(SaidFileSchema, { maxItems: limits.attachments })),
    follows: Type.Optional(FollowsSchema),
  }),
);

const addressShape = shape(AddressSchema);
const targetShape = shape(TargetSchema);
const encoder = new TextEncoder();

/**
 * The bytes of what is said. What `message` has of its attachments is left away for `files`.
 */
export function writeSaid({ message, files, follows }: Said): Uint8Array {
  const value = {
    ...without(message, "attachments"),
    ...(files.length === 0 && !("attachments" in message) ? {} : { attachments: files }),
    ...(follows === undefined ? {} : { follows }),
  };
  return encoder.encode(JSON.stringify(value));
}

/**
 * Reads what is said in `carrier`. Throws ProblemError `badJson` or `invalidMessage` when it is no such message, and
 * `invalidMessage` with the pointer of the first field in which the two differ.
 */
export function readSaid(bytes: Uint8Array, carrier: Message): Said {
  const value = readJson(bytes, { maxBytes: limits.messageBytes });
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    fail("invalidMessage", "What is said is a JSON object.", { pointer: "" });
  }
  const parts = saidParts.parse(value, "invalidMessage");
  const files = parts.attachments ?? [];
  const type = "type" in value ? value.type : "email";
  const forms = typeof type === "string" && isMessageType(type) ? messageForms[type] : unknownForms;
  const attachments =
    parts.attachments === undefined ? {} : { attachments: files.map((file) => without(file, "key")) };
  const message = forms.plain.parse(
    { ...without(value, "attachments", "follows"), ...attachments },
    "invalidMessage",
  );
  const mark = sealMark(value);
  if (mark !== undefined)
    fail("invalidMessage", "What is said is not sealed again.", {
      pointer: `/${mark}`,
    });
  checkSaidRules(message);
  checkAgreement(message, files, carrier);
  return { message, files, follows: parts.follows };
}

function checkAgreement(message: Message, files: readonly SaidFile[], carrier: Message): void {
  if (typeOf(message) !== typeOf(carrier)) disagree("/type");
  for (const field of routingFields) {
    if (fieldText(message, field) !== fieldText(carrier, field)) disagree(`/${field}`);
  }
  const carried = attachmentsOf(carrier);
  if (carried.length !== files.length) disagree("/attachments");
  files.forEach(({ hash }, index) => {
    if (carried[index]?.hash !== hash) disagree(`/attachments/${index}`);
  });
}

function disagree(pointer: string): never {
  return fail("invalidMessage", "The message says another thing outside than inside.", { pointer });
}

/** Where a message goes and what it is about: a server reads these in the open, and could change them there. */
const routingFields = [
  "id",
  "from",
  "organizer",
  "to",
  "cc",
  "date",
  "thread",
  "inReplyTo",
  "target",
  "automatic",
] as const;

function fieldText(message: Message, field: (typeof routingFields)[number]): string {
  return textOf(Reflect.get(message, field));
}

/**
 * One text for whatever means the same: what is left out is as null, as false and as an empty list, and case of ids is
 * none.
 */
function textOf(value: unknown): string {
  if (value === undefined || value === null || value === false) return "";
  if (Array.isArray(value)) return value.map(textOf).join(" ");
  if (addressShape.matches(value)) return formatAddress(value);
  if (targetShape.matches(value)) return `${value.id} ${formatAddress(value.from)}`;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function without(value: object, ...names: readonly string[]): object {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}
