/** What messages say, as it was opened and is kept on the device; what is not there yet is asked for in portions. */
import { MailBodiesSchema, ProblemError, shape, WireTextsSchema } from "@posthorn/protocol";
import { callMethod, JmapRefusal } from "../jmap.ts";
import { type Opened, openBytes } from "../open.ts";
import { portionsOf } from "../portions.ts";
import type { EmailRow } from "../sync/email.ts";
import type { Mail } from "../sync/mail-context.ts";
import { isTextOf, type KeptText, keepTexts, readTexts } from "../sync/opened-texts.ts";

/**
 * As many as one answer can hold, however long their texts are; and a server reads no more mail for one answer than this
 * many bytes, and a single message whatever its size.
 */
const inAnAnswer = { most: 50, largest: 16 * 1024 * 1024 };
const openedAtOnce = 8;
const mostTextBytes = 256 * 1024;

const encoder = new TextEncoder();
const wireTextsShape = shape(WireTextsSchema);
const bodiesShape = shape(MailBodiesSchema);

/**
 * These messages as they are kept here, by their ids. With a signal those that are not are asked for, opened and kept;
 * what cannot be opened, or is gone, is not among them. Throws what a call throws.
 */
export async function readKept(
  mail: Mail,
  rows: readonly EmailRow[],
  signal: AbortSignal | undefined,
): Promise<Map<string, KeptText>> {
  const found = await readTexts(mail, rows);
  if (signal === undefined) return found;
  const lacking = rows.filter(({ id }) => !found.has(id));
  for (const portion of portionsOf(lacking, { ...inAnAnswer, sizeOf: ({ size }) => size })) {
    signal.throwIfAborted();
    for (const [id, kept] of await fetchPortion(mail, portion, signal)) found.set(id, kept);
  }
  return found;
}

async function fetchPortion(
  mail: Mail,
  rows: readonly EmailRow[],
  signal: AbortSignal,
): Promise<[string, KeptText][]> {
  const standard = rows.filter(({ wire }) => wire === null);
  const fetched = [
    ...(await openWire(
      mail,
      rows.filter(({ wire }) => wire !== null),
      signal,
    )),
    ...(await fetchStandard(mail, standard, signal)),
  ];
  await keepTexts(mail, fetched);
  return fetched;
}

/** Messages of Posthorn, opened a few at a time. */
async function openWire(
  { session }: Mail,
  rows: readonly EmailRow[],
  signal: AbortSignal,
): Promise<[string, KeptText][]> {
  if (rows.length === 0) return [];
  const call = { method: "Email/get", arguments: { ids: idsOf(rows), properties: ["wireText"] } };
  const { list } = await callMethod(session, call, wireTextsShape, { signal, idempotent: true });
  const rowOf = rowsById(rows);
  const opened: [string, KeptText][] = [];
  for (const some of portionsOf(list, { most: openedAtOnce })) {
    const opening = some.map(async ({ id, wireText }): Promise<[string, KeptText][]> => {
      const row = rowOf.get(id);
      if (typeof wireText !== "string" || row === undefined) return [];
      const one = await openUnless(() => openBytes(session, encoder.encode(wireText)));
      return one !== undefined && isTextOf(one, row) ? [[id, one]] : [];
    });
    await Promise.allSettled(opening);
    opened.push(...(await Promise.all(opening)).flat());
  }
  return opened;
}

async function fetchStandard(
  { session }: Mail,
  rows: readonly EmailRow[],
  signal: AbortSignal,
): Promise<[string, KeptText][]> {
  if (rows.length === 0) return [];
  const given = {
    ids: idsOf(rows),
    properties: ["textBody", "bodyValues", "attachments"],
    fetchTextBodyValues: true,
    maxBodyValueBytes: mostTextBytes,
  };
  const call = { method: "Email/get", arguments: given };
  const { list } = await callMethod(session, call, bodiesShape, { signal, idempotent: true });
  const rowOf = rowsById(rows);
  return list.flatMap(({ id, textBody, bodyValues, attachments }): [string, KeptText][] => {
    const row = rowOf.get(id);
    if (row === undefined) return [];
    const { receivedAt, size } = row;
    const texts = textBody.map(({ partId, type }) => {
      const text = bodyValues[partId ?? ""]?.value ?? "";
      return type === "text/html" ? withoutTags(text) : text;
    });
    const filenames = attachments.flatMap(({ name }) => name ?? []);
    return [[id, { kind: "standard", receivedAt, size, text: texts.join("\n"), filenames }]];
  });
}

function rowsById(rows: readonly EmailRow[]): Map<string, EmailRow> {
  return new Map(rows.map((row) => [row.id, row]));
}

function idsOf(rows: readonly EmailRow[]): string[] {
  return rows.map(({ id }) => id);
}

/** Its words, to be searched and never to be shown as a page. */
function withoutTags(html: string): string {
  return html
    .replaceAll(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, " ")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&nbsp;|&#160;/g, " ")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&amp;", "&");
}

/** What is wrong with one message, or with the keys of its sender, and not with the account or its server. */
const ofTheMessage: ReadonlySet<string> = new Set([
  "notOpened",
  "invalidMessage",
  "badJson",
  "tooLarge",
  "unavailable",
  "notFound",
]);

async function openUnless(open: () => Promise<Opened>): Promise<Opened | undefined> {
  try {
    return await open();
  } catch (error) {
    const isOfTheMessage =
      error instanceof ProblemError &&
      !(error instanceof JmapRefusal) &&
      ofTheMessage.has(error.problem.code);
    if (!isOfTheMessage) throw error;
    return undefined;
  }
}
