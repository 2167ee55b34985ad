/** A message as lists show it, kept here. */
import { type MessageMeta, MessageMetaSchema, shape } from "@posthorn/protocol";
import { rowTable } from "../local/table.ts";

export const emailShape = shape(MessageMetaSchema);

/** As kept here. `pass` is the reading of the whole account in which it was seen last. */
export interface EmailRow extends MessageMeta {
  pass: number;
}

function isEmailRow(value: unknown): value is EmailRow {
  return typeof value === "object" && value !== null && "mailboxIds" in value && "pass" in value;
}

export const receivedAtMs = ({ receivedAt }: Pick<MessageMeta, "receivedAt">) => Date.parse(receivedAt) || 0;

/** Types that change what another message says, or whether it is shown (§20.14). */
export const changingTypes: ReadonlySet<string> = new Set(["edit", "recall"]);

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
    /** By the id that its author gave it. */
    byWireId: { keysOf: ({ wire, id }: EmailRow) => (wire === null ? [] : [[wire.id, id]]) },
    /** Edits and recalls by the message that they are about. */
    byTarget: {
      keysOf: ({ wire, id }: EmailRow) =>
        wire === null || wire.target === null || !changingTypes.has(wire.type) ? [] : [[wire.target, id]],
    },
  },
});
