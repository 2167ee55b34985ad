/** A message as lists show it: the properties of Email (RFC 8621 §4.1) that need no bytes, and ours (§85). */
import { shape } from "@posthorn/protocol";
import { type Static, Type } from "typebox";
import { rowTable } from "../local/table.ts";

const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()]);

/** Names that are true: mailboxes, keywords. */
const Names = Type.Record(Type.String({ pattern: "^.{1,255}$" }), Type.Literal(true), {
  additionalProperties: false,
});
const Person = Type.Object({ name: nullable(Type.String()), email: Type.String() });
const People = nullable(Type.Array(Person));

const EmailSchema = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 255 }),
  blobId: Type.String(),
  threadId: Type.String(),
  mailboxIds: Names,
  keywords: Names,
  size: Type.Number(),
  receivedAt: Type.String(),
  sentAt: nullable(Type.String()),
  from: People,
  to: People,
  cc: People,
  subject: nullable(Type.String()),
  preview: Type.String(),
  hasAttachment: Type.Boolean(),
  /** When it comes back by itself. */
  snoozedUntil: nullable(Type.String()),
  /** What the wire says of it; null of what has not come over ours. */
  wire: nullable(Type.Object({})),
});

export type Email = Static<typeof EmailSchema>;

export const emailShape = shape(EmailSchema);

/** What is asked for of each. */
export const emailProperties: readonly string[] = Object.keys(EmailSchema.properties);

/** As kept here. `pass` is the reading of the whole account in which it was seen last. */
export interface EmailRow extends Email {
  pass: number;
}

function isEmailRow(value: unknown): value is EmailRow {
  return typeof value === "object" && value !== null && "mailboxIds" in value && "pass" in value;
}

const receivedAtMs = ({ receivedAt }: Email) => Date.parse(receivedAt) || 0;

/** What a person sees: as the server has it, with what they have done here and the server does not know yet. */
export const emails = rowTable({
  name: "emails",
  keyOf: ({ id }: EmailRow) => id,
  matches: isEmailRow,
  indexes: {
    byMailbox: {
      keysOf: (row: EmailRow) =>
        Object.keys(row.mailboxIds).map((mailboxId) => [mailboxId, receivedAtMs(row), row.id]),
    },
    byThread: { keysOf: (row: EmailRow) => [[row.threadId, receivedAtMs(row), row.id]] },
    byTime: { keysOf: (row: EmailRow) => [[receivedAtMs(row), row.id]] },
    byPass: { keysOf: ({ pass }: EmailRow) => [[pass]] },
  },
});
