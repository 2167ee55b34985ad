/**
 * Two layers: what the server has, and over it what a person has done here that the server does not know yet. What is
 * seen is always the second made of the first: the changes that wait, one after another, over what the server has. Only
 * of objects that such changes touch is the server's kept apart; of all others both are the same.
 */

import type { Mailbox } from "@posthorn/protocol";
import type { LocalReader, LocalWriter } from "../local/local-store.ts";
import { type AnyTable, type RowTable, rowTable } from "../local/table.ts";
import { applyToEmail, applyToMailbox } from "./apply-change.ts";
import { type Action, actions } from "./change.ts";
import { type EmailRow, emails } from "./email.ts";
import { mailboxes } from "./mailbox.ts";

/** An object as the server has it; null when it has none. */
interface Base<Row> {
  id: string;
  row: Row | null;
}

/** The two layers of one type of object. */
export interface Layers<Row extends { id: string }> {
  readonly views: RowTable<Row, string>;
  readonly bases: RowTable<Base<Row>>;
  readonly apply: (action: Action, id: string, row: Row | undefined) => Row | undefined;
}

/** A change that waits is lost with what it was done to, so this is carried over with it. */
function basesOf<Row extends { id: string }>(
  name: string,
  { matches }: RowTable<Row, string>,
): RowTable<Base<Row>> {
  return rowTable({
    name,
    keyOf: ({ id }: Base<Row>) => id,
    matches: (value): value is Base<Row> =>
      typeof value === "object" &&
      value !== null &&
      "row" in value &&
      (value.row === null || matches(value.row)),
    indexes: {},
  });
}

export const emailLayers: Layers<EmailRow> = {
  views: emails,
  bases: basesOf("emailBases", emails),
  apply: ({ change }, _, row) => (change.on === "emails" ? applyToEmail(change.change, row) : row),
};

export const mailboxLayers: Layers<Mailbox> = {
  views: mailboxes,
  bases: basesOf("mailboxBases", mailboxes),
  apply: ({ change }, id, row) => (change.on === "mailbox" ? applyToMailbox(id, change.change, row) : row),
};

/** All tables that what is below reads and writes. */
export const layerTables: readonly AnyTable[] = [
  actions,
  emailLayers.views,
  emailLayers.bases,
  mailboxLayers.views,
  mailboxLayers.bases,
];

/** What the server has now: `rows` are there, `gone` are not. What waits here is laid over it. */
export async function putFromServer<Row extends { id: string }>(
  writer: LocalWriter,
  layers: Layers<Row>,
  rows: readonly Row[],
  gone: readonly string[],
): Promise<void> {
  const touched = (await writer.count(actions, { limit: 1 })) > 0;
  const later = new Map<string, Row | undefined>();
  if (touched) {
    const found = [
      ...rows.map((row) => [row.id, row] as const),
      ...gone.map((id) => [id, undefined] as const),
    ];
    for (const [id, row] of found) if (await isTouched(writer, id)) later.set(id, row);
  }
  await writer.put(
    layers.views,
    rows.filter(({ id }) => !later.has(id)),
  );
  await writer.remove(
    layers.views,
    gone.filter((id) => !later.has(id)),
  );
  for (const [id, row] of later) {
    await writer.put(layers.bases, [{ id, row: row ?? null }]);
    await layAnew(writer, layers, id);
  }
}

async function isTouched(reader: LocalReader, id: string): Promise<boolean> {
  return (await reader.count(actions, { by: "byObject", prefix: [id], limit: 1 })) > 0;
}

/**
 * Lays a new change over an object, as the last. Gives what is seen of it before and after.
 */
export async function layOver<Row extends { id: string }>(
  writer: LocalWriter,
  layers: Layers<Row>,
  action: Action,
  id: string,
): Promise<{ before: Row | undefined; after: Row | undefined }> {
  const { views, bases, apply } = layers;
  const before = await writer.get(views, id);
  if ((await writer.get(bases, id)) === undefined) await writer.put(bases, [{ id, row: before ?? null }]);
  const after = apply(action, id, before);
  await show(writer, views, id, after);
  return { before, after };
}

/** Makes what is seen of an object anew, when a change has come to rest or the server has another of it. */
export async function layAnew<Row extends { id: string }>(
  writer: LocalWriter,
  layers: Layers<Row>,
  id: string,
): Promise<void> {
  const base = await writer.get(layers.bases, id);
  if (base === undefined) return;
  const waiting = await writer.list(actions, { by: "byObject", prefix: [id] });
  let row = base.row ?? undefined;
  for (const action of waiting) row = layers.apply(action, id, row);
  await show(writer, layers.views, id, row);
  if (waiting.length === 0) await writer.remove(layers.bases, [id]);
}

async function show<Row extends { id: string }>(
  writer: LocalWriter,
  views: RowTable<Row, string>,
  id: string,
  row: Row | undefined,
): Promise<void> {
  if (row === undefined) await writer.remove(views, [id]);
  else await writer.put(views, [row]);
}
