/**
 * What is mirrored of an account, and how each type of it is filled: `get` all in one answer · `query` newest first, page
 * after page · `changes` from nothing on. All of them follow by /changes afterwards (RFC 8620 §5.2).
 */
import {
  EmailSubmissionSchema,
  listedProperties,
  MailIdentitySchema,
  mailboxProperties,
  RecordSchema,
  shape,
} from "@posthorn/protocol";
import type { LocalReader, LocalWriter } from "../local/local-store.ts";
import { type AnyTable, type RowTable, rowTable } from "../local/table.ts";
import { emailShape, emails } from "./email.ts";
import { emailLayers, type Layers, layerTables, mailboxLayers, putFromServer } from "./layers.ts";
import { mailboxShape } from "./mailbox.ts";
import { type EditedCollection, recordTables } from "./own-edits.ts";

export interface Mirror {
  /** Names it among the mirrors. */
  readonly key: string;
  /** JMAP's name. */
  readonly type: string;
  /** Further arguments of all its methods. */
  readonly more: object;
  readonly properties: readonly string[];
  readonly fill: "get" | "query" | "changes";
  /** Changes that one answer may have. */
  readonly maxChanges: number;
  /** Arguments of the /query that goes through all of them. */
  readonly order?: object;
  /** Arguments of the /query for what is wanted first of all. */
  readonly first?: { filter: object; sort: readonly object[]; limit: number };
  readonly tables: readonly AnyTable[];
  /** What the server has now, as it came. Throws ProblemError when that is of another shape. */
  put(
    writer: LocalWriter,
    answered: { list: readonly unknown[]; gone: readonly string[]; pass: number },
  ): Promise<void>;
  /** The ids of what was seen last before this reading of the whole, or of all there is where that is not noted. */
  olderThan(reader: LocalReader, pass: number): Promise<string[]>;
}

const emailMirror: Mirror = {
  key: "Email",
  type: "Email",
  more: {},
  properties: listedProperties,
  fill: "query",
  maxChanges: 500,
  order: { sort: [{ property: "receivedAt", isAscending: false }] },
  // The inbox of every account here has this id; of another server's nothing is lost but a little time.
  first: { filter: { inMailbox: "f1" }, sort: [{ property: "receivedAt", isAscending: false }], limit: 50 },
  tables: layerTables,
  put: (writer, { list, gone, pass }) => {
    const rows = list.map((value) => ({ ...emailShape.parse(value), pass }));
    return putFromServer(writer, emailLayers, rows, gone);
  },
  olderThan: (reader, pass) => reader.keys(emails, { by: "byPass", before: [pass] }),
};

const mailboxMirror: Mirror = {
  key: "Mailbox",
  type: "Mailbox",
  more: {},
  properties: mailboxProperties,
  fill: "get",
  maxChanges: 500,
  tables: layerTables,
  put: (writer, { list, gone }) =>
    putFromServer(
      writer,
      mailboxLayers,
      list.map((value) => mailboxShape.parse(value)),
      gone,
    ),
  olderThan: (reader) => knownToServer(reader, mailboxLayers),
};

/** Those that were made here, and that the server does not know yet, are not among them. */
async function knownToServer<Row extends { id: string }>(
  reader: LocalReader,
  { views, bases }: Layers<Row>,
): Promise<string[]> {
  const kept = await reader.list(bases);
  const madeHere = new Set(kept.filter(({ row }) => row === null).map(({ id }) => id));
  const all = new Set([...(await reader.keys(views)), ...kept.map(({ id }) => id)]);
  return [...all].filter((id) => !madeHere.has(id));
}

const submissionShape = shape(EmailSubmissionSchema);
const identityShape = shape(MailIdentitySchema);
const recordShape = shape(RecordSchema);

/** With the reading of the whole in which it was seen last. */
interface Passed {
  pass: number;
}

/** A table of what is changed at the server alone. */
function tableOf<Row extends { id: string }>(
  name: string,
  { matches }: { matches: (value: unknown) => value is Row },
): RowTable<Row & Passed, "byPass"> {
  return rowTable({
    name,
    keyOf: ({ id }: Row & Passed) => id,
    matches: (value): value is Row & Passed => matches(value) && "pass" in value,
    indexes: { byPass: { keysOf: ({ pass }: Row & Passed) => [[pass]] } },
  });
}

export const submissions = tableOf("submissions", submissionShape);
export const identities = tableOf("identities", identityShape);

function mirrorOf<Row extends { id: string }>(
  table: RowTable<Row & Passed, "byPass">,
  { parse }: { parse: (value: unknown) => Row },
  how: Omit<Mirror, "tables" | "put" | "olderThan">,
): Mirror {
  return {
    ...how,
    tables: [table],
    async put(writer, { list, gone, pass }) {
      await writer.put(
        table,
        list.map((value) => ({ ...parse(value), pass })),
      );
      await writer.remove(table, gone);
    },
    olderThan: (reader, pass) => reader.keys(table, { by: "byPass", before: [pass] }),
  };
}

/** Names the mirror of a collection. */
export function recordsKey(collection: EditedCollection): string {
  return `Record ${collection}`;
}

function recordMirror(collection: EditedCollection): Mirror {
  return mirrorOf(recordTables[collection], recordShape, {
    key: recordsKey(collection),
    type: "Record",
    more: { collection },
    properties: ["id", "revision", "sealed"],
    fill: "changes",
    // A record may have 176 KiB, and an answer 6 MiB of them.
    maxChanges: 20,
  });
}

/** All that is mirrored. */
export const mirrors: readonly Mirror[] = [
  mailboxMirror,
  emailMirror,
  mirrorOf(identities, identityShape, {
    key: "Identity",
    type: "Identity",
    more: {},
    properties: Object.keys(MailIdentitySchema.properties),
    fill: "get",
    maxChanges: 500,
  }),
  mirrorOf(submissions, submissionShape, {
    key: "EmailSubmission",
    type: "EmailSubmission",
    more: {},
    properties: Object.keys(EmailSubmissionSchema.properties),
    fill: "query",
    maxChanges: 500,
    order: { sort: [{ property: "sentAt", isAscending: false }] },
  }),
  recordMirror("drafts"),
  recordMirror("settings"),
];
